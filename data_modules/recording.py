"""Recordings: the pictures, videos and cameras that a user names, as streams of frames."""

import glob
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from data_modules.camera import camera_rate, film
from data_modules.errors import DataError
from data_modules.picture import PictureError, read_sized
from data_modules.playback import play, rate_and_length
from data_modules.shard import member, members
from data_modules.tree import escaped, is_picture, is_utf8, read_tree
from data_modules.video import import_av

VIDEOS = (
    ".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".wmv", ".mpg", ".mpeg", ".mts", ".m2ts",
    ".ts", ".flv", ".3gp", ".ogv", ".mjpeg", ".mjpg",
)  # fmt: skip
"""Endings, in any case, of files taken for videos."""


class Frame(NamedTuple):
    """One frame of a recording."""

    number: int
    """From 0 on; 0 for a picture."""
    timestamp: float | None
    """Seconds from the start; None for a picture."""
    pixels: np.ndarray | None
    """(H, W, 3) uint8 RGB, upright; None if it cannot be read."""
    trouble: str
    """Why not, in one line without the file's name; empty otherwise."""
    size: tuple[int, int] | None = None
    """Width and height of the upright original: more than ``pixels`` has where a large JPEG was
    decoded smaller. None if that is not known."""

    @property
    def scale(self) -> tuple[float, float]:
        """How many pixels of the original one of ``pixels`` is wide and high."""
        if self.pixels is None or self.size is None:
            return 1.0, 1.0
        return self.size[0] / self.pixels.shape[1], self.size[1] / self.pixels.shape[0]


class Recording(ABC):
    """One picture, one video or a camera.

    Attributes:
        name: as the user wrote it or as it was found in a folder; bytes that are not UTF-8 are
            escaped.
        kind: "picture", "video" or "camera".
    """

    kind: str

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = path if is_utf8(path) else escaped(path)

    @property
    @abstractmethod
    def rate(self) -> float | None:
        """Frames a second; None for pictures, or if nobody knows."""

    @property
    @abstractmethod
    def length(self) -> int | None:
        """How many frames are to be expected; None if nobody knows."""

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """All frames in order; what cannot be read is a frame that says why, never an error."""


class Picture(Recording):
    """A file of any format Pillow knows, perhaps within a tar; of several frames the first."""

    kind = "picture"
    rate = None
    length = 1

    def frames(self) -> Iterator[Frame]:
        """The picture; a large JPEG is decoded smaller, see ``picture.read_whole``."""
        try:
            pixels, size = read_sized(self.path)
        except PictureError as error:
            yield Frame(0, None, None, f"unreadable: {error}")
        else:
            yield Frame(0, None, pixels, "", size)


class Unreadable(Recording):
    """What was found and cannot even be opened."""

    kind = "picture"
    rate = None
    length = 1

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path)
        self._why = why

    def frames(self) -> Iterator[Frame]:
        """The reason why there is none."""
        yield Frame(0, None, None, f"unreadable: {self._why}")


class Video(Recording):
    """A file of any format FFmpeg knows; its first video stream."""

    kind = "video"

    @cached_property
    def _head(self) -> tuple[float | None, int | None]:
        return rate_and_length(Path(self.path))

    @property
    def rate(self) -> float | None:
        """Frames a second on average, as the file's head says."""
        return self._head[0]

    @property
    def length(self) -> int | None:
        """As the file's head says: perhaps not exactly."""
        return self._head[1]

    def frames(self) -> Iterator[Frame]:
        """All frames, see ``playback.play``."""
        for number, (seconds, picture) in enumerate(play(Path(self.path))):
            yield _frame(number, seconds, picture)


class Camera(Recording):
    """A camera, by its number.

    Raises:
        DataError: there is none.
    """

    kind = "camera"
    length = None

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._rate = camera_rate(self._number)

    @property
    def _number(self) -> int | str:
        return int(self.path)

    @property
    def rate(self) -> float | None:
        """Frames a second, as the camera says."""
        return self._rate

    def frames(self) -> Iterator[Frame]:
        """Frames as they come, without end unless the camera is taken away."""
        try:
            for number, (seconds, picture) in enumerate(film(self._number)):
                yield _frame(number, seconds, picture)
        except DataError as error:
            yield Frame(0, None, None, f"unreadable: {error}")


