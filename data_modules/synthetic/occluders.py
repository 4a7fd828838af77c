"""Things between camera and face: hand, microphone, cup, phone, mask, strands of hair."""

from __future__ import annotations

from functools import cache

import numpy as np

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.fitting import Floats, Ints, depth_map, rest_on, vertices_at
from data_modules.synthetic.hand import VARIANTS, build_hand, digit, in_plane
from data_modules.synthetic.parameters import FaceParameters, Occluder
from data_modules.synthetic.pieces import (
    FIXED,
    HAIR,
    OWN,
    SKIN,
    Piece,
    Template,
    circle,
    join,
    loft,
    resample,
    rings_along,
    sheet,
    template,
    tube,
)

_OUT = np.array([0.0, 0.0, 1.0])
_PLAIN = np.ones(3)
_AHEAD = {"microphone": 4.0, "cup": 5.5, "phone": 4.0}  # of the face, cm


def build_occluder(
    face: FaceParameters, skin: Floats, turn: Array, ears: tuple[Array, Array]
) -> Piece:
    """What `face.occluder` names, in head coordinates.

    A hand, a mask and strands touch the face and turn with the head. A microphone, a cup and a
    phone stand in the world before the same place of the face, upright in the picture.

    Args:
        face: occluder, and the person's colours.
        skin: (N, 3) posed-for skin vertices.
        turn: (3, 3) from head to camera directions.
        ears: (3,) top of the ear at x > 0, and of the other.
    """
    occluder = face.occluder
    if occluder.kind == "hand":
        return build_hand(face, skin)
    if occluder.kind == "mask":
        return _mask(occluder, skin, ears)
    if occluder.kind == "strands":
        return _strands(face, skin)
    build = {"microphone": _microphone, "cup": _cup, "phone": _phone}[occluder.kind]
    thing = build(occluder.seed % VARIANTS).painted(occluder.colour, face)
    return _before(thing, occluder, skin, turn)


def _before(piece: Piece, occluder: Occluder, skin: Floats, turn: Array) -> Piece:
    """Stand a piece, given in camera directions, before its place on the face."""
    x, y = np.array(occluder.x), np.array(occluder.y)
    place = np.array([x, y, rest_on(depth_map(skin), x, y)])
    a, b, c = in_plane(piece.position, occluder)
    a, b, c = a - occluder.x, b - occluder.y, c + _AHEAD[occluder.kind] * occluder.scale
    # The camera's directions in the head's: the rotation's inverse is its transpose.
    back = [turn[0, k] * a + turn[1, k] * b + turn[2, k] * c for k in range(3)]
    return piece.moved(place + np.stack(back, axis=1))


@cache
def _microphone(variant: int) -> Template:
    rng = np.random.default_rng(variant)
    foam = rng.random() < 0.5
    radius = 2.9 if foam else 2.5
    t = np.linspace(0.0, np.pi, 17)
    sides = 20
    rise = 1.25 if foam else 1.08
    path = np.stack([np.zeros(17), -rise * radius * np.cos(t), np.zeros(17)], axis=1)
    size = np.maximum(radius * np.sin(t), 1e-3)
    rings = rings_along(path, np.stack([size, size], axis=1), _OUT, sides)
    i, k = np.meshgrid(np.arange(17), np.arange(sides), indexing="ij")
    if foam:
        grain = 1.0 + 0.25 * rng.standard_normal((17, sides))
        bulb = np.clip(grain, 0.5, 1.6)[..., None] * _PLAIN
        gloss = 0.05
    else:
        mesh = 0.65 + 0.45 * ((i + k) % 2)
        bulb = np.array([0.30, 0.30, 0.31]) * mesh[..., None]
        bulb[8] = 0.55  # the ring round the middle
        gloss = 1.6
    head = loft("occluder", rings, bulb.reshape(-1, 3), gloss)
    # The handle leaves downwards, and a little towards the camera.
    v = np.array([-2.2, -2.8, -3.4, -6.0, -10.0, -20.0])
    handle = np.stack([np.zeros(6), v, np.array([0.0, 0.1, 0.2, 0.5, 0.9, 2.0])], axis=1)
    wide = np.array([1.6, 1.75, 1.45, 1.35, 1.2, 1.05]) * (0.95 if foam else 1.0)
    dark = np.asarray([0.02, 0.02, 0.022])
    grip = tube(
        "occluder", handle[::-1], np.stack([wide, wide], 1)[::-1], _OUT, dark, 1.0, sides=14
    )
    parts = [(grip, FIXED), (head, OWN if foam else FIXED)]
    if foam and rng.random() < 0.6:  # a broadcaster's cube
        square = 2.3 * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        levels = ((-6.9, 0.6), (-6.9, 1.0), (-3.3, 1.0), (-3.3, 0.6))
        cube = np.stack([np.array([[s * p, y, -s * q] for p, q in square]) for y, s in levels])
        flag = np.clip(rng.uniform(0.1, 0.9, 3), 0.0, 0.8)
        parts.append((loft("occluder", cube, flag, 0.4), FIXED))
    return template(parts)


