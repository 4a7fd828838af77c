"""Videos: their frames by number, counted as they are decoded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from data_modules.errors import DataError
from data_modules.extra import optional

DAMAGED = "unreadable: the frame is damaged"
_GAP = 1.75  # frame durations between two frames; clocks of whole milliseconds are off by half one


class VideoError(DataError):
    """A video goes no further; the message says why, and after how many frames."""


def import_av() -> Any:  # noqa: ANN401 - a module
    """PyAV, or a ``DataError`` that says how to install it."""
    return optional("av", "prepare", "reading videos needs PyAV")


def read_frames(video: Path, places: Sequence[int]) -> Iterator[np.ndarray | str]:
    """Decode frames of a video, one at a time.

    The video is decoded from its start and its frames are counted: seeking and time stamps both
    miss by a frame in some formats. Once a number could be wrong (a packet that cannot be decoded,
    a gap in time) no further frame is read.

    Args:
        video: a file of any format that FFmpeg knows; its first video stream is read.
        places: 0-based numbers of the frames wanted, ascending.

    Yields:
        Per place (H, W, 3) uint8 RGB, turned upright as the video says; or the reason why there is
        no such frame.

    Raises:
        DataError: PyAV is not installed.
    """
    pixels = Conversion()
    wanted = iter(places)
    place = next(wanted, None)
    reason = ""
    try:
        for number, frame in enumerate(_decode(video)):
            if number == place:
                yield pixels(frame) if frame is not None else DAMAGED
                place = next(wanted, None)
            if place is None:
                return
    except VideoError as error:
        reason = str(error)
    while place is not None:
        yield reason
        place = next(wanted, None)


def count_frames(video: Path) -> int:
    """How many frames a video stores, none of them decoded; 0 if it cannot be opened.

    Raises:
        DataError: PyAV is not installed.
    """
    import_av()
    count = 0
    try:
        with open_video(video) as container, told("the video breaks off"):
            for packet in container.demux(container.streams.video[0]):
                count += packet.size > 0  # the last one is empty, as are frames that were dropped
    except VideoError:
        pass  # who decodes it says so
    return count


def _decode(video: Path) -> Iterator[Any]:
    """All frames in order; None in place of a damaged one.

    Raises:
        VideoError: at the latest after the last frame.
    """
    count = 0
    with open_video(video) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1  # the processes are the threads
        gap = _GapDetector(container.format.name == "avi", stream)
        whole = True
        frames = container.decode(stream)
        while True:
            with told(f"the video cannot be decoded after {count:,} frames"):
                frame = next(frames, None)
            if frame is None:
                break
            if gap.before(frame):
                raise VideoError(
                    f"number in doubt: frames are missing in the video after its first {count:,}"
                )
            # What is predicted from a damaged frame is damaged too, up to the next key frame.
            whole = not frame.is_corrupt and (whole or frame.key_frame)
            count += 1
            yield frame if whole else None
    raise VideoError(f"no such frame: the video ends after {count:,} frames")


class _GapDetector:
    """Notices that frames were skipped, by the time that passes from one to the next."""

    def __init__(self, packets: bool, stream: Any) -> None:  # noqa: ANN401
        # AVI stores no times of presentation; the number of the packet is its clock.
        self._clock = "dts" if packets else "pts"
        rate = stream.average_rate or stream.guessed_rate
        self._step = 1 / (rate * stream.time_base) if rate else None
        self._last: int | None = None

    def before(self, frame: Any) -> bool:  # noqa: ANN401
        """Whether frames are missing before this one."""
        last, self._last = self._last, getattr(frame, self._clock)
        if self._step is None or last is None or self._last is None:
            return False
        return bool(self._last - last >= _GAP * self._step)


class Conversion:
    """Pixels of PyAV's frames; one for a video, since preparing it takes as long as using it."""

    def __init__(self) -> None:
        self._reformatter = import_av().video.reformatter.VideoReformatter()

    def __call__(self, frame: Any) -> np.ndarray:  # noqa: ANN401
        """(H, W, 3) uint8 RGB, turned upright as the video says."""
        turns = round(frame.rotation / 90)  # counterclockwise
        rgb = self._reformatter.reformat(frame, format="rgb24").to_ndarray()
        return np.ascontiguousarray(np.rot90(rgb, turns))


@contextmanager
def open_video(video: Path) -> Iterator[Any]:
    """PyAV's container of a file that holds a video stream.

    Raises:
        VideoError: there is none.
    """
    with told("the video cannot be opened"):
        container = import_av().open(str(video), metadata_errors="replace")
    with container:
        if not container.streams.video:
            raise VideoError("unreadable: there is no video in this file")
        if container.streams.video[0].codec_context is None:
            raise VideoError("unreadable: the video is of a kind that FFmpeg cannot decode")
        yield container


@contextmanager
def told(what: str) -> Iterator[None]:
    """FFmpeg's errors in words that do not depend on where the file lies."""
    try:
        yield
    except import_av().FFmpegError as error:
        raise VideoError(f"unreadable: {what} ({error.strerror or error})") from error
