"""Displacement fields stored sparsely: only the vertices that move, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_LEAST = 5e-4
"""Displacement in cm (or loss of light) below which a vertex counts as still."""


@dataclass(frozen=True)
class Field:
    """What one muscle or shape mode does to the vertices it reaches.

    Attributes:
        vertices: (K,) int32, rising.
        change: (K, D) float32 change of those vertices at weight 1: D is 3 for displacements in
            cm, 1 for losses of light.
    """

    vertices: NDArray[np.int32]
    change: Floats

    def add_to(self, target: Floats, weight: float) -> None:
        """Add this field, `weight` times, to a (V, D) or, where D is 1, (V,) array in place."""
        _add(target.reshape(len(target), -1), self.vertices, self.change, np.float32(weight))


def sparse(dense: NDArray[np.floating]) -> Field:
    """The field of a dense (V, D) or (V,) array; what moves less than 0.005 mm is dropped."""
    columns = np.asarray(dense, dtype=np.float32).reshape(len(dense), -1)
    vertices = np.flatnonzero(np.abs(columns).max(axis=1) > _LEAST).astype(np.int32)
    return Field(vertices, np.ascontiguousarray(columns[vertices]))


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _add(target: Floats, vertices: NDArray[np.int32], change: Floats, weight: np.float32) -> None:
    if change.shape[1] == 3:  # as most are; written out, which is twice as quick
        for k in range(len(vertices)):
            v = np.uint32(vertices[k])
            target[v, 0] += weight * change[k, 0]
            target[v, 1] += weight * change[k, 1]
            target[v, 2] += weight * change[k, 2]
        return
    for k in range(len(vertices)):
        for axis in range(change.shape[1]):
            target[vertices[k], axis] += weight * change[k, axis]
