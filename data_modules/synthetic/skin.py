"""What skin shows finer than the mesh: colour, gloss, pores and folds, on a grid over the face.

The grid lies in the anchor space of `surface` (cm), so what is painted moves with the skin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.anatomy import (
    Array,
    bump,
    lip_line,
    lower_lip_height,
    smoothstep,
    upper_lip_height,
)
from data_modules.synthetic.identity import REST_FOLDS
from data_modules.synthetic.muscles import Crease
from data_modules.synthetic.parameters import Identity, Intensity, sides

Floats = NDArray[np.float32]

ROWS, COLUMNS = 256, 192
LEFT, TOP, PITCH = -7.5, 8.0, 0.078125
"""Left and upper edge of the grid and the distance of its points, cm."""
_LIP_RED = (0.50, 0.12, 0.11)
_MOLE = np.asarray((0.40, 0.27, 0.22), dtype=np.float32)
_MIDLINE = 0.6  # cm on either side of the midline over which one side's folds give way

# Channels of the masks and of the noise.
_LIP, _GROOVE, _BROW, _RUDDY, _NOSTRIL, _SOCKET, _OIL, _SPECKLED, _LID = range(9)
_COARSE, _MIDDLE, _FINE, _FRECKLE, _AGE_SPOT = range(5)


def grid() -> tuple[Array, Array]:
    """Anchor coordinates x and y of the grid's points, (ROWS, COLUMNS) each."""
    x = LEFT + PITCH * (np.arange(COLUMNS) + 0.5)
    y = TOP - PITCH * (np.arange(ROWS) + 0.5)
    across, up = np.meshgrid(x, y)
    return across, up


@cache
def _masks() -> Floats:
    """Where things are on the mean face, (ROWS, COLUMNS, 9), 0..1 each but `_BROW`.

    `_BROW` is the rank of the brow's hair there: the share of the fullest brow that is fuller than
    this point's hair, 2 where no brow grows.
    """
    x, y = grid()
    line = lip_line(x)
    red = np.where(y > line, upper_lip_height(x), lower_lip_height(x))
    lip = smoothstep(-0.06, 0.08, red - np.abs(y - line)) * smoothstep(2.62, 2.35, np.abs(x))
    rng = np.random.default_rng(11)
    groove = gaussian_filter(rng.standard_normal(x.shape), (3.0, 0.7))
    socket = bump(x, y, 2.75, -0.95, 1.3, 0.45) + 1.1 * bump(x, y, 1.7, 0.2, 0.45, 0.6)
    socket = socket + 0.9 * bump(x, y, 3.2, 0.85, 1.4, 0.38)
    ruddy = 0.6 * bump(x, y, 4.0, -3.3, 1.5, 1.3) + 0.7 * bump(x, y, 0.0, -4.1, 1.0, 0.8)
    ruddy = ruddy + 0.3 * bump(x, y, 0.0, -10.0, 1.3, 0.8) + 0.25 * bump(x, y, 0.0, 4.2, 3.0, 1.0)
    oil = bump(x, y, 0.0, 3.8, 2.6, 1.3) + bump(x, y, 0.0, -2.6, 0.75, 2.0)
    oil = oil + 0.5 * bump(x, y, 3.9, -2.0, 1.2, 0.8) + 0.5 * bump(x, y, 0.0, -10.0, 0.9, 0.7)
    speckled = bump(x, y, 2.6, -2.4, 2.2, 1.6) + 0.3 * bump(x, y, 0.0, 3.5, 4.0, 2.0)
    lid = bump(x, y, 3.2, 0.62, 1.0, 0.34) + 0.4 * bump(x, y, 4.5, 0.55, 0.5, 0.35)
    layers = [
        lip,
        groove / groove.std() * lip,
        _brow_ranks(),
        np.clip(ruddy, 0.0, 1.0),
        bump(x, y, 0.66, -4.86, 0.24, 0.12),
        np.clip(socket, 0.0, 1.2),
        np.clip(oil, 0.0, 1.0),
        np.clip(speckled, 0.0, 1.0),
        np.clip(lid, 0.0, 1.0),
    ]
    return np.ascontiguousarray(np.stack(layers, axis=2), dtype=np.float32)