def _frame(number: int, seconds: float | None, picture: np.ndarray | str) -> Frame:
    if isinstance(picture, str):
        return Frame(number, seconds, None, picture)
    return Frame(number, seconds, picture, "", (picture.shape[1], picture.shape[0]))


def find_recordings(inputs: Sequence[str]) -> list[Recording]:
    """The recordings that a user names.

    Args:
        inputs: pictures and videos; folders, for the pictures and videos below (sorted, hidden
            ones left out; by their ending); patterns such as ``clips/**/*.mp4`` that the shell
            did not expand; pictures within a tar (``000000.tar/key.jpg``), or a tar for all of
            its pictures; a number for a camera, unless there is a file or folder of that name.

    Returns:
        In the order given. What lies below a folder and cannot be opened is among them and says
        so as its frame.

    Raises:
        DataError: an input names nothing, a folder or pattern holds no picture and no video, there
            is no such camera, or PyAV is not installed and there are videos.
    """
    found = [recording for named in inputs for recording in _found(os.fspath(named))]
    if any(recording.kind == "video" for recording in found):
        import_av()
    return found


def _found(named: str) -> list[Recording]:
    if os.path.isdir(named):
        return _below(named)
    if os.path.isfile(named):
        return _in_tar(named) if named.lower().endswith(".tar") else [_file(named)]
    if os.path.exists(named):
        raise DataError(f"{named}: neither a file nor a folder")
    if named.isascii() and named.isdigit():
        return [Camera(named)]
    if glob.has_magic(named):
        return _matching(named)
    try:
        if member(named) is not None:
            return [Picture(named)]
    except Exception as error:
        raise DataError(f"{named}: there is no such picture in that tar") from error
    raise DataError(f"{named}: no such file or folder")


def _in_tar(tar: str) -> list[Recording]:
    try:
        pictures = [name for name in members(tar) if is_picture(name)]
    except Exception as error:
        raise DataError(f"{tar}: this tar cannot be read ({error})") from error
    if not pictures:
        raise DataError(f"{tar}: no pictures in this tar")
    return [Picture(os.path.join(tar, name)) for name in pictures]


def _below(folder: str) -> list[Recording]:
    tree = read_tree(Path(folder))
    found: dict[str, Recording] = {
        file: _file(os.path.join(folder, file)) for file in tree.files if _is_recording(file)
    }
    found |= {
        path: Unreadable(os.path.join(folder, path), why)
        for path, why in tree.unread
        if _is_recording(path) or not os.path.splitext(path)[1]  # a folder, perhaps
    }
    if not found:
        raise DataError(
            f"{folder}: no pictures or videos in this folder; a file of another ending than "
            "theirs is read if it is named itself"
        )
    return [found[path] for path in sorted(found)]


def _matching(pattern: str) -> list[Recording]:
    """What the shell would have made of a pattern, less files that are no recordings."""
    paths = sorted(set(glob.glob(pattern, recursive=True)))
    files = [path for path in paths if os.path.isfile(path)]
    # All of "*.ppm" are meant, but not all of "*".
    named = not glob.has_magic(os.path.splitext(pattern)[1] or "*")
    kept = files if named else [file for file in files if _is_recording(file)]
    if kept:
        return [_file(path) for path in kept]
    if folders := [path for path in paths if os.path.isdir(path)]:
        return [recording for folder in folders for recording in _below(folder)]
    raise DataError(f"{pattern}: no pictures or videos match this pattern")


def _is_video(name: str) -> bool:
    return name.lower().endswith(VIDEOS)


def _is_recording(name: str) -> bool:
    return is_picture(name) or _is_video(name)


def _file(path: str) -> Recording:
    """A file by its ending, or else by what is in it."""
    if is_picture(path):
        return Picture(path)
    return Video(path) if _is_video(path) or not _shows_picture(path) else Picture(path)


def _shows_picture(path: str) -> bool:
    try:
        Image.open(path).close()
    except Exception:
        return False
    return True
