"""Codings: what label files say of the frames of one person in one task."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.facs import ACTION_UNITS, UNKNOWN, in_short
from data_modules.tree import Tree

Key = TypeVar("Key", bound=Hashable)
Person = tuple[str, str | None]
"""Subject and task."""
_NAMED = 5  # files or people that a line names before it only counts


@dataclass(frozen=True, eq=False)
class Coding:
    """Codes of one label file, or of several of one person and task."""

    source: str
    """The file, relative to ROOT; one of them where there are several."""
    frames: np.ndarray
    """(N,) int64, ascending, as the file numbers them."""
    aus: np.ndarray
    """(C,) int64 numbers of AUs, ascending, of FACS or not."""
    codes: np.ndarray
    """(N, C) int8, ``UNKNOWN`` where not coded."""

    @classmethod
    def of(
        cls, source: str, frames: Sequence[int], aus: Sequence[int], codes: Sequence[Sequence[int]]
    ) -> "Coding":
        """A coding from a file's rows and columns in any order."""
        rows, columns = np.argsort(frames), np.argsort(aus)
        table = np.array(codes, np.int8).reshape(len(frames), len(aus))
        return cls(
            source,
            np.array(frames, np.int64)[rows],
            np.array(aus, np.int64)[columns],
            table[rows][:, columns],
        )

    def equals(self, other: "Coding") -> bool:
        """Whether both code the same frames and AUs alike."""
        return (
            np.array_equal(self.frames, other.frames)
            and np.array_equal(self.aus, other.aus)
            and np.array_equal(self.codes, other.codes)
        )


def read_once(
    tree: Tree, key: Callable[[str], Key | None], read: Callable[[Path, str], Coding]
) -> tuple[dict[Key, Coding], list[str]]:
    """Read all label files of a tree, each once although there may be copies of it.

    Args:
        tree: the data set.
        key: what a path's label file is about; None for other files.
        read: the reader of one file, given where it is and its path below ROOT.

    Returns:
        The codings by key, in the order of paths, and what was assumed.

    Raises:
        DataError: a file cannot be read, or two about the same differ.
    """
    found: dict[Key, Coding] = {}
    copies = []
    for source in tree.files:
        about = key(source)
        if about is None:
            continue
        coding = read(tree.root / source, source)
        first = found.setdefault(about, coding)
        if first is coding:
            continue
        if not first.equals(coding):
            raise DataError(
                f"{tree.root / source}: codes otherwise than {tree.root / first.source}, which is "
                "about the same frames; keep one of the two, or give a ROOT that holds one"
            )
        copies.append(source)
    return found, [f"copies of other label files, equal to them: {few(copies)}"] if copies else []


def joined(codings: Sequence[Coding]) -> Coding:
    """The codings of one person's AUs, frame by frame; a frame that an AU lacks is unknown."""
    frames = reduce(np.union1d, [coding.frames for coding in codings])
    aus = np.array(sorted(au for coding in codings for au in coding.aus), np.int64)
    codes = np.full((len(frames), len(aus)), UNKNOWN, np.int8)
    for coding in codings:
        rows = np.searchsorted(frames, coding.frames)
        codes[np.ix_(rows, np.searchsorted(aus, coding.aus))] = coding.codes
    return Coding(codings[0].source, frames, aus, codes)


def stacked(
    codings: Mapping[Person, Coding],
) -> tuple[pd.DataFrame, list[int], np.ndarray, list[str]]:
    """The codings of all people and tasks, one below the other.

    Args:
        codings: by subject and task.

    Returns:
        N rows with the columns source, subject, task, frame; the C numbers of all AUs; (N, C)
        codes, unknown where a coding lacks an AU; and what was assumed.
    """
    aus = reduce(np.union1d, [coding.aus for coding in codings.values()])
    blocks, codes = [], []
    for (subject, task), coding in codings.items():
        block = np.full((len(coding.frames), len(aus)), UNKNOWN, np.int8)
        block[:, np.searchsorted(aus, coding.aus)] = coding.codes
        codes.append(block)
        blocks.append(
            pd.DataFrame({
                "source": coding.source, "subject": subject, "task": task, "frame": coding.frames
            })
        )  # fmt: skip
    lacking: dict[tuple[str, ...], list[int]] = {}
    for au in (au for au in aus if au in ACTION_UNITS):  # the others are dropped
        who = tuple(
            " ".join(filter(None, key))
            for key, coding in codings.items()
            if au not in coding.aus
        )  # fmt: skip
        if who:
            lacking.setdefault(who, []).append(int(au))
    assumed = [
        f"unknown, since not in the label files of {few(who)} (but in others): AU "
        f"{in_short(numbers)}"
        for who, numbers in lacking.items()
    ]
    rows = pd.concat(blocks, ignore_index=True)
    return rows, [int(au) for au in aus], np.concatenate(codes), assumed


def few(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    names = list(names)
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
