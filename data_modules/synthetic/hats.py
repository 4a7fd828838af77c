"""Hats over this person's skull: cap, beanie, headscarf."""

from __future__ import annotations

from functools import cache

import numpy as np

from data_modules.synthetic.anatomy import Array, smoothstep
from data_modules.synthetic.fitting import Floats, Ints, vertices_around
from data_modules.synthetic.parameters import Colour, Wear
from data_modules.synthetic.pieces import Piece, join, sheet
from data_modules.synthetic.surface import surface

_COLUMNS, _ROWS = 49, 9
_TOP = 11.3  # highest row taken from the skull, cm
_EDGES = {
    # Height in cm of a hat's edge by longitude in degrees.
    "cap": ((0, 40, 80, 110, 180), (5.6, 5.0, 3.2, 2.0, 0.5)),
    "beanie": ((0, 40, 80, 110, 180), (4.9, 4.3, 2.2, 0.2, -2.0)),
    "scarf": ((0, 30, 50, 62, 180), (6.3, 5.7, 4.0, 2.0, 0.0)),
}


@cache
def _edge(hat: str, angle: tuple[float, ...]) -> Array:
    knots, heights = _EDGES[hat]
    result: Array = np.interp(np.abs(angle), knots, heights)
    return result


def _angles(columns: int) -> Array:
    return np.linspace(-180.0, 180.0, columns)


@cache
def _crown_vertices(hat: str) -> tuple[Ints, Array]:
    """Skin under the hat: rows from the top down to the edge, columns from back to back."""
    angle = _angles(_COLUMNS)
    edge = _edge(hat, tuple(angle))
    share = np.linspace(0.0, 1.0, _ROWS)[:, None]
    height = _TOP + share * (edge - _TOP)
    return vertices_around(np.broadcast_to(angle, height.shape), height)


@cache
def hair_pressed(hat: str) -> Floats:
    """Share (N,) of the hair's thickness that a hat leaves, on each skin vertex."""
    skin = surface()
    edge = _edge(hat, tuple(np.round(skin.angle, 3)))
    if hat == "scarf":  # covers all that lies behind the temples
        edge = edge - 20.0 * smoothstep(46.0, 58.0, np.abs(skin.angle))
    above = smoothstep(-2.2, 0.2, skin.anchor[:, 1] - edge)
    result: Floats = (1.0 - 0.92 * above).astype(np.float32)
    return result


def _crown(hat: str, skin: Floats, swell: Array) -> tuple[Array, Array]:
    """A hat's grid (1 + rows, columns, 3) over the skull, and its outward directions."""
    index, weight = _crown_vertices(hat)
    grid = (skin[index].astype(np.float64) * weight[..., None]).sum(axis=2)
    grid[:, -1] = grid[:, 0] = 0.5 * (grid[:, 0] + grid[:, -1])
    outwards = grid * np.array([1.0, 0.8, 1.0])
    outwards = outwards / np.linalg.norm(outwards, axis=2, keepdims=True)
    grid = grid + outwards * swell[:, None, None]
    # The skull's uppermost ring is open: close it by a flat spot.
    apex = np.broadcast_to(grid[0].mean(axis=0) + np.array([0.0, 0.35, 0.0]), (1, _COLUMNS, 3))
    return np.concatenate([apex, grid]), outwards


def build_hat(wear: Wear, skin: Floats) -> Piece:
    """The hat for this head; `skin` are its (N, 3) vertices with the hair pressed flat."""
    build = {"cap": _cap, "beanie": _beanie, "scarf": _scarf}[wear.hat]
    return build(skin, wear.hat_colour)


