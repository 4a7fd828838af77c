"""Pictures as downloaders leave them: loose in folders, or in tar shards in WebDataset's form."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from data_modules.preparation.plan import leave_out
from data_modules.shard import BROKEN
from data_modules.tree import NOT_UTF8, Tree, escaped, is_hidden, is_picture, is_utf8

_CUT_SHORT = "tar that is cut short; what follows in it is lost"


class Picture(NamedTuple):
    """A picture that has not been opened."""

    source: str
    """Its path below ROOT; in a shard, the shard's path and the member's name."""
    name: str
    """The same, without the shard."""
    url: str | None = None
    """Where it came from, of the shard's ``key.json``."""
    subject: str | None = None
    """Who is in it, of the shard's ``key.json``."""


def gather(tree: Tree) -> tuple[list[Picture], list[pd.DataFrame], list[str]]:
    """All pictures of a tree, those in shards too.

    Returns:
        The pictures, sorted by file, those of a shard in its own order; what is left out of
        shards; and what was assumed.
    """
    pictures: list[Picture] = []
    left_out: list[pd.DataFrame] = []
    broken = 0
    for file in tree.files:
        if is_picture(file):
            pictures.append(Picture(file, file))
        elif file.lower().endswith(".tar"):
            shard = read_shard(tree.root / file, file)
            pictures += shard.pictures
            left_out += [leave_out(reason, [source]) for source, reason in shard.left_out]
            broken += shard.broken
    assumed = [f"{broken:,} .json files in shards hold no JSON object and were ignored"]
    return pictures, left_out, assumed if broken else []


class Shard(NamedTuple):
    """What a tar file holds."""

    pictures: list[Picture]
    left_out: list[tuple[str, str]]
    """(source, reason)."""
    broken: int
    """Number of .json members that hold no JSON object."""


def read_shard(file: Path, source: str) -> Shard:
    """The pictures of a tar file, by its members' names and their ``key.json``.

    Args:
        file: the tar.
        source: its path below ROOT.
    """
    names: list[str] = []
    notes: dict[str, tuple[str | None, ...]] = {}
    left_out: list[tuple[str, str]] = []
    broken = 0
    try:
        for member, content in _members(file):
            key, ending = _split(member)
            if not is_utf8(member):
                left_out.append((f"{source}/{escaped(member)}", NOT_UTF8))
            elif content is None:
                names.append(member)
            elif ending == ".json":
                note = _note(content)
                broken += note is None
                notes[key] = note or ()
    except BROKEN as error:
        reason = _CUT_SHORT if names or notes else f"tar that cannot be read ({error})"
        left_out.append((source, reason))
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    left_out += [
        (f"{source}/{name}", "picture whose name stands twice in its tar")
        for name in names
        if seen[name] > 1
    ]
    pictures = [
        Picture(
            f"{source}/{name}", name.removeprefix("./"), *notes.get(_split(name)[0], (None, None))
        )
        for name in names
        if seen[name] == 1
    ]
    return Shard(pictures, left_out, broken)


def _members(file: Path) -> Iterator[tuple[str, bytes | None]]:
    """Names of pictures, and names and contents of .json files, in the tar's order."""
    size = file.stat().st_size
    with tarfile.open(file, "r:") as tar:
        for member in tar:
            if member.offset_data + member.size > size:
                raise tarfile.ReadError(_CUT_SHORT)
            hidden = any(is_hidden(part) for part in member.name.split("/") if part != ".")
            if not member.isreg() or hidden:
                continue
            if is_picture(member.name):
                yield member.name, None
            elif member.name.lower().endswith(".json"):
                content = tar.extractfile(member)
                yield member.name, b"" if content is None else content.read()
        if size < tar.offset + tarfile.BLOCKSIZE:  # the end is marked by empty blocks
            raise tarfile.ReadError(_CUT_SHORT)


def _split(member: str) -> tuple[str, str]:
    """WebDataset's key, up to the name's first dot, and the ending."""
    folder, slash, name = member.rpartition("/")
    stem, dot, ending = name.partition(".")
    return folder + slash + stem, (dot + ending).lower()


def _note(content: bytes) -> tuple[str | None, str | None] | None:
    """URL and subject of a ``key.json``; None if it is no JSON object."""
    try:
        note = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(note, dict):
        return None
    url, subject = note.get("url"), note.get("subject")
    return (
        url if isinstance(url, str) and url else None,
        str(subject) if isinstance(subject, str | int) and str(subject) else None,
    )
