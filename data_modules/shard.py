"""Shards: tar files of faces, in the form that webdataset reads."""

import io
import mmap
import os
import re
import tarfile
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from data_modules.extra import optional

BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, MemoryError)
"""What a damaged tar raises: its headers may tell of more bytes than there can be."""


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
        OSError: the tar cannot be read; others of ``BROKEN``: it is none.
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
        OSError: the tar cannot be read; others of ``BROKEN``: it is none.
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
    with open(tar, "rb") as file:
        found = _plain_files(file)
    if found is None:
        with tarfile.open(tar, "r:") as content:
            found = [
                (member.name.encode(errors="surrogateescape"), member.offset_data, member.size)
                for member in content
                if member.isfile()
            ]
    found.sort()
    names = np.array([name for name, *_ in found], dtype=np.bytes_)
    return names, np.array([place for _, *place in found], np.int64).reshape(-1, 2)


def _plain_files(file: BinaryIO) -> list[tuple[bytes, int, int]] | None:
    """Name, start and bytes of each file of a tar; None unless it holds short plain names alone.

    tarfile knows every kind of member, and takes half a minute for the tars of a million faces; of
    those, nearly all are plain (POSIX 1003.1, "ustar").
    """
    found: list[tuple[bytes, int, int]] = []
    place = 0
    if not os.fstat(file.fileno()).st_size:
        return None
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        while any(header := content[place : place + 512]):
            name, kind, magic, prefix = (
                header[:100],
                header[156:157],
                header[257:262],
                header[345:346],
            )
            if kind != b"0" or magic != b"ustar" or prefix != b"\0":
                return None
            digits = header[124:136].strip(b" \0")
            if not re.fullmatch(rb"[0-7]+", digits):  # larger than octal digits tell, or damaged
                return None
            size = int(digits, 8)
            found.append((name.rstrip(b"\0"), place + 512, size))
            place += 512 + -(-size // 512) * 512
        whole = place <= len(content)
    return found if whole else None
