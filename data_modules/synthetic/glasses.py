"""Glasses: rims before the eyes, a bridge over the nose, arms to the ears, and what lenses do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import EYE_CENTRE, Array
from data_modules.synthetic.fitting import Floats, Ints, depth_map, rest_on, vertices_around
from data_modules.synthetic.parameters import Wear
from data_modules.synthetic.pieces import Piece, circle, join, loft, resample, tube

_CORNERS = 32  # of a lens's outline
_HEIGHT = 0.45  # of hinges and arms above the pupils, cm
_CURVE = 0.014  # how a frame bends back towards the temples, per cm


@dataclass(frozen=True)
class _Style:
    half: tuple[float, float]  # of a lens, cm
    rim: tuple[float, float]  # half width across and in depth, cm
    arm: tuple[float, float]  # half height and thickness, cm
    bridge: float  # half width, cm
    gloss: float
    through: tuple[float, float, float]  # share of light the lens lets through
    mirror: float  # strength of reflections on the lens


_CLEAR = (0.95, 0.955, 0.95)
_STYLES = {
    "rimless": _Style((2.45, 1.55), (0.05, 0.10), (0.10, 0.06), 0.09, 1.2, _CLEAR, 1.0),
    "thin": _Style((2.50, 1.75), (0.11, 0.10), (0.13, 0.07), 0.11, 2.2, _CLEAR, 1.0),
    "thick": _Style((2.50, 1.75), (0.27, 0.20), (0.36, 0.16), 0.27, 0.9, _CLEAR, 1.0),
    "sun": _Style((2.85, 2.05), (0.18, 0.16), (0.30, 0.14), 0.20, 0.9, (0.06, 0.05, 0.045), 1.6),
}
_HINGE = ((-0.1, 0.0, 0.0), (0.22, 0.0, -0.1), (0.34, 0.0, -0.8))
_GLASS = (0.34, 0.37, 0.37)  # a bare lens's edge


@cache
def _temple(mirror: float) -> tuple[Ints, Array]:
    """Skin under an arm, from the outer corner of the eye to above the ear."""
    return vertices_around(mirror * np.array([55.0, 68.0, 80.0, 90.0]), np.full(4, _HEIGHT))


def build_glasses(
    wear: Wear, skin: Floats, relief: Floats, ears: tuple[Array, Array]
) -> tuple[Piece, Piece]:
    """Frame and lenses for this head.

    Args:
        wear: kind, shape and colour.
        skin: (N, 3) posed-for skin vertices.
        relief: (N,) hair on them, under which the arms run, cm.
        ears: (3,) the top of the ear at x > 0, and of the other.
    """
    style = _STYLES[wear.glasses]
    size = float(ears[0][0] - ears[1][0]) / 16.0
    a, b = style.half[0] * size, style.half[1]
    power = 2.0 / (2.0 + 2.6 * wear.glasses_shape)
    cosine, sine = circle(_CORNERS)
    round_lens = 0.22 * (1.0 - wear.glasses_shape)  # round lenses are also higher and narrower
    u = a * (1.0 - 0.4 * round_lens) * np.sign(cosine) * np.abs(cosine) ** power
    v = b * (1.0 + round_lens) * np.sign(sine) * np.abs(sine) ** power
    v = v - 0.25
    centre = float(np.clip(EYE_CENTRE[0] * size, a + 0.72, None))
    depth = depth_map(skin, smooth=0.0, floor=0.0)

    def bend(x: Array, y: Array) -> Array:
        result: Array = -_CURVE * x**2 + 0.10 * y  # the lower rim leans to the cheeks
        return result

    sides = [mirror * centre + u for mirror in (1.0, -1.0)]
    front = max(
        float(np.max(rest_on(depth, x, v) + 0.22 + style.rim[1] - bend(x, v))) for x in sides
    )
    front = max(front, EYE_CENTRE[2] + 2.35 + _CURVE * centre**2)
    edge = _GLASS if wear.glasses == "rimless" else wear.glasses_colour
    outwards = np.array([0.0, 0.0, 1.0])
    frame, lenses = [], []
    for x in sides:
        outline = np.stack([x, v, front + bend(x, v)], axis=1)
        half = np.tile(style.rim, (_CORNERS, 1))
        frame.append(tube("frame", outline, half, outwards, edge, style.gloss, 1.0, 6, True))
        middle = outline.mean(axis=0)
        rings = [
            middle + share * (outline - middle) + np.array([0.0, 0.0, 0.22 * (1.0 - share**2)])
            for share in (1.0, 0.7, 0.4, 0.02)
        ]
        lenses.append(loft("lens", np.stack(rings), edge, 1.0))
    frame.append(_bridge(wear, style, skin, centre - a, front))
    for mirror, ear in zip((1.0, -1.0), ears, strict=True):
        frame.append(_arm(wear, style, skin, relief, mirror, centre + a, front, ear))
    return join(frame), join(lenses)


def _bridge(wear: Wear, style: _Style, skin: Floats, inner: float, front: float) -> Piece:
    x = np.array([-inner - 0.02, -0.6 * inner, 0.0, 0.6 * inner, inner + 0.02])
    low = 0.25 if wear.glasses in ("thick", "sun") else 0.10
    y = low + np.array([0.0, 0.28, 0.38, 0.28, 0.0])
    nose = depth_map(skin, smooth=0.0, floor=0.0)
    z = np.maximum(front + 0.02, rest_on(nose, x, y) + 0.12 + style.rim[1])
    path = resample(np.stack([x, y, z], axis=1), 9)
    half = np.tile((style.bridge, style.rim[1]), (9, 1))
    return tube("frame", path, half, np.array([0.0, 0.0, 1.0]), wear.glasses_colour, style.gloss)


def _arm(
    wear: Wear,
    style: _Style,
    skin: Floats,
    relief: Floats,
    mirror: float,
    outer: float,
    front: float,
    ear: Array,
) -> Piece:
    index, weight = _temple(mirror)
    under = (skin[index].astype(np.float64) * weight[..., None]).sum(axis=1)
    bare = mirror * under[:, 0] - 0.9 * (relief[index] * weight).sum(axis=1)
    hinge = np.array([outer, _HEIGHT, front - _CURVE * outer**2])
    side = float(mirror * ear[0]) - 0.25
    points = [hinge + np.array(step) for step in _HINGE]
    for k in range(1, 4):
        z = min(float(under[k, 2]), hinge[2] - 1.0 - k)
        share = (hinge[2] - z) / (hinge[2] - float(ear[2]))
        straight = outer + 0.34 + share * (side - outer - 0.34)
        points.append(np.array([max(straight, bare[k] + 0.18), _HEIGHT, z]))
    top = float(ear[1]) - 0.35
    points.append(np.array([side, top, float(ear[2]) - 0.2]))
    points.append(np.array([side - 0.2, top - 1.2, float(ear[2]) - 1.3]))
    path = resample(np.array(points), 18) * np.array([mirror, 1.0, 1.0])
    half = np.tile(style.arm, (18, 1))
    outwards = np.array([mirror, 0.0, 0.35])
    return tube("frame", path, half, outwards, wear.glasses_colour, style.gloss, 0.9)


def lens_optics(wear: Wear) -> tuple[Floats, float]:
    """Share of light (3,) that the lenses let through, and the strength of their reflections."""
    style = _STYLES[wear.glasses]
    return np.asarray(style.through, dtype=np.float32), style.mirror


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def glaze(
    picture: Floats,
    nearest: Floats,
    seen: NDArray[np.int32],
    weights: Floats,
    depth: Floats,
    triangles: NDArray[np.int32],
    camera: Floats,
    normal: Floats,
    through: Floats,
    mirror: float,
    key: Floats,
    key_colour: Floats,
    ambient: Floats,
    distance: float,
) -> None:
    """Lay lenses over what lies behind them, in place.

    Args:
        picture: (S, S, 3) float32 linear radiance.
        nearest: (S, S) depth of what is opaque, as `rasterize` gives it.
        seen: (S, S) lens triangle per sample, -1 where none is.
        weights: (S, S, 2) barycentric weights on it.
        depth: (S, S) depth of the lens.
        triangles: (T, 3) of the lenses.
        camera: (V, 3) their vertices in camera coordinates, cm.
        normal: (V, 3) their normals in camera directions.
        through: (3,) share of light let through.
        mirror: strength of reflections.
        key: (3,) direction of the key light.
        key_colour: (3,) its light.
        ambient: (3,) light from everywhere.
        distance: camera to pivot, cm.
    """
    size = seen.shape[0]
    for row in range(size):
        for column in range(size):
            t = seen[row, column]
            if t < 0 or depth[row, column] <= nearest[row, column]:
                continue
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            wa, wb = weights[row, column, 0], weights[row, column, 1]
            wc = 1.0 - wa - wb
            nx = wa * normal[a, 0] + wb * normal[b, 0] + wc * normal[c, 0]
            ny = wa * normal[a, 1] + wb * normal[b, 1] + wc * normal[c, 1]
            nz = wa * normal[a, 2] + wb * normal[b, 2] + wc * normal[c, 2]
            norm = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
            nx, ny, nz = nx * norm, ny * norm, nz * norm
            vx = -(wa * camera[a, 0] + wb * camera[b, 0] + wc * camera[c, 0])
            vy = -(wa * camera[a, 1] + wb * camera[b, 1] + wc * camera[c, 1])
            vz = distance - (wa * camera[a, 2] + wb * camera[b, 2] + wc * camera[c, 2])
            norm = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = vx * norm, vy * norm, vz * norm
            facing = nx * vx + ny * vy + nz * vz
            rx = 2.0 * facing * nx - vx
            ry = 2.0 * facing * ny - vy
            rz = 2.0 * facing * nz - vz
            # A lamp and its surroundings, as a window or softbox shows in a lens: broad, soft.
            lamp = max(0.0, rx * key[0] + ry * key[1] + rz * key[2])
            lamp = 0.22 * lamp**40 + 0.05 * lamp**6
            fresnel = 0.04 + 0.5 * (1.0 - min(1.0, max(0.0, facing))) ** 4
            # Sky or ceiling above, floor below, and a soft horizon between.
            sky = fresnel * (0.25 + 1.6 * min(1.0, max(0.0, 0.35 + 2.2 * ry)))
            for channel in range(3):
                behind = picture[row, column, channel] * through[channel]
                shine = lamp * key_colour[channel] + sky * ambient[channel]
                picture[row, column, channel] = behind + mirror * shine
