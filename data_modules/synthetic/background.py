"""What lies behind the head: a wall, or shapes out of focus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.parameters import Background


def paint_background(background: Background, size: int) -> NDArray[np.float32]:
    """Linear radiance behind the head, (size, size, 3) float32."""
    rng = np.random.default_rng(background.seed)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / np.float32(size)
    tilt = rng.uniform(-0.25, 0.25, 2)
    shade = 1.0 + tilt[0] * (x - 0.5) + tilt[1] * (y - 0.5)
    picture = np.asarray(background.colour) * shade[..., None]
    if background.clutter > 0.0:
        for _ in range(int(rng.integers(4, 9))):
            centre, reach = rng.uniform(-0.1, 1.1, 2), rng.uniform(0.05, 0.4, 2)
            edge = float(rng.uniform(2.0, 8.0))
            corner = rng.random() < 0.4  # boxes and blobs
            dx, dy = np.abs(x - centre[0]) / reach[0], np.abs(y - centre[1]) / reach[1]
            distance = np.maximum(dx, dy) if corner else np.hypot(dx, dy)
            inside = np.clip((1.0 - distance) * edge + 0.5, 0.0, 1.0) * background.clutter
            colour = np.clip(
                np.asarray(background.colour) * rng.uniform(0.1, 2.6) * rng.uniform(0.75, 1.3, 3),
                0.0,
                1.0,
            )
            picture = picture + inside[..., None] * (colour - picture)
    return np.ascontiguousarray(picture, dtype=np.float32)
