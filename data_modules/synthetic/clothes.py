"""Clothes round the neck and over the shoulders."""

from __future__ import annotations

from functools import cache

import numpy as np

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.parameters import Wear
from data_modules.synthetic.pieces import Piece, join, sheet

_COLUMNS = 49
_SHIRT = np.array([0.62, 0.64, 0.68])
_LIMIT = 125.0  # degrees of longitude; the back is never seen


@cache
def _theta() -> Array:
    return np.deg2rad(np.linspace(-_LIMIT, _LIMIT, _COLUMNS))


def _rings(heights: Array, wide: Array, deep: Array) -> Array:
    """(rows, columns, 3) elliptic rings round the neck's axis."""
    theta = _theta()
    x = wide[:, None] * np.sin(theta)
    z = -1.9 + deep[:, None] * np.cos(theta)
    return np.stack([x, np.broadcast_to(heights[:, None], x.shape), z], axis=2)


@cache
def _torso(collar: float) -> tuple[Array, Array]:
    """The garment's grid and its light; the front edge dips as the neckline asks."""
    heights = np.array([-12.9, -13.0, -13.5, -14.3, -15.5, -17.4, -24.0])
    wide = 0.35 * collar + np.array([6.7, 7.1, 8.2, 10.4, 14.0, 18.0, 22.0])
    deep = 0.5 * collar + np.array([6.2, 6.6, 6.9, 7.3, 7.8, 8.3, 9.2])
    rise = 0.9 * collar  # padded shoulders, a jacket's high collar
    grid = _rings(heights + rise * np.array([1.0, 1.2, 1.3, 1.3, 1.2, 1.0, 0.4]), wide, deep)
    front = np.clip(np.cos(_theta()), 0.0, 1.0)
    dip = (1.6 + 3.4 * collar) * front ** (3.0 + 3.0 * collar)  # round neck, or a deep V
    fade = np.array([1.0, 0.95, 0.8, 0.6, 0.4, 0.2, 0.0])
    grid[..., 1] -= dip * fade[:, None]
    light = np.broadcast_to(np.array([0.6, 0.75, 0.9, 1.0, 1.0, 1.0, 1.0])[:, None], grid.shape[:2])
    return grid, light.ravel()


@cache
def _collar() -> Array:
    """A shirt's folded collar: a stand round the neck and two points in front."""
    heights = np.array([-13.3, -12.3, -12.1, -12.5, -13.9])
    # Loose enough for every neck, which would else show through it.
    wide = np.array([6.55, 6.5, 6.7, 7.0, 7.5])
    deep = np.array([6.2, 6.1, 6.3, 6.6, 7.1])
    grid = _rings(heights, wide, deep)
    theta = _theta()
    front = np.clip(np.cos(theta), 0.0, 1.0)
    grid[..., 1] -= 1.7 * front**2
    point = np.exp(-(((np.abs(theta) - 0.42) / 0.22) ** 2))
    grid[-1, :, 1] -= 1.5 * point
    open_front = np.exp(-((theta / 0.16) ** 2))
    grid[1:, :, 1] -= 1.6 * open_front
    return grid


def build_clothes(wear: Wear) -> Piece:
    """A pullover's round neck, or a shirt under a jacket, or something between."""
    collar = round(min(1.0, max(0.0, wear.collar)), 2)
    grid, light = _torso(collar)
    garment = sheet("clothes", grid, wear.cloth, 0.1, light)
    if collar < 0.35:
        return garment
    shade = np.repeat([0.5, 0.8, 1.0, 1.0, 0.95], _COLUMNS)
    shirt = sheet("clothes", _collar(), _SHIRT, 0.1, shade)
    return join([_shirt_front(), shirt, garment])


@cache
def _shirt_front() -> Piece:
    heights = np.array([-13.6, -15.0, -17.0, -20.0, -24.0])
    grid = _rings(
        heights, np.array([6.3, 6.9, 8.0, 9.5, 10.5]), np.array([5.9, 6.3, 6.9, 7.5, 8.3])
    )
    return sheet("clothes", grid, _SHIRT * 0.92, 0.1, 0.85)
