"""Where drawn frames go: into one video, one picture, or a folder of them."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from au_cotrain.errors import PredictorError

if TYPE_CHECKING:
    from au_cotrain.predictor.scored_frame import ScoredFrame
    from data_modules.film import Film
    from data_modules.recording import Recording

_FILM, _PICTURES = ".mp4", (".jpg", ".jpeg", ".png")


class Overlay:
    """Draws frames with their faces' boxes and AUs into files.

    A context manager. A video becomes an MP4 with the times of its frames, a picture a JPEG if it
    is one, else a PNG, under its own name; of two with one name the second gets ``-2``.

    Args:
        target: a file to write (.mp4 for one video or camera, .jpg or .png for one picture), or
            else a folder that is empty or not there yet, for any number of them.
        recordings: to be drawn.
        aus: C names.
        thresholds: C.

    Raises:
        PredictorError: what is to be drawn does not fit there, or would be written over.
    """

    def __init__(
        self,
        target: Path,
        recordings: Sequence["Recording"],
        aus: Sequence[str],
        thresholds: Sequence[float],
    ) -> None:
        self._files = _files(target, recordings)
        self._recordings, self._aus, self._thresholds = recordings, aus, thresholds
        self._film: Film | None = None

    def write(self, frame: "ScoredFrame") -> None:
        """Draw a frame; one that cannot be read is left out.

        Raises:
            OSError: the file cannot be written.
        """
        from PIL import Image

        from au_cotrain.predictor.drawing import draw
        from data_modules.film import Film

        if frame.pixels is None:
            return
        file, recording = self._files[frame.recording], self._recordings[frame.recording]
        file.parent.mkdir(parents=True, exist_ok=True)
        drawn = draw(frame, self._aus, self._thresholds)
        if recording.kind == "picture":
            Image.fromarray(drawn).save(file, quality=92)
            return
        if self._film is None or self._film.path != file:
            self.close()
            self._film = Film(file, recording.rate)
        seconds = frame.timestamp
        if seconds is None:
            seconds = frame.number / (recording.rate or 25)
        self._film.write(drawn, seconds)

    def close(self) -> None:
        """Finish the video that is being written."""
        film, self._film = self._film, None
        if film is not None:
            film.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _files(target: Path, recordings: Sequence["Recording"]) -> list[Path]:
    """The file of each recording."""
    ending = target.suffix.lower()
    if ending == _FILM or ending in _PICTURES:
        _check_file(target, "picture" if ending in _PICTURES else "video", recordings)
        return [target]
    if target.exists() and not target.is_dir():
        raise PredictorError(
            f"{target}: name a video (.mp4), a picture (.jpg, .png) or a folder with --overlay"
        )
    if target.exists() and any(target.iterdir()):
        raise PredictorError(
            f"{target}: is not empty, and nothing in it is written over; name another folder with "
            "--overlay"
        )
    files: dict[Path, None] = {}
    for recording in recordings:
        name, suffix = Path(recording.name), _FILM
        if recording.kind == "picture":
            suffix = name.suffix if name.suffix.lower() in _PICTURES else ".png"
        file, number = target / f"{name.stem}{suffix}", 2
        while file in files:
            file, number = target / f"{name.stem}-{number}{suffix}", number + 1
        files[file] = None
    return list(files)


def _check_file(target: Path, kind: str, recordings: Sequence["Recording"]) -> None:
    """Whether one recording, of that kind, can be drawn into a file that is not its own."""
    if len(recordings) > 1:
        raise PredictorError(
            f"{target}: takes one {kind}; name a folder with --overlay for "
            f"{len(recordings):,} inputs"
        )
    (recording,) = recordings
    if (recording.kind == "picture") != (kind == "picture"):
        raise PredictorError(
            f"{target}: takes a {kind}, which {recording.name} is not; name a folder with --overlay"
        )
    if target.exists() and _is_input(target, recording):
        raise PredictorError(f"{target}: is the input; name another file with --overlay")


def _is_input(target: Path, recording: "Recording") -> bool:
    return Path(recording.name).exists() and target.samefile(recording.name)
