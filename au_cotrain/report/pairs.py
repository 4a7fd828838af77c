"""Pairs: which AUs are wrong on the same faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from au_cotrain.report.drawing import Drawing
from au_cotrain.report.matrix import draw_matrix, filled

FEWEST, EXCESS = 20, 0.05
"""Errors of the first AU, and more errors of the second, below which words name no pair."""
LEAST_SHADE = 0.1
"""The excess with the fullest colour, at least: chance alone is not painted loud."""


@dataclass(frozen=True)
class Pairs:
    """The matrix, and the pairs that stand out."""

    matrix: Drawing
    named: list[tuple[str, str, float, float]]
    """First, second, P(second wrong | first wrong), P(second wrong)."""


def draw_pairs(aus: Sequence[str], pairs: Mapping[str, Any]) -> Pairs | None:
    """Draw how often the column's AU is wrong where the row's is; None where no pair is known.

    Args:
        aus: C names.
        pairs: ``errors``, ``rates`` and ``counts``, see ``evaluation.pairs.PairErrors``.
    """
    errors, counts = filled(pairs["errors"]), filled(pairs["counts"])
    rates = np.array(pairs["rates"], dtype=float)
    if errors is None or np.isnan(errors[~np.eye(len(aus), dtype=bool)]).all():
        return None
    excess = errors - rates[None, :]
    matrix = draw_matrix(
        aus, errors, "How often the AU of the column is wrong where the AU of the row is wrong",
        shades=excess, said="{column} is wrong on {value:.0%} of the faces where {row} is",
        most=max(LEAST_SHADE, float(np.nanmax(np.abs(_apart(excess))))), above=rates,
    )  # fmt: skip
    failures = np.zeros_like(errors)  # of the row's AU, where the column's is known
    if counts is not None:
        np.divide(counts, errors, out=failures, where=errors > 0)
    sure = (failures >= FEWEST) & ~np.eye(len(aus), dtype=bool) & (excess > EXCESS)
    order = np.argsort(-np.where(sure, excess, -np.inf), axis=None, kind="stable")[:3]
    named = [
        (aus[i], aus[j], float(errors[i, j]), float(rates[j]))
        for i, j in zip(*np.unravel_index(order, errors.shape), strict=True)
        if sure[i, j]
    ]
    return Pairs(matrix, named)


def _apart(matrix: np.ndarray) -> np.ndarray:
    """The matrix without its diagonal."""
    apart: np.ndarray = np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix)
    return apart
