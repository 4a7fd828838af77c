"""A hand on the face: palm, fingers, thumb and wrist, laid over this person's skin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.fitting import Floats, depth_map, rest_on
from data_modules.synthetic.parameters import FaceParameters, Occluder
from data_modules.synthetic.pieces import (
    CLOTH,
    SKIN,
    Piece,
    Template,
    circle,
    loft,
    rings_along,
    rounded,
    template,
)

VARIANTS = 60
"""Shapes of each kind of occluder; its seed picks one, modulo this."""

# Index to little finger: x and y of the knuckle, length, radius, splay in degrees; cm.
_FINGERS = (
    (-2.95, 0.0, 7.2, 0.88, -7.0),
    (-1.00, 0.4, 8.0, 0.90, -1.5),
    (0.98, 0.1, 7.4, 0.86, 4.0),
    (2.85, -0.7, 5.9, 0.75, 10.0),
)
_PHALANX = (0.46, 0.30, 0.24)
_BEND = np.deg2rad([80.0, 95.0, 60.0])  # of each joint in a closed fist
_SIDES, _ALONG = 10, 16


@dataclass(frozen=True)
class _Gesture:
    curl: tuple[float, float, float, float]  # of each finger, 0 straight to 1 fist
    thumb: float  # degrees away from the index
    spread: float  # factor on the splay
    shift: float  # of the knuckles along the hand, so that its visible middle lies at 0


_GESTURES = (
    _Gesture((0.05, 0.03, 0.05, 0.10), 35.0, 1.0, -2.0),  # flat over mouth or cheek
    _Gesture((0.95, 1.0, 1.0, 1.0), 12.0, 0.6, 1.5),  # fist under the chin
    _Gesture((0.03, 0.85, 0.95, 1.0), 25.0, 0.8, -1.0),  # index along the cheek
    _Gesture((0.25, 0.30, 0.40, 0.50), 50.0, 1.4, -1.5),  # loosely bent, thumb aside
    _Gesture((0.02, 0.05, 0.90, 1.0), 20.0, 1.0, -1.5),  # two fingers
)


def _finger(
    base: tuple[float, float], length: float, radius: float, splay: float, curl: float
) -> tuple[Array, Array]:
    """Axis (M, 3) and radius (M,) of one finger in the hand's frame: right, along, outwards."""
    steps = np.linspace(0.0, 1.0, 60)
    turn = np.zeros_like(steps)
    start = 0.0
    for share, bend in zip(_PHALANX, _BEND, strict=True):
        # A joint bends over a short way, not in one point.
        turn += curl * bend * np.clip((steps - start) / 0.10 + 0.5, 0.0, 1.0)
        start += share
    ahead, down = np.cos(turn), -np.sin(turn)
    along = np.concatenate([[0.0], np.cumsum(ahead[1:])]) * length / 59.0
    out = np.concatenate([[0.0], np.cumsum(down[1:])]) * length / 59.0
    side = np.deg2rad(splay)
    axis = np.stack([along * np.sin(side), along * np.cos(side), out], axis=1)
    axis[:, 0] += base[0]
    axis[:, 1] += base[1]
    pick = np.linspace(0, 59, _ALONG).round().astype(int)
    t = steps[pick]
    joints = np.exp(-(((t - 0.46) / 0.06) ** 2)) + 0.8 * np.exp(-(((t - 0.76) / 0.05) ** 2))
    thick = radius * (1.05 - 0.24 * t + 0.06 * joints) * rounded(_ALONG, first=False)
    return axis[pick], np.maximum(thick, 0.02)


def digit(axis: Array, radius: Array, nail: bool = True) -> Piece:
    """One finger around its axis, seen from +z; colours are factors on the skin's."""
    half = np.stack([radius, 0.92 * radius], axis=1)
    rings = rings_along(axis, half, np.array([0.0, 0.0, 1.0]), _SIDES)
    along, around = np.meshgrid(np.linspace(0, 1, len(axis)), circle(_SIDES)[1], indexing="ij")
    colour = np.full((*along.shape, 3), 0.95)
    knuckle = np.exp(-(((along - 0.46) / 0.05) ** 2)) + np.exp(-(((along - 0.76) / 0.04) ** 2))
    top = np.clip(around, 0.0, 1.0)
    colour *= (1.0 - 0.22 * knuckle * top)[..., None] * np.array([1.0, 0.96, 0.95])
    if nail:
        on_nail = (along > 0.84) & (along < 0.97) & (around > 0.75)
        colour[on_nail] = (1.12, 1.16, 1.2)
    light = 0.45 + 0.55 * np.clip(0.45 + around, 0.0, 1.0)
    gloss = 0.45
    return loft("occluder", rings, colour.reshape(-1, 3), gloss, light.ravel())


