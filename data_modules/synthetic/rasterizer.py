"""A z-buffer: which triangle each sample of the picture sees, and where on it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _span(a: float, b: float, c: float, size: int) -> tuple[int, int]:
    """First and last sample whose centre lies between three coordinates."""
    first = int(np.ceil(min(a, b, c) - 0.5))
    last = int(np.floor(max(a, b, c) - 0.5))
    return max(0, first), min(size - 1, last)


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def rasterize(
    screen: Floats, depth: Floats, triangles: NDArray[np.uint32], size: int
) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Draw triangles that face the viewer, nearest wins.

    Args:
        screen: (V, 2) x right and y down, in samples.
        depth: (V,) larger is nearer.
        triangles: (T, 3) uint32 (no check for a minus), counter-clockwise seen from outside.
        size: samples per side.

    Returns:
        Depth (size, size), -1e9 where nothing is seen; triangle (size, size), -1 likewise;
        barycentric weights (size, size, 2) of the triangle's first two corners.
    """
    nearest = np.full((size, size), np.float32(-1e9))
    seen = np.full((size, size), np.int32(-1))
    weights = np.zeros((size, size, 2), dtype=np.float32)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0.0:  # y runs down, so front faces turn negative
            continue
        left, right = _span(ax, bx, cx, size)
        top, bottom = _span(ay, by, cy, size)
        if left > right or top > bottom:  # between the samples, as most are in a small picture
            continue
        inverse = 1.0 / area
        za, zb, zc = depth[a], depth[b], depth[c]
        for row in range(top, bottom + 1):
            py = row + 0.5
            for column in range(left, right + 1):
                px = column + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                wc = 1.0 - wa - wb
                if wa < -1e-6 or wb < -1e-6 or wc < -1e-6:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z > nearest[row, column]:
                    nearest[row, column] = z
                    seen[row, column] = t
                    weights[row, column, 0] = wa
                    weights[row, column, 1] = wb
    return nearest, seen, weights


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def depth_map(placed: Floats, triangles: NDArray[np.uint32], size: int) -> Floats:
    """Depth alone of triangles that face the viewer, -1e9 where there is nothing, (size, size).

    Args:
        placed: (V, 3) x right and y down in samples, and depth, larger is nearer.
        triangles: (T, 3) counter-clockwise seen from outside.
        size: samples per side.
    """
    nearest = np.full((size, size), np.float32(-1e9))
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = placed[a, 0], placed[a, 1], placed[b, 0], placed[b, 1]
        cx, cy = placed[c, 0], placed[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0.0:
            continue
        left, right = _span(ax, bx, cx, size)
        top, bottom = _span(ay, by, cy, size)
        if left > right or top > bottom:
            continue
        inverse = 1.0 / area
        za, zb, zc = placed[a, 2], placed[b, 2], placed[c, 2]
        for row in range(top, bottom + 1):
            py = row + 0.5
            for column in range(left, right + 1):
                px = column + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                wc = 1.0 - wa - wb
                if wa < -1e-6 or wb < -1e-6 or wc < -1e-6:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z > nearest[row, column]:
                    nearest[row, column] = z
    return nearest