def _brow_ranks() -> Array:
    """Hairs drawn one by one, the fullest brow's outermost first, so that a threshold thins it."""
    rng = np.random.default_rng(12)
    fine = 4
    count = 1100
    across = 0.75 + 4.85 * rng.random(count) ** 0.9
    off = np.clip(rng.normal(0.0, 0.55, count), -1.3, 1.3)
    middle = np.interp(
        across, [0.75, 1.4, 2.6, 3.9, 4.8, 5.6], [1.60, 1.76, 2.02, 2.22, 2.08, 1.70]
    )
    half = np.interp(across, [0.7, 1.2, 2.4, 3.9, 5.6], [0.20, 0.33, 0.33, 0.25, 0.06])
    end = np.maximum(np.clip(1.25 - across, 0.0, 1.0) / 0.5, np.clip(across - 4.9, 0.0, 1.0) / 0.8)
    rank = np.clip(0.80 * rng.random(count) + 0.30 * off**2 + 0.30 * end, 0.0, 1.6)
    # Inner hairs stand up, outer ones lie down along the brow; both margins lean to its middle.
    lean = np.interp(across, [0.75, 1.5, 2.6, 5.6], [75.0, 48.0, 18.0, -22.0])
    lean = np.deg2rad(lean - 16.0 * off + rng.normal(0.0, 9.0, count))
    length = np.interp(across, [0.75, 2.0, 5.6], [0.36, 0.52, 0.42]) * rng.uniform(0.7, 1.1, count)
    canvas = np.full((ROWS * fine, COLUMNS * fine), 2.0, dtype=np.float32)
    for k in np.argsort(-rank):
        x, y = across[k], middle[k] + off[k] * half[k]
        start = np.array(
            [x - 0.4 * length[k] * np.cos(lean[k]), y - 0.4 * length[k] * np.sin(lean[k])]
        )
        stop = np.array(
            [x + 0.6 * length[k] * np.cos(lean[k]), y + 0.6 * length[k] * np.sin(lean[k])]
        )
        for mirror in (1.0, -1.0):
            ends = [
                (
                    round(float((mirror * point[0] - LEFT) / PITCH * fine)),
                    round(float((TOP - point[1]) / PITCH * fine)),
                )
                for point in (start, stop)
            ]
            cv2.line(canvas, ends[0], ends[1], float(rank[k]), 2)
    small = cv2.resize(canvas, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    ranks: Array = small.astype(np.float64)
    return ranks


@cache
def _noise() -> Floats:
    """Noise that repeats at the edges, (256, 256, 5).

    Three of unit variance; and how dark freckles and old skin's spots are, 0..1.
    """
    rng = np.random.default_rng(13)
    layers = []
    for spread in (9.0, 2.6, 0.75, 1.15):
        layer = gaussian_filter(rng.standard_normal((256, 256)), spread, mode="wrap")
        layers.append(layer / layer.std())
    layers[3] = smoothstep(0.7, 1.6, layers[3])
    layers.append(smoothstep(1.9, 2.5, layers[1]))
    return np.ascontiguousarray(np.stack(layers, axis=2), dtype=np.float32)


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _ramp(low: float, high: float, value: float) -> float:
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3.0 - 2.0 * share)


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _paint(
    masks: Floats,
    noise: Floats,
    offsets: NDArray[np.int64],
    skin: Floats,
    hair: Floats,
    lips: Floats,
    amounts: Floats,
    painted: Floats,
) -> None:
    brow, age, freckles, makeup, fair = amounts
    level = 0.12 + 0.85 * brow
    down, across, down_too, across_too = offsets
    for row in range(masks.shape[0]):
        for column in range(masks.shape[1]):
            i, j = np.uint32((row + down) & 255), np.uint32((column + across) & 255)
            k, m = np.uint32((row + down_too) & 255), np.uint32((column + across_too) & 255)
            fine = noise[i, j, _FINE]
            tone = noise[i, j, _COARSE] * 0.030 + noise[i, j, _MIDDLE] * (0.022 + 0.02 * age)
            tone = 1.0 + tone + 0.030 * fine
            blood = 0.025 * noise[k, m, _COARSE] + 0.014 * noise[k, m, _MIDDLE]
            blood += masks[row, column, _RUDDY] * (0.07 + 0.11 * fair)
            dark = masks[row, column, _SOCKET] * (0.17 + 0.14 * age) * (1.0 - 0.4 * makeup)
            red = skin[0] * tone * (1.0 + 0.25 * blood) * (1.0 - 0.8 * dark)
            green = skin[1] * tone * (1.0 - blood) * (1.0 - 1.15 * dark)
            blue = skin[2] * tone * (1.0 - 0.9 * blood) * (1.0 - dark)
            spot = freckles * masks[row, column, _SPECKLED] * noise[k, m, _FRECKLE]
            spot += 0.30 * age * noise[k, m, _AGE_SPOT]
            red *= 1.0 - 0.30 * spot
            green *= 1.0 - 0.46 * spot
            blue *= 1.0 - 0.55 * spot
            painted_lid = 0.45 * makeup * masks[row, column, _LID]
            red *= 1.0 - 0.75 * painted_lid
            green *= 1.0 - painted_lid
            blue *= 1.0 - 0.9 * painted_lid
            shine = 0.34 + 0.26 * masks[row, column, _OIL] * (1.0 - 0.5 * makeup) + 0.03 * fine
            lip = masks[row, column, _LIP]
            if lip > 0.0:
                lined = 1.0 + 0.05 * masks[row, column, _GROOVE] + 0.02 * fine
                red += lip * (lips[0] * lined - red)
                green += lip * (lips[1] * lined - green)
                blue += lip * (lips[2] * lined - blue)
                shine += lip * (0.70 + 0.25 * makeup - shine)
            open_nose = 1.0 - 0.85 * masks[row, column, _NOSTRIL]
            red, green, blue = red * open_nose, green * open_nose, blue * open_nose
            if masks[row, column, _BROW] < 1.9:
                grown = _ramp(
                    level + 0.38,
                    level - 0.25,
                    masks[row, column, _BROW] + 0.10 * noise[k, m, _FINE],
                )
                grown *= (0.62 + 0.28 * brow) * (1.0 + 0.10 * fine)
                grown = min(0.95, grown)
                red += grown * (hair[0] - red)
                green += grown * (hair[1] - green)
                blue += grown * (hair[2] - blue)
                shine *= 1.0 - 0.6 * grown
            painted[row, column, 0] = min(0.95, max(0.003, red))
            painted[row, column, 1] = min(0.95, max(0.003, green))
            painted[row, column, 2] = min(0.95, max(0.003, blue))
            painted[row, column, 3] = min(1.0, max(0.05, shine))