def _grip(levels: Array, front: float, reach: float) -> list[Piece]:
    """Fingers from the right round the front of a held thing, one a level."""
    heel = np.array([[front + 2.6, levels[-1] - 12.0, -1.2], [front + 1.3, levels[-1] - 2.5, -0.8]])
    heel = np.concatenate([heel, [[front + 0.9, levels[0] + 0.6, -0.8]]])
    side = resample(heel, 12)
    wide = np.array([1.8, 1.8, 1.8, 1.8, 1.8, 1.8, 1.8, 1.8, 1.7, 1.5, 1.1, 0.1])
    pieces = [digit(side, wide, nail=False)]
    for k, level in enumerate(levels):
        x = np.array([front + 1.2, front + 1.1, 0.75 * front, 0.25 * front, reach + 0.3 * (k % 3)])
        z = np.array([-1.5, 0.2, 0.0, 0.0, 0.0]) + np.array([0.0, 0.0, 0.75, 1.0, 1.0]) * 0.8
        path = resample(np.stack([x, np.full(5, level), z], axis=1), 14)
        path[-4:] = path[-4] + np.array([0.0, 0.45, 0.8, 0.95])[:, None] * (path[-1] - path[-4])
        thick = 0.85 * np.linspace(1.0, 0.88, 14)
        thick[-4:] *= np.array([1.0, 0.9, 0.62, 0.03])
        pieces.append(digit(path, thick))
    return pieces


@cache
def _cup(variant: int) -> Template:
    rng = np.random.default_rng(variant)
    mug, held = rng.random() < 0.4, rng.random() < 0.75
    if mug:
        levels = np.array([-4.6, -4.6, -4.2, 4.4, 4.6, 4.4, -3.5])
        radius = np.array([0.1, 3.6, 3.9, 4.1, 4.05, 3.8, 3.5])
        bands = np.ones(7)
    else:
        levels = np.array([-5.5, -5.5, -5.3, -2.6, -2.55, 2.0, 2.05, 4.6, 4.65, 5.4, 5.5, 5.5])
        radius = np.array([0.1, 2.8, 2.9, 3.25, 3.4, 3.75, 3.7, 4.05, 4.35, 4.2, 3.6, 0.1])
        bands = np.array([1, 1, 1, 1, 0.45, 0.45, 1, 1, 1.25, 1.25, 1.2, 1.2])
    sides = 28
    cosine, sine = circle(sides)
    across = radius[:, None] * cosine
    rings = np.stack(
        [across, np.broadcast_to(levels[:, None], across.shape), -radius[:, None] * sine], axis=2
    )
    painted = np.repeat(bands, sides)[:, None] * _PLAIN
    parts = [(loft("occluder", rings, painted, 0.7), OWN)]
    if mug:
        turn = np.linspace(-1.3, 1.3, 12)
        ear = np.stack([-3.6 - 2.4 * np.cos(turn), 2.7 * np.sin(turn), np.zeros(12)], axis=1)
        parts.append((tube("occluder", ear, np.full((12, 2), 0.5), _OUT, _PLAIN, 0.7), OWN))
    if held:
        fingers = _grip(np.array([2.2, 0.5, -1.2, -2.8]), 4.2, -1.6)
        parts += [(each.moved(_wrap(each.position, 4.0)), SKIN) for each in fingers]
    made = template(parts)
    # Tipped towards the mouth.
    tip = np.deg2rad(18.0)
    x, y, z = made.piece.position.T
    tipped = np.stack([x, y * np.cos(tip) + z * np.sin(tip), z * np.cos(tip) - y * np.sin(tip)], 1)
    return Template(made.piece.moved(tipped), made.dye)


