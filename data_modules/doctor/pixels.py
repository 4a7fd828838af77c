"""Pixels: which pictures can be read, and which are the same, whatever their files are called."""

import hashlib
import io
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import numpy as np

from data_modules.picture import PictureError, read_whole

BATCH = 64
"""Loose pictures a thread takes at once."""

Seen = tuple[int, bytes, str]
"""Place of a picture among those asked for, digest (empty if unreadable), and reason if so."""

MISSING = "no such file"
NOT_IN_TAR = "not in this tar"


@dataclass(frozen=True)
class Pixels:
    """What U pictures hold."""

    digests: np.ndarray
    """(U, 2) uint64: 16 bytes of a hash of the decoded pixels; 0 for a picture not read."""
    faults: dict[int, str]
    """Picture that cannot be read → reason."""

    def missing(self, picture: int) -> bool:
        """Whether there is no such picture at all."""
        return self.faults.get(picture) in (MISSING, NOT_IN_TAR)


def digest(picture: str | BinaryIO) -> bytes:
    """Hash a picture's pixels: decoded to 8-bit RGB, upright, at its own size.

    Raises:
        PictureError: there is no whole picture in that file; the message says only why.
    """
    pixels = read_whole(picture, longer=sys.maxsize)
    content = hashlib.blake2b(b"%d %d " % pixels.shape[:2], digest_size=16)
    content.update(pixels.tobytes())
    return content.digest()


def read_pixels(
    paths: Sequence[str], workers: int, progress: Callable[[int, int], None] = lambda *_: None
) -> Pixels:
    """Decode every picture once.

    Threads do it, since Pillow and the hash let go of the interpreter: on 2 cores some 3,000
    pictures of 128 pixels a second, forked processes 3,300, spawned ones 1,500.

    Args:
        paths: U pictures; ``FOLDER/000000.tar/KEY.jpg`` is a member of a tar file, each of which
            is read once, from front to end.
        workers: threads.
        progress: told how many of how many are done.
    """
    digests = np.zeros((len(paths), 2), np.uint64)
    faults: dict[int, str] = {}
    done = 0
    with ThreadPoolExecutor(workers) as threads:
        for seen in threads.map(lambda job: job(), list(_jobs(paths))):
            for picture, content, fault in seen:
                if content:
                    digests[picture] = np.frombuffer(content, np.uint64)
                else:
                    faults[picture] = fault
            done += len(seen)
            progress(done, len(paths))
    return Pixels(digests, faults)


def _jobs(paths: Sequence[str]) -> Iterator[Callable[[], list[Seen]]]:
    """Work for one thread each: some loose pictures, or all that are asked for of one tar."""
    files: dict[str, bool] = {}  # whether what ends in .tar is one

    def tar_of(path: str) -> str:
        match = re.match(r"(.*?\.tar)/", path, re.IGNORECASE)
        if not match:
            return ""
        if match[1] not in files:
            files[match[1]] = not os.path.isdir(match[1])
        return match[1] if files[match[1]] else ""

    inside: dict[str, list[int]] = {}
    loose = []
    for picture, path in enumerate(paths):
        if tar := tar_of(path):
            inside.setdefault(tar, []).append(picture)
        else:
            loose.append(picture)
    for tar, pictures in inside.items():
        wanted = {paths[picture][len(tar) + 1 :]: picture for picture in pictures}
        yield partial(_read_tar, tar, wanted)
    for start in range(0, len(loose), BATCH):
        batch = loose[start : start + BATCH]
        yield partial(_read_files, batch, [paths[picture] for picture in batch])


def _read_files(pictures: list[int], paths: list[str]) -> list[Seen]:
    return [_see(picture, path) for picture, path in zip(pictures, paths, strict=True)]


def _read_tar(tar: str, wanted: dict[str, int]) -> list[Seen]:
    seen = []
    fault = NOT_IN_TAR
    try:
        with tarfile.open(tar, "r:") as members:
            for member in members:
                name = os.path.normpath(member.name)
                if name not in wanted or not member.isfile():
                    continue
                content = members.extractfile(member)
                assert content is not None
                file = io.BytesIO(content.read())
                seen.append(_see(wanted.pop(name), file))
                if not wanted:
                    break
    except FileNotFoundError:
        fault = MISSING
    except (OSError, tarfile.TarError) as error:
        fault = f"its tar cannot be read up to it: {error}"
    return seen + [(picture, b"", fault) for picture in wanted.values()]


def _see(picture: int, file: str | BinaryIO) -> Seen:
    try:
        return picture, digest(file), ""
    except PictureError as error:
        return picture, b"", str(error)