def _palm(fist: float) -> Piece:
    """Back of the hand and wrist."""
    v = np.array([-14.0, -12.0, -10.0, -8.5, -6.5, -4.0, -2.0, -0.6, 0.15, 0.5, 0.6])
    wide = np.array([3.1, 3.0, 2.9, 3.1, 3.7, 4.0, 4.0, 3.95, 3.7, 2.9, 0.1])
    thick = np.array([2.0, 1.9, 1.7, 1.6, 1.6, 1.5, 1.35, 1.2, 1.05, 0.7, 0.05])
    shift = np.array([0.0, 0.0, 0.0, 0.0, -0.1, -0.1, -0.05, 0, 0, 0, 0])
    path = np.stack([shift, v, np.zeros_like(v)], axis=1)
    sides = 24
    rings = rings_along(path, np.stack([wide, thick], axis=1), np.array([0.0, 0.0, 1.0]), sides)
    _, sine = circle(sides)
    top = np.clip(sine, 0.0, 1.0)[None, :] * np.ones((len(v), 1))
    x, y = rings[..., 0], rings[..., 1]
    bumps, tendons = np.zeros_like(x), np.zeros_like(x)
    for base, level, *_ in _FINGERS:
        bumps += np.exp(-(((x - base) / 0.75) ** 2) - ((y - level + 0.2) / 0.8) ** 2)
        line = 0.35 * base + (base - 0.35 * base) * np.clip((y + 9.0) / 9.0, 0.0, 1.0)
        tendons += np.exp(-(((x - line) / 0.35) ** 2)) * np.clip((y + 9.0) / 4.0, 0.0, 1.0)
    rings[..., 2] += (0.35 + 0.25 * fist) * bumps * top + 0.10 * tendons * top
    colour = 0.95 + 0.06 * (bumps * top)[..., None] * np.array([1.0, -0.6, -0.6])
    light = 0.55 + 0.45 * np.clip(0.5 + sine, 0.0, 1.0)[None, :]
    light = light - 0.10 * np.clip(1.0 - tendons, 0.0, 1.0)
    return loft("occluder", rings, colour.reshape(-1, 3), 0.4, light.ravel())


def _sleeve() -> Piece:
    v = np.array([-30.0, -22.0, -16.0, -13.2, -12.9, -13.2])
    path = np.stack([np.zeros(6), v, np.zeros(6)], axis=1)
    path[5, 1] = -12.85
    half = np.array([[5.2, 3.8], [4.9, 3.5], [4.4, 3.0], [4.1, 2.7], [3.9, 2.5], [3.0, 1.8]])
    rings = rings_along(path, half, np.array([0.0, 0.0, 1.0]), 20)
    return loft("occluder", rings, (1.0, 1.0, 1.0), 0.08, 0.9)


@cache
def _shape(variant: int) -> tuple[Template, float, float]:
    """A hand in its own frame, shift along it, and lift of its middle plane above the face."""
    rng = np.random.default_rng(variant)
    gesture = _GESTURES[variant % len(_GESTURES)]
    mirror = 1.0 if rng.random() < 0.5 else -1.0
    loose = rng.uniform(-0.06, 0.10, 4)
    fist = float(np.mean(gesture.curl))
    parts = [(_palm(fist), SKIN)]
    for (x, y, length, radius, splay), curl, slack in zip(
        _FINGERS, gesture.curl, loose, strict=True
    ):
        bent = float(np.clip(curl + slack, 0.0, 1.0))
        axis, thick = _finger((x, y), length, radius, splay * gesture.spread, bent)
        parts.append((digit(axis, thick, bent < 0.4), SKIN))
    axis, thick = _finger((-3.1, -5.6), 7.0, 1.05, -8.0 - gesture.thumb, 0.12 + 0.35 * fist)
    parts.append((digit(axis, thick, fist < 0.5), SKIN))
    parts.append((_sleeve(), CLOTH))
    made = template(parts)
    if mirror < 0:
        piece = replace(
            made.piece,
            position=made.piece.position * np.array([-1.0, 1.0, 1.0]),
            triangles=np.ascontiguousarray(made.piece.triangles[:, ::-1]),
        )
        made = Template(piece, made.dye)
    return made, gesture.shift, 0.85 + 1.5 * fist**2


def build_hand(face: FaceParameters, skin: Floats) -> Piece:
    """A hand whose visible middle lies at the occluder's place; the seed picks the gesture.

    Args:
        face: occluder, and the colours of skin and sleeve.
        skin: (N, 3) posed-for skin vertices, on which the hand rests.
    """
    occluder = face.occluder
    made, shift, lift = _shape(occluder.seed % VARIANTS)
    hand = made.painted(occluder.colour, face)
    x, y, w = in_plane(hand.position, occluder, shift)
    ground = rest_on(depth_map(skin, smooth=1.4, floor=2.5), x, y)
    # Bones bend less than the face does.
    stiff = float(rest_on(depth_map(skin, smooth=1.4), np.array(occluder.x), np.array(occluder.y)))
    z = 0.75 * ground + 0.25 * max(stiff, 6.0) + w + lift * occluder.scale
    return hand.moved(np.stack([x, y, z], axis=1))


def in_plane(position: Array, occluder: Occluder, shift: float = 0.0) -> tuple[Array, Array, Array]:
    """Scale, turn and place what lies in a frame of right, along, outwards: x, y and height w.

    Args:
        position: (N, 3) in cm.
        occluder: place, angle, size.
        shift: along the frame's second axis, cm.
    """
    u, v, w = (position + np.array([0.0, shift, 0.0])).T * occluder.scale
    angle = np.deg2rad(occluder.angle)
    x = occluder.x + u * np.cos(angle) + v * np.sin(angle)
    y = occluder.y - u * np.sin(angle) + v * np.cos(angle)
    return x, y, w
