"""The mean face at rest: one dense grid of skin, slit at the lips.

The grid has two sheets, brow-side and jaw-side, which share the lip line: outside the mouth both
rows coincide, inside they may part, and each sheet goes on into the mouth, to one pocket behind
the teeth. The frame is that of `anatomy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data_modules.synthetic.anatomy import (
    BACK,
    BREADTH,
    EYE_CENTRE,
    EYE_RADIUS,
    FRONT,
    JAW_EDGE,
    LIP_Y,
    MOUTH_HALF_WIDTH,
    ROUNDNESS,
    WIDTH,
    Array,
    features,
    jaw_roll,
    lip_line,
    mouth_opening,
    settle,
    smoothstep,
)

# Rows of each sheet inside the mouth: rise from the lip line, depth behind it (cm), light.
_INWARDS = (
    (0.10, 0.22, 0.70),
    (0.22, 0.50, 0.45),
    (0.45, 0.90, 0.16),
    (0.90, 1.50, 0.05),
    (1.20, 2.60, 0.03),
    (1.20, 4.20, 0.02),
)
_CURL = len(_INWARDS)


@dataclass(frozen=True)
class Surface:
    """Skin at rest.

    Attributes:
        position: (rows * columns, 3) in cm.
        anchor: (rows * columns, 2) x and y by which fields find a vertex; rows inside the mouth
            carry those of the lip line, so they move with it.
        side: (rows * columns,) +1 on the brow-side sheet, -1 on the jaw-side sheet.
        angle: (rows * columns,) longitude in degrees, 0 in front, +-180 at the back.
        front: (rows * columns,) 1 on the face, fading to 0 at the ears and behind.
        occlusion: (rows * columns,) share of ambient light that arrives, 0..1.
        triangles: (T, 3) int32, counter-clockwise seen from outside; those of the mouth's
            pocket come last.
        pocket: the first triangle of the mouth's pocket.
        twins: (columns_outside_mouth, 2) int32, vertices that coincide across the lip line.
        columns: number of grid columns.
    """

    position: Array
    anchor: Array
    side: Array
    angle: Array
    front: Array
    occlusion: Array
    triangles: NDArray[np.int32]
    pocket: int
    twins: NDArray[np.int32]
    columns: int


def _angles() -> Array:
    # Fine where the face moves, coarse behind the ears.
    half = np.concatenate(
        [
            np.arange(0.0, 40.0, 1.25),
            np.arange(40.0, 60.0, 1.8),
            np.arange(61.0, 100.0, 2.4),
            np.linspace(102.0, 180.0, 7),
        ]
    )
    return np.concatenate([-half[:0:-1], half])


def _sheet_heights() -> tuple[Array, Array]:
    upper = np.concatenate(
        [
            np.linspace(11.8, 7.2, 10),
            np.linspace(6.9, 3.2, 20),
            np.linspace(3.02, -4.9, 58),
            np.linspace(-5.02, LIP_Y, 18),
        ]
    )
    lower = np.concatenate([np.linspace(LIP_Y, -8.6, 15), np.linspace(-8.75, -11.6, 18)])
    return upper, lower


def _lids(position: Array) -> Array:
    """Lay the skin around each eye onto its eyeball."""
    laid = position.copy()
    for mirror in (1.0, -1.0):
        x = position[:, 0] - mirror * EYE_CENTRE[0]
        y = position[:, 1] - EYE_CENTRE[1]
        distance = np.sqrt((x / 1.75) ** 2 + (y / 1.05) ** 2)
        # Flatter than the eyeball towards the corners, most towards the nose: there the lids
        # lie on the caruncle and on the socket's rim.
        flat = x * np.where(mirror * x < 0.0, 0.74, 0.86)
        ball = np.sqrt(np.clip((EYE_RADIUS + 0.06) ** 2 - flat**2 - y**2, 0.05, None))
        weight = smoothstep(1.18, 0.72, distance) * (position[:, 2] > 0)
        laid[:, 2] += weight * (EYE_CENTRE[2] + ball - laid[:, 2])
    return laid


@cache
def surface() -> Surface:
    """The mean face; built once a process."""
    degrees = _angles()
    columns = len(degrees)
    theta = np.deg2rad(degrees)
    sheet_y, jaw_y = _sheet_heights()
    under = 5
    rows: list[Array] = []
    anchors: list[Array] = []
    sides: list[float] = []

    def ring(level: float, height: Array, side: float) -> Array:
        sine, cosine = np.sin(theta), np.cos(theta)
        # Behind the jaw's angle the head narrows to the nape.
        nape = 1.0 - 0.2 * smoothstep(76.0, 112.0, np.abs(degrees)) * smoothstep(-3.5, -8.0, height)
        x = WIDTH(height) * sine * jaw_roll(level) * nape
        depth = np.where(cosine >= 0, FRONT(level), BACK(level))
        z = jaw_roll(level) * depth * np.sign(cosine) * np.abs(cosine) ** ROUNDNESS(level)
        relief = features(x, height, np.full(columns, side))
        z = z + relief * smoothstep(0.0, 0.35, cosine)
        return np.stack([x, height, z], axis=1)

    lip_x = WIDTH(LIP_Y) * np.sin(theta)
    bend = lip_line(lip_x) - LIP_Y
    for y in sheet_y:
        height = y + bend * np.exp(-(((y - LIP_Y) / 0.9) ** 2))
        rows.append(ring(float(y), height, 1.0))
        sides.append(1.0)
    for y in jaw_y:
        share = (LIP_Y - y) / (LIP_Y + 11.6)
        height = LIP_Y + share * (JAW_EDGE(np.abs(degrees)) - LIP_Y)
        height = height + bend * np.exp(-(((y - LIP_Y) / 0.9) ** 2))
        rows.append(ring(float(y), height, -1.0))
        sides.append(-1.0)
    seam = len(sheet_y)
    upper, lower = rows[:seam], rows[seam:]
    # The lips bulge differently, but closed lips meet in one line.
    upper[-1][:, 2] = lower[0][:, 2] = 0.5 * (upper[-1][:, 2] + lower[0][:, 2])
    anchors = [row[:, :2] for row in rows]
    # Rows into the mouth: back and away from the gap, so that a parted lip looks round.
    # Outside the mouth these rows collapse onto the lip line, where they cover nothing.
    facing = np.cos(theta) > 0.0  # the nape has the same x, but no mouth
    inside = (facing * np.clip(4.0 * mouth_opening(lip_x), 0.0, 1.0))[:, None]
    curl_up = [upper[-1] + inside * np.array([0.0, up, -back]) for up, back, _ in _INWARDS]
    curl_down = [lower[0] + inside * np.array([0.0, -up, -back]) for up, back, _ in _INWARDS[::-1]]
    edge = lower[-1]
    below = []
    for k in range(1, under + 1):
        shrunk = edge.copy()
        shrunk[:, 0] *= 1.0 - 0.018 * k * (k + 1.0)
        shrunk[:, 2] = (edge[:, 2] - 0.5) * (1.0 - 0.022 * k * (k + 1.0)) + 0.5
        # Below the chin the skin sinks towards the throat, below the ears it goes straight in.
        shrunk[:, 1] -= (0.04 + 0.2 * np.clip(np.cos(theta), 0.0, 1.0)) * k
        below.append(shrunk)
    all_rows = [*upper, *curl_up, *curl_down, *lower, *below]
    all_anchors = [
        *anchors[:seam],
        *([anchors[seam - 1]] * _CURL),
        *([anchors[seam]] * _CURL),
        *anchors[seam:],
        *([anchors[-1]] * under),
    ]
    side = np.repeat([1.0] * (seam + _CURL) + [-1.0] * (_CURL + len(lower) + under), columns)
    laid = np.concatenate(all_rows)
    laid[:, 1] = settle(laid[:, 0], laid[:, 1])
    position = _lids(laid * np.array([BREADTH, 1.0, 1.0]))
    upper_rows = seam + _CURL
    total = len(all_rows)
    # The sheets meet behind the teeth, so that an open mouth is a pocket, not a hole.
    first, last = upper_rows - _CURL + 2, upper_rows + _CURL - 2
    outside_mouth = np.concatenate([_grid(0, first, columns), _grid(last - 1, total, columns)])
    inside_mouth = _grid(first - 1, last, columns)
    inside_mouth = inside_mouth[facing[inside_mouth % columns].all(axis=1)]
    triangles = np.concatenate([outside_mouth, inside_mouth]).astype(np.int32)
    outside = np.flatnonzero((np.abs(lip_x) >= MOUTH_HALF_WIDTH) | ~facing)
    twins = np.stack(
        [(seam - 1) * columns + outside, (upper_rows + _CURL) * columns + outside], axis=1
    ).astype(np.int32)
    angle = np.tile(degrees, total)
    return Surface(
        position=position,
        anchor=np.concatenate(all_anchors),
        side=side,
        angle=angle,
        front=smoothstep(95.0, 60.0, np.abs(angle)),
        occlusion=_occlusion(position, total, columns, upper_rows),
        triangles=triangles,
        pocket=len(outside_mouth),
        twins=twins,
        columns=columns,
    )


def _grid(first: int, last: int, columns: int) -> NDArray[np.int64]:
    """Triangles of grid rows first..last-1, rows running down, columns to the right."""
    row, column = np.meshgrid(np.arange(first, last - 1), np.arange(columns - 1), indexing="ij")
    a = (row * columns + column).ravel()
    b, c = a + 1, a + columns
    d = c + 1
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])


def _occlusion(position: Array, rows: int, columns: int, split: int) -> Array:
    """Hollows are dark: depth below the surroundings, over two neighbourhoods."""
    depth = position[:, 2].reshape(rows, columns)
    light = np.ones_like(depth)
    skin = np.r_[0 : split - _CURL, split + _CURL : rows]
    for spread, gain in ((3.0, 0.42), (8.0, 0.45)):
        hollow = np.clip(gaussian_filter(depth[skin], spread) - depth[skin], 0.0, 1.0)
        light[skin] *= np.exp(-gain * hollow)
    # Collapsed rows outside the mouth have no area, so only the mouth's inside darkens here.
    inwards = np.array(_INWARDS)[:, 2:]
    light[split - _CURL : split], light[split : split + _CURL] = inwards, inwards[::-1]
    return light.ravel()