def _wrap(position: Array, radius: float) -> Array:
    """Bend what lies flat before z = 0 round a cylinder of this radius about y."""
    x, y, z = position.T
    turn = x / (radius + 0.8)
    return np.stack([(radius + z) * np.sin(turn), y, (radius + z) * np.cos(turn)], axis=1)


@cache
def _phone(variant: int) -> Template:
    rng = np.random.default_rng(variant)
    cosine, sine = circle(32)
    corner = 0.25  # superellipse: a rectangle with round corners
    x = 3.6 * np.sign(cosine) * np.abs(cosine) ** corner
    y = 7.4 * np.sign(sine) * np.abs(sine) ** corner
    levels = ((-0.42, 1e-3), (-0.42, 0.97), (-0.3, 1.0), (0.3, 1.0), (0.42, 0.97), (0.42, 1e-3))
    rings = np.stack([np.stack([s * x, s * y, np.full(32, z)], axis=1) for z, s in levels])
    parts = [(loft("occluder", rings, _PLAIN, 1.2), OWN)]
    # The camera: an island of dark lenses in a corner of the back.
    a, b = np.sign(cosine) * np.abs(cosine) ** 0.5, np.sign(sine) * np.abs(sine) ** 0.5
    plate = np.stack(
        [
            np.stack([-1.9 + 1.4 * s * a, 5.4 + 1.5 * s * b, np.full(32, z)], axis=1)
            for z, s in ((0.40, 1.0), (0.55, 1.0), (0.58, 0.95), (0.58, 1e-3))
        ]
    )
    parts.append((loft("occluder", plate, 0.6 * _PLAIN, 1.0), OWN))
    for dx, dy in ((-0.6, 0.65), (0.6, 0.0), (-0.6, -0.65)):
        eye = np.stack(
            [
                np.stack([-1.9 + dx + s * cosine, 5.4 + dy + s * sine, np.full(32, z)], axis=1)
                for z, s in ((0.56, 0.52), (0.66, 0.5), (0.66, 0.42), (0.62, 1e-3))
            ]
        )
        parts.append((loft("occluder", eye, (0.012, 0.012, 0.016), 2.0), FIXED))
    if rng.random() < 0.8:
        fingers = _grip(np.array([1.2, -0.7, -2.5, -4.2]), 3.6, 0.4)
        parts += [(each.moved(each.position + 0.35 * _OUT), SKIN) for each in fingers]
    return template(parts)


_MASK_ROWS, _MASK_COLUMNS = 15, 27


@cache
def _mask_vertices() -> Ints:
    """Skin under a medical mask (rows, columns), from the nose's bridge to under the chin."""
    share = np.linspace(-1.0, 1.0, _MASK_COLUMNS)
    x = 5.9 * share
    top = -1.9 - 1.0 * np.abs(share) ** 1.2
    bottom = -11.45 + 3.3 * np.abs(share) ** 2.2
    t = np.linspace(0.0, 1.0, _MASK_ROWS)[:, None]
    y = top + t * (bottom - top)
    narrow = 1.0 - 0.10 * np.clip(t - 0.5, 0.0, 1.0) * 2.0
    return vertices_at(np.broadcast_to(x * narrow, y.shape), y)


def _blurred(grid: Array, times: int) -> Array:
    """Smooth a grid (rows, columns, 3) along rows and columns; its border only along itself."""
    for _ in range(times):
        padded = np.concatenate([2 * grid[:1] - grid[1:2], grid, 2 * grid[-1:] - grid[-2:-1]])
        grid = 0.25 * (padded[:-2] + 2 * padded[1:-1] + padded[2:])
        padded = np.concatenate(
            [2 * grid[:, :1] - grid[:, 1:2], grid, 2 * grid[:, -1:] - grid[:, -2:-1]], axis=1
        )
        grid = 0.25 * (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:])
    return grid


