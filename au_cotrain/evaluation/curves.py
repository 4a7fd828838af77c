"""Curves of one AU: precision over recall, and how often an AU occurs over what was said of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from au_cotrain.evaluation.tally import BINS

_POINTS = 200


def precision_recall(p: np.ndarray, y: np.ndarray, at: Sequence[float]) -> dict[str, list[float]]:
    """Precision and recall of deciding for every face from a threshold on.

    Args:
        p: (N,) probabilities.
        y: (N,) booleans.
        at: thresholds in force; the curve keeps its points there, however it is thinned.

    Returns:
        ``precision``, ``recall``, ``thresholds``, equally long, at most 200, recall falling and
        thresholds rising: probabilities that occur, of which recall is parted evenly. All empty
        without a positive.
    """
    if not y.any():
        return {"precision": [], "recall": [], "thresholds": []}
    order = np.argsort(-p, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    hits = np.cumsum(y[order])[ends]
    thresholds, recall, precision = p[order][ends], hits / hits[-1], hits / (ends + 1)
    keep = np.arange(len(ends))
    if len(ends) > _POINTS:
        even = np.searchsorted(recall, np.linspace(0, 1, _POINTS - len(at) - 2))
        # The last value that is still at least the threshold: there, the same faces are chosen.
        forced = np.searchsorted(-thresholds, -np.asarray(at), side="right") - 1
        keep = np.unique(np.concatenate([[0, len(ends) - 1], even, forced.clip(min=0)]))
    keep = keep[::-1]
    return {
        "precision": precision[keep].tolist(),
        "recall": recall[keep].tolist(),
        "thresholds": thresholds[keep].tolist(),
    }


def reliability(p: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    """Bins of equal width, as ``calibration.calibration_error`` has them; empty ones left out.

    Args:
        p: (N,) probabilities.
        y: (N,) booleans.

    Returns:
        A bin each, rising: ``mean_p``, the ``share`` that has the AU, and ``faces``.
    """
    bins = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    faces = np.bincount(bins, minlength=BINS)
    said = np.bincount(bins, p.astype(np.float64), BINS)
    occurs = np.bincount(bins, y, BINS)
    return [
        {"mean_p": said[k] / faces[k], "share": occurs[k] / faces[k], "faces": int(faces[k])}
        for k in np.flatnonzero(faces)
    ]
