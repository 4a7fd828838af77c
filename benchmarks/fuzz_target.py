"""What ``fuzz.py`` fuzzes: readers of a kind of files from outside, and valid ones to start from.

Its targets import the project within themselves, so that it sees which of the lines run.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

CODES = (0, 1, -1)


class Target(NamedTuple):
    """What is fuzzed."""

    read: Callable[[bytes], object]
    """Every reader of such a file, one after the other; each call is within ``refusing``."""
    seeds: list[bytes]
    """Valid files."""


class BrokenWordError(Exception):
    """A reader broke its word without an exception of its own."""


@contextlib.contextmanager
def refusing(named: object) -> Iterator[None]:
    """A reader may refuse a file, in one line that names it."""
    from au_cotrain.errors import PredictorError, SettingError
    from data_modules.errors import DataError

    try:
        yield
    except (DataError, PredictorError, SettingError) as error:
        said = str(error)
        if len(said.splitlines()) != 1 or str(DataError(str(named))) not in said:
            raise BrokenWordError(f"not one line that names {named}: {said!r}") from error


def check_codes(codes: np.ndarray) -> None:
    """Labels are 0, 1 or unknown."""
    if not np.isin(codes, CODES).all():
        raise BrokenWordError(f"labels {np.unique(codes)}")
