"""What belongs to a head besides its skin: ears, neck, long hair, teeth, tongue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array, smoothstep

JAW_PIVOT = (0.0, -1.5, 1.0)
"""The temporomandibular joints' axis (x, y, z) in cm, about which the jaw turns."""


@dataclass(frozen=True)
class Part:
    """One part of the head at rest.

    Attributes:
        name: what it is.
        position: (N, 3) in cm.
        triangles: (T, 3) int32, indices into position.
        occlusion: (N,) share of ambient light that arrives.
        jaw: share of the jaw's rotation the part follows.
        mouth: whether it moves with the mouth when heads differ.
    """

    name: str
    position: Array
    triangles: NDArray[np.int32]
    occlusion: Array
    jaw: float = 0.0
    mouth: bool = False


def _sheet(
    name: str,
    position: Array,
    occlusion: Array,
    two_sided: bool = False,
    jaw: float = 0.0,
    mouth: bool = False,
) -> Part:
    """A part from a grid (rows, columns, 3), rows running down, columns to the right."""
    rows, columns = position.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    points, light = position.reshape(-1, 3), occlusion.ravel()
    if two_sided:  # each side has its own vertices, for its own normals
        triangles = np.concatenate([triangles, triangles[:, ::-1] + len(points)])
        points, light = np.concatenate([points, points]), np.concatenate([light, light])
    return Part(name, points, triangles.astype(np.int32), light, jaw, mouth)


def _ear(mirror: float) -> Part:
    """Helix, antihelix, the bowl between them, tragus and lobe, leaning back and outwards."""
    radius, turn = np.meshgrid(np.linspace(0.02, 1.0, 10), np.linspace(0, 2 * np.pi, 25))
    cosine, sine = np.cos(turn), np.sin(turn)
    up = 2.95 * radius * sine
    back = 1.62 * radius * cosine * (1.0 + 0.22 * sine) + 0.16 * up
    # The helix starts above the tragus and ends in the lobe.
    helix = smoothstep(-0.95, -0.35, sine) * smoothstep(-1.0, -0.55, cosine - 0.5 * sine)
    rim = 0.22 * np.exp(-(((radius - 0.90) / 0.10) ** 2)) * helix
    rim += 0.15 * np.exp(-(((radius - 0.62) / 0.11) ** 2)) * smoothstep(-0.6, 0.2, cosine)
    bowl = np.exp(-(((back + 0.25) / 0.75) ** 2) - ((up + 0.35) / 1.05) ** 2)
    tragus = np.exp(-(((back + 1.05) / 0.35) ** 2) - ((up + 0.4) / 0.5) ** 2)
    x = 7.14 + 0.30 * (back + 1.45) + rim - 0.20 * bowl + 0.34 * tragus
    z = -0.15 - 0.92 * (back + 1.0) + 0.5 * rim
    position = np.stack([mirror * x, -1.85 + up, z], axis=2)
    occlusion = np.clip(1.0 - 0.55 * bowl - 0.25 * (radius > 0.68) * (radius < 0.86), 0.3, 1.0)
    return _sheet("ear", position, occlusion, two_sided=True)


def _neck() -> Part:
    heights = np.array([-7.5, -9.0, -10.5, -12.0, -13.5, -15.0, -16.5, -18.0, -20.0, -23.0])
    wide = np.array([5.3, 5.3, 5.25, 5.25, 5.4, 6.0, 7.6, 10.5, 14.5, 18.0])
    deep = np.array([4.8, 4.9, 5.0, 5.1, 5.2, 5.3, 5.6, 6.0, 7.0, 8.0])
    theta = np.deg2rad(np.linspace(-120, 120, 33))
    x = wide[:, None] * np.sin(theta)
    z = -1.5 + deep[:, None] * np.cos(theta)
    y = np.broadcast_to(heights[:, None], x.shape)
    tendon = 0.22 * np.exp(-(((np.abs(x) - 2.6) / 0.9) ** 2))
    # The windpipe stands out below the chin.
    throat = 0.35 * np.exp(-((x / 1.3) ** 2)) * np.exp(-(((y + 14.2) / 1.6) ** 2))
    occlusion = np.interp(-heights, [9.0, 12.0, 14.0, 17.0], [0.35, 0.5, 0.75, 0.95])
    return _sheet(
        "neck",
        np.stack([x, y, z + tendon + throat], axis=2),
        np.broadcast_to(occlusion[:, None], x.shape).copy(),
    )


