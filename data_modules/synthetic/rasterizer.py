"""A z-buffer: which triangle each sample of the picture sees, and where on it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def rasterize(
    screen: Floats, depth: Floats, triangles: NDArray[np.int32], size: int
) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Draw triangles that face the viewer, nearest wins.

    Args:
        screen: (V, 2) x right and y down, in samples.
        depth: (V,) larger is nearer.
        triangles: (T, 3) int32, counter-clockwise seen from outside.
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
        ax, ay = screen[a, 0], screen[a, 1]
        bx, by = screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0.0:  # y runs down, so front faces turn negative
            continue
        left = max(0, int(np.ceil(min(ax, bx, cx) - 0.5)))
        right = min(size - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        top = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
        bottom = min(size - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        inverse = 1.0 / area
        for row in range(top, bottom + 1):
            py = row + 0.5
            for column in range(left, right + 1):
                px = column + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                wc = 1.0 - wa - wb
                if wa < -1e-6 or wb < -1e-6 or wc < -1e-6:
                    continue
                z = wa * depth[a] + wb * depth[b] + wc * depth[c]
                if z > nearest[row, column]:
                    nearest[row, column] = z
                    seen[row, column] = t
                    weights[row, column, 0] = wa
                    weights[row, column, 1] = wb
    return nearest, seen, weights