def paint_skin(identity: Identity) -> Floats:
    """Colour and gloss of this person's face, (ROWS, COLUMNS, 4) float32."""
    return _painted(replace(identity, shape=(), iris=(0.0, 0.0, 0.0)))  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _painted(identity: Identity) -> Floats:
    rng = np.random.default_rng(identity.texture)
    offsets = rng.integers(0, 256, 4)
    skin = np.asarray(identity.skin, dtype=np.float32)
    hair = np.asarray(identity.hair, dtype=np.float32)
    # Brows are seldom as fair as the hair on the head.
    hair = 0.75 * hair + 0.12 * skin * np.float32(hair.mean() > 0.1)
    lips = skin * np.asarray((0.88, 0.60, 0.63), dtype=np.float32)
    share = np.float32(min(0.8, 0.36 * identity.lip + 0.5 * identity.makeup))
    lips = lips + share * (np.asarray(_LIP_RED, dtype=np.float32) * (0.55 + 0.6 * skin[0]) - lips)
    fair = float(np.clip((skin[0] - 0.12) / 0.5, 0.0, 1.0))
    amounts = np.asarray(
        [identity.brow, identity.age, identity.freckles, identity.makeup, fair], dtype=np.float32
    )
    painted = np.empty((ROWS, COLUMNS, 4), dtype=np.float32)
    _paint(_masks(), _noise(), offsets, skin, hair, lips, amounts, painted)
    _mark(painted, rng, skin)
    return painted


_AROUND = np.add.outer(np.arange(-3, 4) ** 2, np.arange(-3, 4) ** 2)  # squared distances


def _mark(painted: Floats, rng: np.random.Generator, skin: Floats) -> None:
    """A few moles, in place."""
    for _ in range(int(rng.integers(0, 6))):
        x, y = rng.uniform(-5.5, 5.5), rng.uniform(-10.0, 5.5)
        radius = rng.uniform(0.04, 0.09)
        column, row = int((x - LEFT) / PITCH), int((TOP - y) / PITCH)
        share = rng.uniform(0.3, 0.75) * np.exp(-_AROUND * (PITCH / radius) ** 2)
        patch = painted[row - 3 : row + 4, column - 3 : column + 4, :3]
        patch += share[..., None].astype(np.float32) * (skin * _MOLE - patch)


@dataclass(frozen=True)
class _Furrows:
    """Folds of one action unit, on the half x >= 0 of the grid, at intensity 1.

    Attributes:
        row: first row.
        column: first column, counted from the midline.
        height: (r, c) cm.
        loss: (r, c) loss of ambient light.
    """

    row: int
    column: int
    height: Floats
    loss: Floats


