"""What lies behind the head, out of focus: walls, rooms, lights, gardens, curtains, people.

Painted small and enlarged smoothly, which is both quick and how a defocused lens draws it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.parameters import Background

Floats = NDArray[np.float32]
_SMALL = 40
SCENES = ("shapes", "room", "garden", "lights", "curtain", "crowd")
"""What clutter is made of; the seed picks one."""

_DISC, _BOX = 0.0, 1.0


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _paint(picture: Floats, shapes: Floats) -> None:
    """Lay shapes over a picture, in place, the last on top.

    Args:
        picture: (S, S, 3).
        shapes: (N, 11) rows of disc or box, centre x, y, half width, half height (fractions),
            sharpness of the edge (cm per cm, 1 is all soft), opacity, red, green, blue, glow.
    """
    size = picture.shape[0]
    for n in range(len(shapes)):
        kind, cx, cy, rx, ry, sharp, opacity = shapes[n, :7]
        glow = shapes[n, 10]
        reach_x, reach_y = rx * (1.0 + 0.5 / sharp), ry * (1.0 + 0.5 / sharp)
        left = max(0, int((cx - reach_x) * size) - 1)
        right = min(size, int((cx + reach_x) * size) + 2)
        top = max(0, int((cy - reach_y) * size) - 1)
        bottom = min(size, int((cy + reach_y) * size) + 2)
        for row in range(top, bottom):
            dy = abs((row + 0.5) / size - cy) / ry
            for column in range(left, right):
                dx = abs((column + 0.5) / size - cx) / rx
                away = max(dx, dy) if kind == 1.0 else np.sqrt(dx * dx + dy * dy)
                inside = min(1.0, max(0.0, (1.0 - away) * sharp + 0.5)) * opacity
                for channel in range(3):
                    colour = shapes[n, 7 + channel]
                    below = picture[row, column, channel]
                    picture[row, column, channel] = below * (1.0 - inside * (1.0 - glow)) + (
                        inside * colour
                    )


def paint_background(background: Background, size: int) -> Floats:
    """Linear radiance behind the head, (size, size, 3) float32."""
    rng = np.random.default_rng(background.seed)
    tilt = rng.uniform(-0.35, 0.35, 2).astype(np.float32)
    ramp = (np.arange(_SMALL, dtype=np.float32) + 0.5) / np.float32(_SMALL) - 0.5
    shade = 1.0 + tilt[0] * ramp[None, :] + tilt[1] * ramp[:, None]
    wall = np.asarray(background.colour, dtype=np.float32)
    small = np.ascontiguousarray(wall * shade[..., None], dtype=np.float32)
    if background.clutter > 0.0:
        scene = SCENES[int(rng.integers(len(SCENES)))]
        rows = np.asarray(_DRAW[scene](rng, wall), dtype=np.float32)
        rows[:, 6] *= background.clutter
        rows[:, 10] = np.minimum(rows[:, 10], 1.0)
        _paint(small, rows)
        np.clip(small, 0.0, 1.6, out=small)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC))


_Row = tuple[float, ...]


def _row(
    kind: float,
    centre: tuple[float, float],
    half: tuple[float, float],
    sharp: float,
    colour: NDArray[np.floating],
    opacity: float = 1.0,
    glow: float = 0.0,
) -> _Row:
    red, green, blue = (float(c) for c in np.clip(colour, 0.0, 2.0))
    return (kind, *centre, *half, sharp, opacity, red, green, blue, glow)


def _tint(rng: np.random.Generator, wall: Floats, low: float, high: float) -> Floats:
    """The wall's colour, darker or brighter and a little off."""
    gain = rng.uniform(low, high) * rng.uniform(0.75, 1.3, 3)
    tinted: Floats = (wall * gain).astype(np.float32)
    return tinted


