"""Skin's detail: folds tilt the light, hair grows where it grows, eyes open one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import ACTION_UNITS, FaceParameters, Identity, Light, Pose, render
from data_modules.synthetic.appearance import build_coat
from data_modules.synthetic.eyes import build_eyes
from data_modules.synthetic.parameters import BEARDS
from data_modules.synthetic.skin import fold_skin, grid, paint_skin
from data_modules.synthetic.surface import surface

PERSON = Identity(age=0.0)
X, Y = grid()


def change(first: FaceParameters, second: FaceParameters) -> np.ndarray:
    pictures = [render(face, 96).astype(float) for face in (first, second)]
    return np.abs(pictures[1] - pictures[0]).sum(axis=2)


def folded(**action_units) -> np.ndarray:
    """What action units add to the slopes and the loss of light."""
    return fold_skin(PERSON, action_units) - fold_skin(PERSON, {})


def test_one_side_folds_its_own_half_only():
    left = np.abs(folded(AU06=(1.0, 0.0)))
    assert left[X > 1.0].max() > 0.1
    assert left[X < -1.0].max() < 1e-5


@pytest.mark.parametrize("name", [name for name, unit in ACTION_UNITS.items() if unit.creases])
def test_two_sides_fold_alike(name):
    both = folded(**{name: 1.0})
    inner = both[1:-1, 1:-1]
    sign = np.array([-1.0, 1.0, 1.0])
    # Pores differ, but cancel in the difference.
    np.testing.assert_allclose(inner[:, ::-1] * sign, inner, atol=1e-4)
    assert np.abs(both).max() > 0.05


def test_folds_grow_with_intensity_and_age():
    assert np.abs(folded(AU04=1.0)).sum() > 1.8 * np.abs(folded(AU04=0.5)).sum()
    rest = [
        np.abs(fold_skin(replace(PERSON, age=age), {})[..., 2]).sum() for age in (0.0, 0.5, 1.0)
    ]
    assert rest[0] == 0.0 < rest[1] < rest[2]


def test_light_from_the_other_side_turns_a_fold_around():
    """A drawn line is dark whatever the light; a fold's banks swap bright and dark."""
    frown = {"AU04": 1.0}
    tilt = {}
    for azimuth in (-60.0, 60.0):
        light = Light(azimuth=azimuth, elevation=10.0, hardness=0.0, fill=0.0, ambient=0.2)
        still = FaceParameters(identity=PERSON, light=light)
        moved = replace(still, action_units=frown)
        tilt[azimuth] = render(moved, 192).astype(float).sum(2) - render(still, 192).sum(2)
    between_brows = np.s_[50:72, 84:108]
    here, there = (tilt[azimuth][between_brows].ravel() for azimuth in (-60.0, 60.0))
    assert np.corrcoef(here, there)[0, 1] < 0.6


def test_fuller_brows_are_darker_and_never_leave_the_brows():
    faint, full = (paint_skin(replace(PERSON, brow=brow))[..., :3].sum(2) for brow in (0.1, 1.0))
    darker = (faint - full) > 0.1
    assert darker.sum() > 150
    assert (np.abs(X[darker]) < 6.2).all()
    assert ((Y[darker] > 0.9) & (Y[darker] < 3.0)).all()


def test_brows_lips_and_lids_are_alike_on_both_sides():
    painted = paint_skin(PERSON)
    inner = paint_skin(replace(PERSON, makeup=1.0)) - painted
    assert abs(inner[:, :96].sum() - inner[:, 96:].sum()) < 0.12 * abs(inner.sum())


@pytest.mark.parametrize("cut", BEARDS)
def test_a_beard_grows_on_its_place(cut):
    beard = build_coat(replace(PERSON, beard=1.0, beard_cut=cut)).growth[:, 1]
    skin = surface()
    x, y = skin.anchor.T
    beard = beard[: len(x)]

    def here(cx, cy):
        return beard[np.argmin((x - cx) ** 2 + (y - cy) ** 2)]

    assert beard.max() > 0.9
    assert beard[(y > 0.5) & (skin.front > 0)].max() < 0.01
    assert (here(1.0, -6.05) > 0.5) == (cut in ("full", "goatee", "moustache"))
    assert (here(0.0, -10.2) > 0.5) == (cut in ("full", "goatee", "chinstrap"))
    assert (here(5.2, -7.9) > 0.5) == (cut in ("full", "chinstrap"))


def test_each_eye_opens_by_itself():
    wink = build_eyes(FaceParameters(action_units={"AU43": (1.0, 0.0)}))
    assert wink.upper[0] < wink.lower[0]
    assert wink.upper[1] > wink.lower[1] + 0.7
    wide, rest, narrow = (
        build_eyes(FaceParameters(action_units=units))
        for units in ({"AU05": 1.0}, {}, {"AU07": 1.0})
    )
    opening = [eyes.upper - eyes.lower for eyes in (wide, rest, narrow)]
    assert (opening[0] > opening[1] + 0.2).all()
    assert (opening[1] > opening[2] + 0.2).all()


def test_closed_eyes_show_no_white():
    dark = Identity(skin=(0.14, 0.075, 0.045), iris=(0.3, 0.4, 0.5))
    eyes = np.s_[66:88, 40:152]
    light = Light(key=0.2, fill=0.2, ambient=0.7)
    opened, closed = (
        render(FaceParameters(dark, units, light=light), 192)[eyes].max().astype(float)
        for units in ({}, {"AU43": 1.0})
    )
    assert closed < opened - 40


def test_lamp_behind_the_head_brightens_its_rim():
    face = FaceParameters(light=Light(key=0.3, ambient=0.3))
    lit = replace(face, light=replace(face.light, back=1.2, back_azimuth=120.0))
    gain = change(face, lit)
    assert gain[30:80, 60:].sum() > 3.0 * gain[30:80, :36].sum()


@pytest.mark.parametrize(
    "other",
    [
        {"curl": 1.0},
        {"freckles": 1.0},
        {"makeup": 1.0},
        {"stubble": 1.0},
        {"brow": 1.0},
        {"lip": 1.0},
        {"age": 1.0},
        {"texture": 5},
    ],
    ids=lambda other: next(iter(other)),
)
def test_every_colour_can_be_set_alone(other):
    face = FaceParameters(pose=Pose(pitch=-15.0))
    assert change(face, replace(face, identity=replace(face.identity, **other))).sum() > 500
