"""Pairs of AUs: whether errors come together."""

from typing import NamedTuple

import numpy as np


class PairErrors(NamedTuple):
    """C AUs; NaN where no face tells."""

    errors: np.ndarray
    """(C, C): how probable an error in the column's AU is where the row's AU is wrong."""
    rates: np.ndarray
    """(C,): how probable an error is."""
    counts: np.ndarray
    """(C, C) faces on which both are wrong."""


def pair_errors(decisions: np.ndarray, labels: np.ndarray) -> PairErrors:
    """Count errors at the fitted thresholds, over the faces where both labels are known.

    Args:
        decisions: (N, C) booleans.
        labels: (N, C) 1, 0 or −1 (unknown).
    """
    known = labels >= 0
    wrong = (known & (decisions != (labels == 1))).astype(np.float64)
    counts = wrong.T @ wrong
    rows = wrong.T @ known  # row wrong, column known
    rates, faces = wrong.sum(axis=0), known.sum(axis=0)
    return PairErrors(
        np.divide(counts, rows, out=np.full(rows.shape, np.nan), where=rows > 0),
        np.divide(rates, faces, out=np.full(len(rates), np.nan), where=faces > 0),
        counts.astype(np.int64),
    )
