"""Where the skin of this person lies, so that things can be put on it."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_LEFT, _BOTTOM, _STEP = -10.0, -16.0, 0.5  # lattice over the face, cm
_COLUMNS, _ROWS = 41, 51


@cache
def _outer() -> Ints:
    """Skin vertices that are not inside the mouth: of those with one anchor, the foremost."""
    skin = surface()
    order = np.argsort(-skin.position[:, 2], kind="stable")
    key = np.round(np.column_stack([skin.anchor, skin.angle]), 3)[order]
    _, first = np.unique(key, axis=0, return_index=True)
    result: Ints = np.sort(order[first])
    return result


@cache
def _tree(by_angle: bool) -> cKDTree:
    skin, chosen = surface(), _outer()
    if by_angle:
        return cKDTree(np.column_stack([0.12 * skin.angle, skin.anchor[:, 1]])[chosen])
    far = np.where(skin.front > 0.02, 0.0, 100.0)
    return cKDTree(np.column_stack([skin.anchor, far])[chosen])


def vertices_at(x: Array, y: Array) -> Ints:
    """Skin vertices whose anchor is nearest to (x, y) on the face; cache what this returns."""
    points = np.stack([x, y, np.zeros_like(x)], axis=-1)
    result: Ints = _outer()[_tree(False).query(points)[1]]
    return result


def vertices_around(angle: Array, height: Array) -> tuple[Ints, Array]:
    """Four skin vertices (..., 4) nearest to longitude (degrees) and height (cm), and weights."""
    distance, index = _tree(True).query(np.stack([0.12 * angle, height], axis=-1), k=4)
    weight = 1.0 / (distance + 0.02) ** 2
    return _outer()[index], weight / weight.sum(axis=-1, keepdims=True)


@cache
def _lattice() -> Ints:
    """The skin vertex nearest to each lattice point, by position, on the front of the head."""
    skin, chosen = surface(), _outer()
    chosen = chosen[skin.position[chosen, 2] > 0.0]
    x = _LEFT + _STEP * np.arange(_COLUMNS)
    y = _BOTTOM + _STEP * np.arange(_ROWS)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    result: Ints = chosen[cKDTree(skin.position[chosen, :2]).query(points)[1]]
    return result


def depth_map(skin: Floats, smooth: float = 1.0, floor: float = 2.0) -> Floats:
    """How far the face stands out over a lattice, (rows, columns) cm; sample it with `rest_on`.

    Args:
        skin: (N, 3) posed-for skin vertices.
        smooth: standard deviation in cm by which sockets and lips are bridged.
        floor: least depth, so that things beside the head do not fall behind it.
    """
    depth: Floats = np.maximum(skin[_lattice(), 2], np.float32(floor))
    if smooth:
        soft = cv2.GaussianBlur(depth, (0, 0), smooth / _STEP)
        depth = cv2.GaussianBlur(np.maximum(depth, soft), (0, 0), 0.4 * smooth / _STEP)
    return depth


def rest_on(depth: Floats, x: Array, y: Array) -> Array:
    """Depth z in cm at (x, y) of a `depth_map`, bilinear."""
    column = np.clip((x - _LEFT) / _STEP, 0.0, _COLUMNS - 1.001)
    row = np.clip((y - _BOTTOM) / _STEP, 0.0, _ROWS - 1.001)
    i, j = row.astype(int), column.astype(int)
    v, u = row - i, column - j
    result: Array = (1 - v) * ((1 - u) * depth[i, j] + u * depth[i, j + 1]) + v * (
        (1 - u) * depth[i + 1, j] + u * depth[i + 1, j + 1]
    )
    return result
