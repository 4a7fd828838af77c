"""Footage: the pictures that a plan names, streaming out of files, tars and videos."""

import tarfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from posixpath import normpath
from typing import NamedTuple

import numpy as np

from data_modules.picture import PictureError, read_whole
from data_modules.shard import BROKEN
from data_modules.video import read_frames


class Shot(NamedTuple):
    """Where one picture is to be found."""

    source: str
    """Relative to ROOT, posix: a picture, a video, or ``00000.tar/key.jpg``."""
    place: int | None
    """0-based, of the frame in a video; None for pictures."""


class Container(NamedTuple):
    """What is read from its start to get at a picture in it."""

    kind: str
    """picture (all loose ones together), tar or video."""
    file: str
    """Relative to ROOT; empty for loose pictures."""


def container_of(root: Path, shot: Shot) -> Container:
    """What a picture lies in."""
    if shot.place is not None:
        return Container("video", shot.source)
    parts = shot.source.split("/")
    for depth, part in enumerate(parts[:-1], start=1):
        file = "/".join(parts[:depth])
        if part.lower().endswith(".tar") and _is_file(root / file):
            return Container("tar", file)
    return Container("picture", "")


@lru_cache(1024)  # a folder may be named like a tar
def _is_file(path: Path) -> bool:
    return path.is_file()


def read_footage(root: Path, shots: Sequence[Shot]) -> Iterator[np.ndarray | str]:
    """Read pictures one at a time; memory stays flat, whatever their number.

    Args:
        root: the data set's folder.
        shots: what to read; those of one video or tar together and in its own order.

    Yields:
        Per shot (H, W, 3) uint8 RGB, upright, or the reason why there is none.

    Raises:
        DataError: a video is wanted, and PyAV is not installed.
    """
    for container, together in groupby(shots, lambda shot: container_of(root, shot)):
        inside = list(together)
        if container.kind == "video":
            yield from read_frames(
                root / container.file, [shot.place for shot in inside if shot.place is not None]
            )
        elif container.kind == "tar":
            names = [normpath(shot.source[len(container.file) + 1 :]) for shot in inside]
            yield from _read_members(root / container.file, names)
        else:
            yield from (_read_picture(root / shot.source) for shot in inside)


def _read_picture(source: Path | BytesIO) -> np.ndarray | str:
    try:
        return read_whole(source)
    except PictureError as error:
        return f"unreadable: {error}"


def _read_members(tar: Path, names: Sequence[str]) -> Iterator[np.ndarray | str]:
    """Pictures of a tar, in its order."""
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    place = 0
    reason = "no such picture: it is not in the tar, or not where it was"
    members = 0
    try:
        with tarfile.open(tar) as file:
            while place < len(names) and (member := file.next()) is not None:
                file.members.clear()  # type: ignore[attr-defined] # it would remember them all
                at = places.get(normpath(member.name), -1)
                if at >= place and member.isfile():
                    content = file.extractfile(member)
                    data = content.read() if content is not None else b""
                    yield from [reason] * (at - place)
                    yield _read_picture(BytesIO(data))
                    place = at + 1
                members += 1
    except BROKEN as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = f"unreadable: the tar breaks off after {members:,} files ({told})"
    yield from [reason] * (len(names) - place)