def _shapes(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    rows = []
    for _ in range(int(rng.integers(4, 9))):
        x, y = rng.uniform(-0.1, 1.1, 2)
        a, b = rng.uniform(0.05, 0.4, 2)
        kind = _BOX if rng.random() < 0.4 else _DISC
        colour = np.minimum(_tint(rng, wall, 0.1, 2.6), 1.0)
        rows.append(_row(kind, (x, y), (a, b), rng.uniform(1.5, 6.0), colour))
    return rows


def _room(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    """A door or shelf, a bright window with its bars, furniture below."""
    rows = []
    for x in rng.uniform(-0.05, 1.05, int(rng.integers(1, 4))):
        colour = _tint(rng, wall, 0.15, 1.6)
        rows.append(_row(_BOX, (x, 0.5), (rng.uniform(0.03, 0.16), 0.8), 8.0, colour))
    if rng.random() < 0.7:
        x, y = rng.choice([rng.uniform(-0.05, 0.25), rng.uniform(0.75, 1.05)]), rng.uniform(0, 0.4)
        a, b = rng.uniform(0.12, 0.22), rng.uniform(0.2, 0.35)
        light = rng.uniform(0.6, 1.3) * np.array([0.92, 1.0, 1.08])
        rows.append(_row(_BOX, (x, y), (a, b), 9.0, light))
        bar = _tint(rng, wall, 0.3, 0.9)
        rows.append(_row(_BOX, (x, y), (0.012, b), 2.0, bar))
        rows.append(_row(_BOX, (x, y), (a, 0.012), 2.0, bar))
    for x in rng.uniform(-0.1, 1.1, 3):
        colour = _tint(rng, wall, 0.1, 1.3)
        half = (rng.uniform(0.08, 0.25), rng.uniform(0.08, 0.3))
        rows.append(_row(_BOX, (x, rng.uniform(0.75, 1.1)), half, 6.0, colour))
    return rows


def _garden(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    """Sky over a horizon, blobs of foliage and specks of light through it."""
    level = rng.uniform(0.1, 0.7)
    bright = float(wall.mean())
    sky = bright * rng.uniform(1.4, 2.6) * np.array([0.85, 1.0, 1.15])
    ground = bright * rng.uniform(0.4, 1.1) * np.array([1.0, 0.95, 0.6])
    rows = [_row(_BOX, (0.5, level - 1.0), (1.5, 1.0), 12.0, sky)]
    rows.append(_row(_BOX, (0.5, level + 1.0), (1.5, 1.0), 12.0, ground))
    leaf = bright * np.array([0.45, 0.75, 0.25])
    for _ in range(int(rng.integers(12, 26))):
        centre = (rng.uniform(-0.1, 1.1), level + rng.normal(0.0, 0.22))
        half = rng.uniform(0.04, 0.17, 2)
        colour = leaf * rng.uniform(0.2, 1.7) * rng.uniform(0.8, 1.25, 3)
        rows.append(_row(_DISC, centre, (half[0], half[1]), rng.uniform(0.8, 2.5), colour, 0.85))
    for _ in range(int(rng.integers(0, 9))):
        centre = (rng.uniform(0.0, 1.0), level + rng.normal(-0.1, 0.15))
        rows.append(_row(_DISC, centre, (0.022, 0.022), 2.0, sky * 0.7, 0.8, 0.6))
    return rows


def _lights(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    """Lamps out of focus: bright discs that add up, before the dark."""
    rows = [_row(_BOX, (0.5, 0.5), (1.5, 1.5), 20.0, wall * 0.25)]
    lamp = np.array([[1.0, 0.75, 0.42], [1.0, 0.9, 0.75], [0.5, 0.65, 1.0], [1.0, 0.35, 0.25]])
    radius = rng.uniform(0.03, 0.075)
    for _ in range(int(rng.integers(9, 24))):
        centre = (rng.uniform(-0.05, 1.05), rng.uniform(-0.05, 0.95))
        colour = lamp[int(rng.integers(4))] * rng.uniform(0.06, 0.7)
        half = radius * rng.uniform(0.8, 1.2)
        rows.append(_row(_DISC, centre, (half, half), 5.0, colour, 0.9, 1.0))
    return rows


def _curtain(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    """Upright or level stripes: folds, blinds, books, panelling."""
    rows = []
    level, at = rng.random() < 0.3, -0.1
    step = rng.uniform(0.05, 0.16)
    soft = rng.uniform(0.8, 4.0)
    while at < 1.1:
        half = 0.5 * step * rng.uniform(0.7, 1.1)
        colour = _tint(rng, wall, 0.25, 1.7)
        centre = (0.5, at) if level else (at, 0.5)
        sides = (2.0, half) if level else (half, 2.0)
        rows.append(_row(_BOX, centre, sides, soft, colour, rng.uniform(0.5, 1.0)))
        at += step * rng.uniform(0.8, 1.4)
    return rows


def _crowd(rng: np.random.Generator, wall: Floats) -> list[_Row]:
    """Other people: heads of hair and skin over dark clothes."""
    rows = _shapes(rng, wall)[:3]
    light = 0.5 + float(wall.mean())
    for x in rng.uniform(-0.05, 1.05, int(rng.integers(2, 6))):
        y, size = rng.uniform(0.15, 0.75), rng.uniform(0.05, 0.14)
        skin = light * rng.uniform(0.25, 0.9) * np.array([0.62, 0.42, 0.32])
        hair = light * rng.uniform(0.02, 0.25) * np.array([1.0, 0.8, 0.6])
        cloth = light * rng.uniform(0.03, 0.6) * rng.uniform(0.6, 1.3, 3)
        rows.append(_row(_DISC, (x, y + 3.4 * size), (2.1 * size, 2.3 * size), 3.0, cloth))
        rows.append(_row(_DISC, (x, y - 0.25 * size), (1.0 * size, 1.15 * size), 2.5, hair))
        rows.append(_row(_DISC, (x, y + 0.2 * size), (0.78 * size, 1.05 * size), 2.5, skin))
    return rows


_DRAW = {
    "shapes": _shapes,
    "room": _room,
    "garden": _garden,
    "lights": _lights,
    "curtain": _curtain,
    "crowd": _crowd,
}