def _long_hair() -> Part:
    heights = np.linspace(9.0, -19.0, 26)[:, None]
    # Its front edges run from the temples down beside the cheeks, and are not straight.
    edge = np.interp(-heights, [-9, -4, 0, 5, 10, 19], [82, 74, 69, 62, 56, 50])
    edge = edge + 2.0 * np.sin(0.40 * heights) + 1.0 * np.sin(0.9 * heights + 1.0)
    along = np.linspace(-1.0, 1.0, 61)[None, :]
    theta = np.pi - np.deg2rad(180.0 - edge) * along
    grow = np.interp(
        -heights, [-9, -5, -1, 4, 7, 12, 19], [0.86, 1.10, 1.26, 1.26, 1.18, 1.2, 1.34]
    )
    # Broad locks of uneven width, shallow, so that they do not look like ropes.
    wave = 0.16 * np.sin(0.55 * heights + 3.0 * theta + 1.2 * np.sin(2.0 * theta))
    wave = wave + 0.09 * np.sin(13.0 * theta + 2.1 * np.sin(3.1 * theta + 0.12 * heights))
    wave = wave + 0.04 * np.sin(31.0 * theta + 3.0 * np.sin(4.3 * theta) + 0.2 * heights)
    # The front edges lie against the cheeks; otherwise one looks behind them, at the ears.
    close = smoothstep(0.80, 1.0, np.abs(along)) * smoothstep(-12.0, -7.0, heights)
    grow = grow * (1.0 - 0.14 * close)
    x = (7.25 * grow + wave) * np.sin(theta)
    z = (8.2 * grow + wave) * np.cos(theta) - 1.6 + 0.6 * close
    y = np.broadcast_to(heights, x.shape)
    occlusion = 0.80 + 0.20 * np.clip(wave / 0.25, -1.0, 1.0)
    return _sheet("long_hair", np.stack([x, y, z], axis=2), occlusion, two_sided=True)


def _teeth(upper: bool) -> Part:
    edge, root = (-7.84, -6.58) if upper else (-7.80, -8.68)
    x = np.linspace(-2.35, 2.35, 72)
    across = np.mod(np.abs(x) / 0.78 if upper else np.abs(x) / 0.58, 1.0)
    gap = np.minimum(across, 1.0 - across) if upper else np.abs(across - 0.5)
    between = np.exp(-((gap / 0.09) ** 2))
    rows = np.linspace(root, edge, 6) if upper else np.linspace(edge, root, 6)
    y = np.broadcast_to(rows[:, None], (6, len(x))).copy()
    tip = 5 if upper else 0
    y[tip] += (0.05 if upper else -0.05) * between * 1.5
    depth = (8.95 if upper else 8.75) - 0.30 * x**2 - 0.12 * between
    z = np.broadcast_to(depth, y.shape)
    position = np.stack([np.broadcast_to(x, y.shape), y, z], axis=2)
    near_gum = np.interp(np.abs(rows - edge), [0.0, 0.5, 0.9, 1.2], [0.95, 0.9, 0.7, 0.45])
    dark_sides = np.exp(-((x / 1.9) ** 4))
    occlusion = near_gum[:, None] * (1.0 - 0.45 * between) * (0.25 + 0.75 * dark_sides)
    name = "upper_teeth" if upper else "lower_teeth"
    return _sheet(name, position, occlusion, jaw=0.0 if upper else 1.0, mouth=True)


def _tongue() -> Part:
    across, along = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(0, 1, 10))
    x = 1.75 * across
    z = 4.6 + 3.5 * along - 0.8 * across**2 * along
    y = -7.95 - 0.25 * along**3 - 0.25 * across**2 - 0.12 * np.exp(-((across / 0.12) ** 2))
    occlusion = 0.25 + 0.5 * along - 0.1 * np.abs(across)
    return _sheet("tongue", np.stack([x, y, z], axis=2), occlusion, jaw=1.0, mouth=True)


def turn_jaw(position: Array, drop: float) -> Array:
    """Displacement (N, 3) of points that follow the jaw when the chin drops by `drop` cm."""
    turn = drop / 8.0
    moved = np.zeros_like(position)
    moved[:, 1] = -turn * (position[:, 2] - JAW_PIVOT[2])
    moved[:, 2] = turn * (position[:, 1] - JAW_PIVOT[1])
    return moved


@cache
def parts() -> tuple[Part, ...]:
    """All parts; long hair comes last, so that it can be left off."""
    return (
        _ear(1.0),
        _ear(-1.0),
        _neck(),
        _teeth(upper=True),
        _teeth(upper=False),
        _tongue(),
        _long_hair(),
    )