def _cap(skin: Floats, colour: Colour) -> Piece:
    swell = np.interp(np.linspace(0, 1, _ROWS), [0.0, 0.6, 1.0], [0.55, 0.65, 0.40])
    grid, _ = _crown("cap", skin, swell)
    seam = np.cos(np.deg2rad(_angles(_COLUMNS)) * 6.0)  # six panels
    light = np.broadcast_to(1.0 - 0.14 * (seam > 0.9), grid.shape[:2])
    crown = sheet("hat", grid, colour, 0.15, light.ravel())
    # The visor grows out of the front edge.
    middle = _COLUMNS // 2
    reach = 7
    edge = grid[-1, middle - reach : middle + reach + 1]
    across = np.linspace(-1.0, 1.0, 2 * reach + 1)
    rows = []
    for out in np.linspace(0.0, 1.0, 6):
        row = edge.copy()
        row[:, 2] += 6.2 * out * (1.0 - across**2) ** 0.5
        # Arched: its corners hang lower than its middle.
        row[:, 1] += -2.9 * out * (1.0 - 0.3 * across**2) + 0.5 * out**2 * (1.0 - across**2)
        row[:, 1] -= 0.7 * across**2
        row[:, 0] *= 1.0 + 0.04 * out
        rows.append(row)
    # Darker than the crown, between two seams, so that it shows from the front.
    shade = np.repeat([0.25, 0.50, 0.54, 0.56, 0.54, 0.24], 2 * reach + 1)
    visor = sheet("hat", np.stack(rows), np.asarray(colour) * shade[:, None], 0.25)
    under = visor.moved(visor.position - np.array([0.0, 0.18, 0.0]))
    flipped = Piece(
        "hat",
        under.position,
        np.ascontiguousarray(under.triangles[:, ::-1]),
        under.albedo * 0.4,
        under.gloss,
        np.full(len(under.position), 0.35),
    )
    return join([crown, visor, flipped])


def _beanie(skin: Floats, colour: Colour) -> Piece:
    swell = np.interp(np.linspace(0, 1, _ROWS), [0.0, 0.4, 0.72, 1.0], [1.5, 0.9, 0.55, 0.45])
    grid, outwards = _crown("beanie", skin, swell)
    ribs = np.where(np.arange(_COLUMNS) % 2, 1.0, -1.0)  # knitted, one a column
    grid[2:] += outwards[1:] * (0.07 * ribs)[None, :, None]
    light = np.broadcast_to(1.0 + 0.14 * ribs, grid.shape[:2]).copy()
    crown = sheet("hat", grid, colour, 0.05, light.ravel())
    # The edge is folded up: a second, thicker layer.
    fold = np.stack([grid[-1] * s + np.array([0.0, dy, 0.0]) for s, dy in _FOLD])
    band = sheet("hat", fold, np.asarray(colour) * 0.9, 0.05, np.tile(light[-1], len(fold)))
    return join([crown, band])


_FOLD = ((1.0, 2.1), (1.055, 1.95), (1.06, 1.0), (1.055, 0.0), (0.985, -0.12))


def _scarf(skin: Floats, colour: Colour) -> Piece:
    swell = np.interp(np.linspace(0, 1, _ROWS), [0.0, 0.5, 1.0], [0.7, 0.6, 0.25])
    grid, _ = _crown("scarf", skin, swell)
    crown = sheet("hat", grid, colour, 0.08)
    # Cloth from the temples down round the cheeks, closed under the chin and round the neck.
    heights = np.concatenate([np.linspace(6.6, -9.0, 17), np.linspace(-9.6, -14.0, 10), [-18.0]])
    knots = [-18, -14, -12.6, -12.1, -11.4, -10.4, -9, -4.5, 0.5, 3, 5, 6.6]
    open_at = np.interp(heights, knots, [0.5, 0.5, 0.5, 14, 32, 47, 57, 65, 63, 57, 45, 26])
    wide = np.interp(heights, knots, [13, 8.6, 7.9, 7.7, 7.6, 7.7, 8.2, 9.4, 9.5, 9.1, 8.4, 7.5])
    deep = np.interp(heights, knots, [8, 7.6, 8.4, 8.8, 9.2, 9.3, 9.3, 9.5, 9.7, 9.7, 9.5, 9.0])
    size = float(np.abs(skin[:, 0]).max()) / 7.85
    share = np.linspace(-1.0, 1.0, 53)
    theta = np.deg2rad(180.0 + share[None, :] * (180.0 - open_at[:, None]))
    ripple = 0.14 * np.sin(13.0 * share + 0.55 * heights[:, None]) * (1.0 - share**2)
    # In front of the ears the cloth lies close to temple and cheek.
    close = smoothstep(0.62, 1.0, np.abs(share)) * smoothstep(-13.0, -10.0, heights)[:, None]
    radius = 1.0 - 0.15 * close
    x = (wide[:, None] * size + ripple) * radius * np.sin(theta)
    z = -0.4 + (deep[:, None] + ripple) * np.cos(theta)
    grid = np.stack([x, np.broadcast_to(heights[:, None], x.shape), z], axis=2)
    light = 0.85 + 0.6 * ripple
    return join([crown, sheet("hat", grid[:, ::-1], colour, 0.08, light.ravel(), two_sided=True)])
