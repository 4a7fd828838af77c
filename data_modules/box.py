"""Boxes around faces, and how far they overlap."""

from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]
"""x and y of the upper left corner, width, height, in pixels."""


def around(points: np.ndarray) -> Box:
    """The smallest box around (P, 2) points."""
    x, y = points.min(axis=0).tolist()
    width, height = np.ptp(points, axis=0).tolist()
    return x, y, width, height


def overlaps(boxes: Sequence[Box], others: Sequence[Box]) -> np.ndarray:
    """What two boxes share as a part of what both cover (intersection over union).

    Returns:
        (N, M) float64 in [0, 1], for N boxes and M others; 0 for boxes without an area.
    """
    one = np.asarray(boxes, float).reshape(-1, 1, 4)
    two = np.asarray(others, float).reshape(1, -1, 4)
    start = np.maximum(one[..., :2], two[..., :2])
    end = np.minimum(one[..., :2] + one[..., 2:], two[..., :2] + two[..., 2:])
    shared = (end - start).clip(0).prod(axis=-1)
    covered = one[..., 2:].prod(axis=-1) + two[..., 2:].prod(axis=-1) - shared
    parts: np.ndarray = np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)
    return parts


def middle_within(box: Box, others: Sequence[Box]) -> bool:
    """Whether a box's middle lies within one of the others."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return any(
        left <= x <= left + width and top <= y <= top + height
        for left, top, width, height in others
    )
