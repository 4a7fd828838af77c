"""Intensities of AUs, 0 to 5 (FACS: none, A to E), in label files of one AU each."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.preparation.coding import Coding, Person, few, joined, read_once
from data_modules.preparation.label_file import (
    frame_number,
    read_codes,
    read_rows,
    same_width,
)
from data_modules.tree import PICTURES, Tree

OCCURS_FROM = 2
"""The least intensity that is an occurrence, in DISFA's usual protocol."""
STATED = f"an AU occurs from intensity {OCCURS_FROM} on; the intensities are kept beside"
_CODES = {str(intensity): intensity for intensity in range(6)}


def occurrences(intensities: np.ndarray) -> np.ndarray:
    """(N, C) int8 codes of as many intensities; unknown ones stay unknown."""
    known = (intensities >= OCCURS_FROM).astype(np.int8)
    return np.where(intensities == UNKNOWN, np.int8(UNKNOWN), known)


def read_intensities(
    tree: Tree,
    about: Callable[[str], tuple[str, str | None, int] | None],
    delimiter: str | None,
    first: int,
) -> tuple[Mapping[Person, Coding], list[str]]:
    """All label files of a tree, put together by subject and task.

    Args:
        tree: the data set.
        about: subject, task and AU of a label file; None for other files.
        delimiter: between frame and intensity; None for blanks.
        first: number of the first frame of a video.

    Returns:
        The codings, whose codes are intensities, and what was assumed.

    Raises:
        DataError: a file is malformed or contradicts another.
    """

    def read(file: Path, source: str) -> Coding:
        au = (about(source) or (None, None, 0))[2]
        return _read_label_file(file, source, au, delimiter, first)

    found, assumed = read_once(tree, about, read)
    people: dict[Person, list[Coding]] = {}
    for (subject, task, _), coding in found.items():
        people.setdefault((subject, task), []).append(coding)
    whole = {person: joined(codings) for person, codings in people.items()}
    gaps = [
        f"{' '.join(filter(None, person))} AU{coding.aus[0]} ({missing:,} frames)"
        for person, codings in people.items()
        for coding in codings
        if (missing := len(whole[person].frames) - len(coding.frames))
    ]
    if gaps:
        assumed.append(f"unknown, since coded for other AUs only: {few(gaps)}")
    return whole, assumed


def _read_label_file(
    file: Path, source: str, au: int, delimiter: str | None, first: int
) -> Coding:  # fmt: skip
    lines: dict[int, int] = {}
    codes = []
    for row in read_rows(file, delimiter):
        same_width(file, row, 2)
        frame = frame_number(file, row, _without_ending(row.cells[0]), first)
        if lines.setdefault(frame, row.line) != row.line:
            raise DataError(f"{file}:{row.line}: frame {frame} stands in line {lines[frame]} too")
        codes.append(read_codes(file, row.line, row.cells[1:], [f"AU{au}"], _CODES))
    return Coding.of(source, list(lines), [au], codes)


def _without_ending(cell: str) -> str:
    """A frame that some copies write as its picture's name, 000.jpg."""
    stem, dot, ending = cell.rpartition(".")
    return stem if f"{dot}{ending}".lower() in PICTURES else cell
