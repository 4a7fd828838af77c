"""What belongs to a head besides its skin: ears, neck, long hair, teeth, tongue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array

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
    radius, turn = np.meshgrid(np.linspace(0.02, 1.0, 9), np.linspace(0, 2 * np.pi, 21))
    back = 1.55 * radius * np.cos(turn) * (1.0 + 0.2 * np.sin(turn))
    up = 2.65 * radius * np.sin(turn)
    rim = 0.22 * np.exp(-(((radius - 0.82) / 0.13) ** 2)) - 0.25 * np.exp(
        -(((radius - 0.35) / 0.2) ** 2)
    )
    x = 6.95 + 0.42 * (back + 1.3) + rim
    z = -0.6 - 0.85 * back + 0.8 * rim + 0.12 * up
    position = np.stack([mirror * x, -1.7 + up, z], axis=2)
    occlusion = 0.55 + 0.45 * np.clip(radius, 0.0, 1.0)
    return _sheet("ear", position, occlusion, two_sided=True)


def _neck() -> Part:
    heights = np.array([-7.5, -9.0, -10.5, -12.0, -13.5, -15.0, -16.5, -18.0, -20.0, -23.0])
    wide = np.array([5.0, 5.1, 5.2, 5.35, 5.6, 6.3, 7.8, 10.5, 14.5, 18.0])
    deep = np.array([5.0, 5.1, 5.2, 5.3, 5.4, 5.6, 5.8, 6.2, 7.0, 8.0])
    theta = np.deg2rad(np.linspace(-120, 120, 33))
    x = wide[:, None] * np.sin(theta)
    z = -1.6 + deep[:, None] * np.cos(theta)
    y = np.broadcast_to(heights[:, None], x.shape)
    tendon = 0.25 * np.exp(-(((np.abs(x) - 2.6) / 0.7) ** 2))
    occlusion = np.interp(-heights, [8.0, 11.0, 14.0, 17.0], [0.35, 0.5, 0.75, 0.95])
    return _sheet(
        "neck",
        np.stack([x, y, z + tendon], axis=2),
        np.broadcast_to(occlusion[:, None], x.shape).copy(),
    )


def _long_hair() -> Part:
    heights = np.linspace(9.0, -19.0, 24)
    theta = np.deg2rad(np.linspace(62.0, 298.0, 61))
    grow = np.interp(-heights, [-9, -5, 0, 6, 12, 19], [0.82, 1.02, 1.10, 1.14, 1.2, 1.3])
    wave = 0.25 * np.sin(3.1 * theta[None, :] * 7 + 0.5 * heights[:, None])
    wave = wave + 0.18 * np.sin(theta[None, :] * 37 + 0.2 * heights[:, None])
    x = (7.25 * grow[:, None] + wave) * np.sin(theta)
    z = (8.2 * grow[:, None] + wave) * np.cos(theta) - 1.6
    y = np.broadcast_to(heights[:, None], x.shape)
    occlusion = 0.72 + 0.28 * np.clip(wave / 0.4, -1.0, 1.0)
    return _sheet("long_hair", np.stack([x, y, z], axis=2), occlusion, two_sided=True)


def _teeth(upper: bool) -> Part:
    edge, root = (-7.26, -6.0) if upper else (-7.22, -8.1)
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
    y = -7.55 - 0.35 * along**3 - 0.25 * across**2 - 0.12 * np.exp(-((across / 0.12) ** 2))
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