def _mask(occluder: Occluder, skin: Floats, ears: tuple[Array, Array]) -> Piece:
    grid = skin[_mask_vertices()].astype(np.float64)
    # Between the vertices looked at, the skin may stand out further.
    tip = grid[..., 2].copy()
    tip[1:] = np.maximum(tip[1:], grid[:-1, :, 2])
    tip[:-1] = np.maximum(tip[:-1], grid[1:, :, 2])
    grid[..., 2] = tip
    soft = _blurred(grid, 6)
    # Cloth is stretched over what stands out, and bridges hollows.
    grid[..., 2] = np.maximum(grid[..., 2], soft[..., 2])
    grid = _blurred(grid, 3)
    share = np.linspace(-1.0, 1.0, _MASK_COLUMNS)
    t = np.linspace(0.0, 1.0, _MASK_ROWS)[:, None]
    tent = 0.42 + 0.35 * np.sin(np.pi * t) * (1.0 - np.abs(share) ** 3)
    pleats = np.mod(t * 3.6 + 0.2, 1.0) * (1.0 - share**4) * (np.abs(t - 0.5) < 0.36)
    outwards = np.stack([0.55 * share, np.zeros_like(share), np.ones_like(share)], axis=1)
    grid = grid + outwards * (tent + 0.16 * pleats)[..., None]
    light = 0.92 + 0.10 * pleats - 0.22 * (pleats < 0.15) * (np.abs(t - 0.5) < 0.36)
    cloth = sheet("occluder", grid, occluder.colour, 0.05, light.ravel(), two_sided=True)
    pieces = [cloth]
    for column, ear in ((-1, ears[0]), (0, ears[1])):
        side = np.sign(ear[0])
        for row, drop in ((1, -0.6), (-3, -3.6)):
            start = grid[row, column]
            end = ear + np.array([-0.1 * side, drop, -0.4])
            middle = 0.5 * (start + end) + np.array([0.35 * side, 0.0, 0.5])
            path = resample(np.stack([start, middle, end]), 8)
            loop = tube(
                "occluder", path, np.full((8, 2), 0.12), np.array([side, 0.0, 0.3]), (0.7, 0.7, 0.7)
            )
            pieces.append(loop)
    return join(pieces)


def _strands(face: FaceParameters, skin: Floats) -> Piece:
    """Locks of hair blown across the face."""
    strands = _locks(face.occluder.seed % VARIANTS).painted(face.occluder.colour, face)
    x, y, w = in_plane(strands.position, face.occluder)
    z = rest_on(depth_map(skin, smooth=1.0, floor=2.0), x, y) + w
    return strands.moved(np.stack([x, y, z], axis=1))


@cache
def _locks(variant: int) -> Template:
    """A few locks running down a plane; the hairs of each come to one point."""
    rng = np.random.default_rng(variant)
    steps = np.linspace(0.0, 1.0, 16)
    hairs = []
    for _ in range(int(rng.integers(3, 7))):
        start, end, length = rng.normal(0.0, 1.6), rng.normal(0.0, 2.2), rng.uniform(8.0, 15.0)
        bow, lift, breadth = rng.normal(0.0, 1.0), rng.uniform(0.2, 0.8), rng.uniform(0.3, 1.1)
        shade = rng.uniform(0.8, 1.4)
        for _ in range(int(rng.integers(5, 11))):
            stray = breadth * rng.normal() * (1.0 - 0.8 * steps)
            u = start + (end - start) * steps + bow * np.sin(np.pi * steps) + stray
            u = u + 0.15 * np.sin(5.0 * steps + rng.uniform(0.0, 6.0))
            v = (0.5 - steps * rng.uniform(0.75, 1.0)) * length
            path = np.stack([u, v, np.full(16, lift + 0.08 * rng.normal())], axis=1)
            width = rng.uniform(0.05, 0.12) * (1.05 - steps) ** 0.5
            half = np.stack([width, 0.5 * width], axis=1)
            colour = _PLAIN * shade * rng.uniform(0.7, 1.4)
            hairs.append((tube("occluder", path, half, _OUT, colour, 0.6, 0.95, 4), HAIR))
    return template(hairs)