def _furrows(creases: Iterable[Crease]) -> _Furrows | None:
    x, y = grid()
    x, y = x[:, COLUMNS // 2 :], y[:, COLUMNS // 2 :]
    uneven = np.clip(1.0 + 0.25 * _noise()[:ROWS, : COLUMNS // 2, _MIDDLE], 0.3, 1.7)
    height, loss = np.zeros(x.shape), np.zeros(x.shape)
    for crease in creases:
        rise, dark = crease.cut(x, y)
        height += rise * uneven
        loss += dark * uneven
    touched = (np.abs(height) > 5e-4) | (loss > 5e-3)
    if not touched.any():
        return None
    rows, columns = np.flatnonzero(touched.any(axis=1)), np.flatnonzero(touched.any(axis=0))
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _Furrows(
        row=int(rows[0]),
        column=int(columns[0]),
        height=np.ascontiguousarray(height[window], dtype=np.float32),
        loss=np.ascontiguousarray(loss[window], dtype=np.float32),
    )


@cache
def _rest_furrows() -> _Furrows | None:
    return _furrows(REST_FOLDS)


@cache
def _unit_furrows() -> dict[str, _Furrows]:
    found = {name: _furrows(unit.creases) for name, unit in ACTION_UNITS.items()}
    return {name: furrows for name, furrows in found.items() if furrows is not None}


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _add(
    relief: Floats,
    loss: Floats,
    height: Floats,
    dark: Floats,
    top: int,
    start: int,
    left: float,
    right: float,
    share: Floats,
) -> None:
    """Add one unit's folds to both halves; `share` (C,) is the person's left side's part."""
    middle = relief.shape[1] // 2
    for i in range(height.shape[0]):
        for j in range(height.shape[1]):
            there = middle + start + j
            mirrored = middle - 1 - start - j
            weight = right + (left - right) * share[there]
            relief[top + i, there] += weight * height[i, j]
            loss[top + i, there] += weight * dark[i, j]
            weight = right + (left - right) * share[mirrored]
            relief[top + i, mirrored] += weight * height[i, j]
            loss[top + i, mirrored] += weight * dark[i, j]


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _slopes(
    relief: Floats,
    loss: Floats,
    masks: Floats,
    noise: Floats,
    offsets: NDArray[np.int64],
    rough: float,
    slope: Floats,
) -> None:
    gain = 0.5 / PITCH
    rows, columns = relief.shape
    for row in range(1, rows - 1):
        for column in range(1, columns - 1):
            r, c = row + offsets[0], column + offsets[1]
            pores_x = noise[r & 255, (c + 1) & 255, _FINE] - noise[r & 255, (c - 1) & 255, _FINE]
            pores_y = noise[(r - 1) & 255, c & 255, _FINE] - noise[(r + 1) & 255, c & 255, _FINE]
            lip = masks[row, column, _LIP]
            skin = rough * (1.0 - lip)
            lined = masks[row, column + 1, _GROOVE] - masks[row, column - 1, _GROOVE]
            slope[row, column, 0] = (
                gain * (relief[row, column + 1] - relief[row, column - 1])
                + skin * pores_x
                + 0.06 * lined
            )
            slope[row, column, 1] = (
                gain * (relief[row - 1, column] - relief[row + 1, column]) + skin * pores_y
            )
            slope[row, column, 2] = loss[row, column]


def fold_skin(identity: Identity, action_units: Mapping[str, Intensity]) -> Floats:
    """Slopes of the skin's relief, and what its furrows swallow of the light.

    Returns:
        (ROWS, COLUMNS, 3) float32: rise per cm towards x, rise per cm towards y, loss of light.
    """
    relief = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    loss = np.zeros_like(relief)
    x = LEFT + PITCH * (np.arange(COLUMNS) + 0.5)
    share = smoothstep(-_MIDLINE, _MIDLINE, x.astype(np.float64)).astype(np.float32)
    at_rest = _rest_furrows()
    acting = [(at_rest, (identity.age, identity.age))] if at_rest is not None else []
    for name, intensity in action_units.items():
        furrows = _unit_furrows().get(name)
        if furrows is not None and intensity:
            acting.append((furrows, sides(intensity)))
    # Old skin folds more deeply, young skin springs back.
    depth = 0.8 + 0.5 * identity.age
    for furrows, (left, right) in acting:
        _add(
            relief,
            loss,
            furrows.height,
            furrows.loss,
            furrows.row,
            furrows.column,
            depth * left,
            depth * right,
            share,
        )
    slope = np.zeros((ROWS, COLUMNS, 3), dtype=np.float32)
    offsets = np.random.default_rng(identity.texture).integers(0, 256, 4)
    _slopes(relief, loss, _masks(), _noise(), offsets, 0.022 + 0.03 * identity.age, slope)
    return slope
