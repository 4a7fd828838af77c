"""Lists of URLs with codes: a row a picture of the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.facs import ACTION_UNITS, UNKNOWN, in_short
from data_modules.preparation.plan import leave_out

CODES = {"0": 0, "1": 1, "999": UNKNOWN, "": UNKNOWN}
"""EmotioNet's: a cell of 999 was not scored."""


@dataclass(frozen=True, eq=False)
class UrlList:
    """URLs and codes of one file, or of several."""

    urls: list[str]
    """N URLs."""
    aus: np.ndarray
    """(C,) int64 numbers of AUs, ascending, of FACS or not."""
    codes: np.ndarray
    """(N, C) int8: 1, 0 or ``UNKNOWN``."""
    files: tuple[str, ...]
    """Where the rows stand, for messages: F files, or sheets of one."""
    file: np.ndarray
    """(N,) int32: which of the files."""
    lines: np.ndarray
    """(N,) int64: the line in it, counted from 1."""

    def where(self, row: int) -> str:
        """File and line of a row."""
        return f"{self.files[self.file[row]]}:{self.lines[row]}"

    def take(self, rows: np.ndarray) -> "UrlList":
        """Some rows, given as an integer index."""
        urls = [self.urls[row] for row in rows]
        return UrlList(
            urls, self.aus, self.codes[rows], self.files, self.file[rows], self.lines[rows]
        )


def listed(
    file: str, urls: list[str], aus: Sequence[int], codes: np.ndarray, first: int
) -> UrlList:  # fmt: skip
    """The list of one file, whose rows stand in lines from the first on.

    Raises:
        DataError: a row has no URL.
    """
    if not all(urls):
        raise DataError(f"{file}:{urls.index('') + first}: codes without a URL; mend the row")
    columns = np.argsort(aus)
    return UrlList(
        urls,
        np.array(aus, np.int64)[columns],
        codes[:, columns],
        (file,),
        np.zeros(len(urls), np.int32),
        np.arange(first, len(urls) + first),
    )


def merged(lists: Sequence[UrlList]) -> tuple[UrlList, pd.DataFrame, list[str]]:
    """Several lists as one, in which no URL stands twice.

    Returns:
        The list, in which an AU that a file lacks is unknown; URLs that were coded again, as left
        out; and what was assumed.

    Raises:
        DataError: a URL is coded twice, and otherwise.
    """
    aus = reduce(np.union1d, [one.aus for one in lists])
    codes = np.full((sum(len(one.urls) for one in lists), len(aus)), UNKNOWN, np.int8)
    start = 0
    for one in lists:
        rows = np.arange(start, start + len(one.urls))
        codes[np.ix_(rows, np.searchsorted(aus, one.aus))] = one.codes
        start += len(rows)
    offsets = np.cumsum([0, *(len(one.files) for one in lists)])
    everything = UrlList(
        [url for one in lists for url in one.urls],
        aus,
        codes,
        tuple(file for one in lists for file in one.files),
        np.concatenate(
            [one.file + offset for one, offset in zip(lists, offsets[:-1], strict=True)]
        ),
        np.concatenate([one.lines for one in lists]),
    )
    number = pd.factorize(np.array(everything.urls, object))[0]
    first = np.unique(number, return_index=True)[1][number]  # the row in which its URL stands first
    again = np.flatnonzero(first != np.arange(len(first)))
    differ = np.flatnonzero((codes[again] != codes[first[again]]).any(axis=1))
    if len(differ):
        row = again[differ[0]]
        raise DataError(
            f"{everything.where(row)}: {everything.urls[row]} is coded otherwise in "
            f"{everything.where(first[row])}; keep one of the two rows"
        )
    lacking = [
        f"unknown, since not in {one.files[0]} (but in other lists): AU {in_short(unknown)}"
        for one in lists
        if (unknown := [int(au) for au in np.setdiff1d(aus, one.aus) if au in ACTION_UNITS])
    ]
    left_out = leave_out(
        "URL that stands in another row, coded alike", [everything.urls[row] for row in again]
    )
    if not len(again):
        return everything, left_out, lacking
    return everything.take(np.unique(first)), left_out, lacking
