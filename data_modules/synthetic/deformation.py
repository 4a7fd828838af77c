"""Everything that can move the mean face's skin, laid out once as displacement fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.accessories import turn_jaw
from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.anatomy import (
    MOUTH_HALF_WIDTH,
    Array,
    lip_line,
    lower_lip_height,
    mouth_opening,
    smoothstep,
    upper_lip_height,
)
from data_modules.synthetic.identity import REST_FOLDS, SHAPE_MODES, ShapeMode
from data_modules.synthetic.muscles import ActionUnit, jaw_weight, left_share, part
from data_modules.synthetic.surface import Surface, surface

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Halves:
    """Displacement of the skin that the left and the right muscle of a unit move.

    Attributes:
        index: (n,) int32, the vertices that move.
        left: (n, 3) float32, cm that the person's left muscle moves them at intensity 1.
        right: the same of the right muscle.
    """

    index: NDArray[np.int32]
    left: Floats
    right: Floats


@dataclass(frozen=True)
class Shade:
    """Loss of light where a unit folds skin.

    Attributes:
        index: (n,) int32, the vertices that darken.
        loss: (n,) float32, at intensity 1 on both sides.
        share: (n,) float32, share of the person's left side.
    """

    index: NDArray[np.int32]
    loss: Floats
    share: Floats


@dataclass(frozen=True)
class Basis:
    """Displacements in cm and losses of light per skin vertex, all float32.

    Attributes:
        base: (N, 3) the mean face.
        light: (N,) share of ambient light at rest.
        modes: one (N, 3) per shape mode, at +1 standard deviation.
        folds: (N, 3) rest folds at age 1, and `fold_shade` (N,) their loss of light.
        units: per action unit what stays when the lips are pressed.
        parting: per action unit what parts the lips.
        shades: per action unit the loss of light.
        jaw: what a drop of the chin by 1 cm moves.
        roll: what lips move whose red rolls in whole.
        middle: vertex in the middle of the lip line.
    """

    base: Floats
    light: Floats
    modes: dict[str, Floats]
    folds: Floats
    fold_shade: Floats
    units: dict[str, Halves]
    parting: dict[str, Halves]
    shades: dict[str, Shade]
    jaw: Halves
    roll: Halves
    middle: int


_STILL = 2e-4  # cm, or share of light: what moves less does not move


def _field(left: Array, right: Array) -> Halves:
    strength = np.maximum(np.abs(left), np.abs(right)).max(axis=1)
    index = np.flatnonzero(strength > _STILL).astype(np.int32)
    return Halves(index, left[index].astype(np.float32), right[index].astype(np.float32))


def _halved(moved: Array, skin: Surface) -> Halves:
    share = left_share(skin.anchor[:, :1])
    return _field(moved * share, moved * (1.0 - share))


def _shade(loss: Array, skin: Surface) -> Shade:
    index = np.flatnonzero(loss > _STILL).astype(np.int32)
    share = left_share(skin.anchor[index, 0])
    return Shade(index, loss[index].astype(np.float32), share.astype(np.float32))


def _roll(skin: Surface, side: float) -> Array:
    """Distance in cm by which a lip's red border moves when all of its red rolls in, (N,)."""
    x, y = skin.anchor.T
    height = np.maximum(upper_lip_height(x) if side > 0 else lower_lip_height(x), 1e-3)
    above = np.clip((y - lip_line(x)) * side, 0.0, None)
    beyond = height * np.exp(-np.clip(above - height, 0.0, None) / 0.5)
    rolled = np.where(above < height, above, beyond) * (skin.side == side)
    result: Array = rolled * part(skin, side) * (skin.front > 0)
    return result


def _mode_field(mode: ShapeMode, skin: Surface) -> Array:
    x, y = skin.anchor.T
    moved: Array = skin.position * np.array(mode.stretch)
    for pull in mode.pulls:
        moved = moved + pull.displacement(skin)
    moved[:, 0] += mode.jaw * skin.position[:, 0] * smoothstep(-1.0, -9.5, y)
    moved[:, 0] += mode.sides * np.sign(x) * smoothstep(2.6, 6.4, np.abs(x))
    moved[:, 1] += mode.lower * np.minimum(y + 4.0, 0.0)
    moved[:, 0] += mode.skew * smoothstep(0.0, -9.0, y) * skin.front
    for side, growth in zip((1.0, -1.0), mode.lips, strict=True):
        height = np.maximum(upper_lip_height(x) if side > 0 else lower_lip_height(x), 0.12)
        share = _roll(skin, side) / height
        moved[:, 1] += side * growth * share * mouth_opening(x)
        moved[:, 2] += 0.6 * growth * share * mouth_opening(x)
    return moved


