"""Shards: tar files of faces, in the form that webdataset reads."""

import io
import os
import re
import tarfile
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from data_modules.extra import optional


def open_shard(file: BinaryIO) -> Any:  # noqa: ANN401 - webdataset's TarWriter
    """A shard to write faces to; its members' owner and time are fixed: same faces, same bytes.

    Raises:
        DataError: webdataset is not installed.
    """
    return import_webdataset().TarWriter(file, user="", group="", mtime=0.0, encoder=False)


def import_webdataset() -> Any:  # noqa: ANN401 - a module
    """The library webdataset, or a ``DataError`` that says how to install it."""
    return optional("webdataset", "shards", "shards need webdataset")


def member(path: str | Path) -> BinaryIO | None:
    """A file within a tar, such as ``shards/000000.tar/00000017.jpg``; any at once, in no order.

    Args:
        path: of a file, within a tar or not.

    Returns:
        Its content, or None if the path leads through no tar.

    Raises:
        FileNotFoundError: the tar holds no such file.
        OSError: the tar cannot be read; tarfile.TarError: it is none.
    """
    parts = re.fullmatch(r"(.+?\.tar)[/\\](.+)", str(path), re.DOTALL)
    if parts is None or not os.path.isfile(parts[1]):
        return None
    state = os.stat(parts[1])
    names, places = _contents(parts[1], state.st_mtime_ns, state.st_size)
    name = parts[2].encode()
    place = int(np.searchsorted(names, name))
    if place == len(names) or names[place] != name:
        raise FileNotFoundError(path)
    start, size = places[place]
    with open(parts[1], "rb") as file:
        file.seek(start)
        return io.BytesIO(file.read(size))


def members(tar: str | Path) -> list[str]:
    """Names of the files in a tar, sorted; those that are not UTF-8 left out.

    Raises:
        OSError: the tar cannot be read; tarfile.TarError: it is none.
    """
    state = os.stat(tar)
    names, _ = _contents(str(tar), state.st_mtime_ns, state.st_size)
    return [name.decode() for name in names.tolist() if _is_utf8(name)]


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


@cache  # some 30 bytes a face: a pool of a million is drawn from all its tars
def _contents(tar: str, _changed: int, _size: int) -> tuple[np.ndarray, np.ndarray]:
    """The files in a tar: (N,) their sorted names, (N, 2) where each starts and its bytes."""
    with tarfile.open(tar, "r:") as file:
        found = sorted((m.name.encode(), m.offset_data, m.size) for m in file if m.isfile())
    names = np.array([name for name, *_ in found], dtype=np.bytes_)
    return names, np.array([place for _, *place in found], np.int64).reshape(-1, 2)
