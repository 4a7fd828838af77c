"""Tracking: one number for each person of a video while they are in view."""

from collections.abc import Sequence

import numpy as np

from data_modules.box import Box, overlaps

_PATIENCE = 1.0  # seconds that a face may be out of sight and keep its number
_SAME = 0.2  # overlap with where it was last seen from which a face may be the same


class Tracker:
    """Numbers the faces of a video's frames by where they were.

    A face has the number of the face that was last seen where it is, at most a second ago: numbers
    are paired with faces so that the overlaps' sum is largest. Where they overlap too little, the
    face is another one with a new number. Nothing is known of who it is: someone who comes back
    after more than a second is new.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[Box, float]] = {}
        self._next = 0

    def number(self, boxes: Sequence[Box], time: float) -> list[int]:
        """Number the faces of the next frame.

        Args:
            boxes: of its faces; the first of two new ones has the lower number.
            time: the frame's, in seconds.

        Returns:
            A number per face, from 0 on, each once.
        """
        self._last = {
            number: (box, seen)
            for number, (box, seen) in self._last.items()
            if time - seen <= _PATIENCE
        }
        known = list(self._last)
        shared = overlaps(boxes, [box for box, _ in self._last.values()])
        of = {face: known[track] for face, track in _pairs(shared) if shared[face, track] >= _SAME}
        for face, box in enumerate(boxes):
            if face not in of:
                of[face] = self._next
                self._next += 1
            self._last[of[face]] = box, time
        return [of[face] for face in range(len(boxes))]


def _pairs(shared: np.ndarray) -> list[tuple[int, int]]:
    """Row and column of the pairs whose sum is largest."""
    if min(shared.shape) == 0:
        return []
    if min(shared.shape) == 1:
        row, column = np.unravel_index(shared.argmax(), shared.shape)
        return [(int(row), int(column))]
    from scipy.optimize import linear_sum_assignment  # a second that videos of one face save

    rows, columns = linear_sum_assignment(shared, maximize=True)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