def _unit_fields(unit: ActionUnit, skin: Surface) -> tuple[Halves, Halves, Shade]:
    """Displacement that stays when lips are pressed, displacement that parts them, shade."""
    x, y = skin.anchor.T
    halves = {}
    for lips in (False, True):
        pulls = [pull for pull in unit.pulls if (pull.lip != "both") == lips]
        for side in (1.0, -1.0):
            moved = [pull.half(skin, side) for pull in pulls]
            halves[lips, side] = sum(moved, np.zeros_like(skin.position))
    folded, shade = np.zeros(len(x)), np.zeros(len(x))
    for crease in unit.creases:
        forwards, dark = crease.furrow(skin)
        folded += forwards
        shade += dark
    if unit.dimples:
        # Waves in five directions make pits as irregular as an orange's.
        turns = np.pi * np.arange(5) / 5
        rough = sum(np.cos(12.5 * (x * np.cos(t) + y * np.sin(t)) + 7.0 * t) for t in turns) / 2.2
        chin = np.exp(-0.5 * ((x / 1.05) ** 2 + ((y + 10.0) / 0.62) ** 2)) * skin.front
        folded += unit.dimples * rough * chin
        shade += 0.35 * np.clip(-rough, 0.0, None) * chin
    for side in (1.0, -1.0):
        halves[False, side][:, 2] += folded * left_share(side * x)
    stays, parting = (_field(halves[lips, 1.0], halves[lips, -1.0]) for lips in (False, True))
    return stays, parting, _shade(shade, skin)


def _jaw_field(skin: Surface) -> Array:
    x, y = skin.anchor.T
    turned = turn_jaw(np.column_stack([skin.anchor, skin.position[:, 2]]), 1.0)
    moved: Array = jaw_weight(skin)[:, None] * turned
    # The mouth's lining deepens without being pushed back into the neck.
    lining = (np.abs(y - lip_line(x)) < 0.05) & (np.abs(x) < MOUTH_HALF_WIDTH)
    moved[:, 2] *= 1.0 - smoothstep(9.0, 7.0, skin.position[:, 2]) * lining
    # Cheeks and corners are drawn in as the face lengthens.
    moved[:, 0] -= 0.022 * x * np.exp(-0.5 * ((y + 7.0) / 1.5) ** 2) * skin.front
    return moved


def _roll_field(skin: Surface) -> Array:
    moved = np.zeros_like(skin.position)
    for side in (1.0, -1.0):
        moved[:, 1] -= side * _roll(skin, side)
        moved[:, 2] -= 0.08 * _roll(skin, side)
    return moved


@cache
def basis() -> Basis:
    """All fields on the mean face; built once a process."""
    skin = surface()
    fields = {name: _unit_fields(unit, skin) for name, unit in ACTION_UNITS.items()}
    folds = np.zeros_like(skin.position)
    fold_shade = np.zeros(len(folds))
    for crease in REST_FOLDS:
        forwards, dark = crease.furrow(skin)
        folds[:, 2] += forwards
        fold_shade += dark
    midline = (np.abs(skin.anchor[:, 0]) < 1e-6) & (skin.front > 0)  # not the back's
    lip = np.flatnonzero((skin.side > 0) & midline)
    return Basis(
        base=skin.position.astype(np.float32),
        light=skin.occlusion.astype(np.float32),
        modes={k: _mode_field(mode, skin).astype(np.float32) for k, mode in SHAPE_MODES.items()},
        folds=folds.astype(np.float32),
        fold_shade=fold_shade.astype(np.float32),
        units={k: stays for k, (stays, _, _) in fields.items()},
        parting={k: parting for k, (_, parting, _) in fields.items()},
        shades={k: shade for k, (_, _, shade) in fields.items()},
        jaw=_halved(_jaw_field(skin), skin),
        roll=_halved(_roll_field(skin), skin),
        middle=int(lip[np.argmin(skin.anchor[lip, 1])]),
    )
