"""Muscles work on one side or both, alone or together, and the skin stays whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import ACTION_UNITS, FaceParameters, Pose, sample
from data_modules.synthetic.accessories import parts
from data_modules.synthetic.action_units import contractions
from data_modules.synthetic.deformation import basis
from data_modules.synthetic.head import build_head
from data_modules.synthetic.renderer import segment
from data_modules.synthetic.surface import surface

SKIN = surface()
NO_HAIR = np.zeros(len(SKIN.position), dtype=np.float32)
INSIDE_MOUTH = [
    2,
    *(3 + k for k, part in enumerate(parts()) if part.name.endswith(("teeth", "tongue"))),
]
SKIN_MOVERS = [name for name in ACTION_UNITS if name != "AU43"]  # the eye draws its own lids
PAIRED = [name for name in SKIN_MOVERS if ACTION_UNITS[name].paired]
SINGLE = [name for name in ACTION_UNITS if not ACTION_UNITS[name].paired]
OPENERS = {name for name, unit in ACTION_UNITS.items() if unit.opens}


def skin(units, identity=None):
    face = FaceParameters(action_units=units)
    face = face if identity is None else replace(face, identity=identity)
    return build_head(face, NO_HAIR).position[: len(SKIN.position)].astype(float)


def moved(units):
    return skin(units) - skin({})


def mirrored(field):
    rows = field.reshape(-1, SKIN.columns, 3)[:, ::-1] * [-1.0, 1.0, 1.0]
    return rows.reshape(-1, 3)


def corner(position):
    return position[np.argmin(np.abs(SKIN.anchor - [2.5, -7.0]).sum(axis=1))]


def test_muscles_in_the_middle_are_one():
    assert SINGLE == ["AU17", "AU23", "AU24", "AU25", "AU26"]


@pytest.mark.parametrize("name", SINGLE)
def test_one_muscle_has_no_sides(name):
    with pytest.raises(ValueError, match=f"^{name} has one muscle.*$"):
        skin({name: (0.9, 0.1)})
    np.testing.assert_array_equal(skin({name: (0.5, 0.5)}), skin({name: 0.5}))


@pytest.mark.parametrize("both", [1.2, (0.5, 1.2), (-0.1, 0.5), float("nan"), (0.5, float("nan"))])
def test_each_side_must_be_in_range(both):
    with pytest.raises(ValueError, match=r"^intensity of AU12 must be in 0\.\.1, got .*$"):
        contractions({"AU12": both})


def test_what_does_not_contract_is_left_out():
    assert contractions({"AU01": 0.0, "AU12": (0.0, 0.3)}) == {"AU12": (0.0, 0.3)}
    with pytest.raises(KeyError):
        contractions({"AU99": 0.0})


@pytest.mark.parametrize("name", PAIRED)
def test_one_side_moves_its_own_half(name):
    left = moved({name: (1.0, 0.0)})
    own, other = SKIN.anchor[:, 0] > 0.85, SKIN.anchor[:, 0] < -0.85
    travel = np.linalg.norm(left, axis=1)
    assert travel[own].sum() > 20 * travel[other].sum()
    np.testing.assert_allclose(moved({name: (0.0, 1.0)}), mirrored(left), atol=1e-4)


@pytest.mark.parametrize("name", PAIRED)
def test_both_sides_are_the_sum_of_each(name):
    # but for lips that only part where the other unit has parted them
    sides = moved({name: (0.7, 0.0)}) + moved({name: (0.0, 0.7)})
    np.testing.assert_allclose(moved({name: 0.7}), sides, atol=0.06)


@pytest.mark.parametrize("name", PAIRED)
def test_no_kink_on_the_midline(name):
    """One side alone bends the skin hardly more sharply than both sides do."""

    def sharpest(units):
        rows = moved(units).reshape(-1, SKIN.columns, 3)
        middle = rows[:, SKIN.columns // 2 - 12 : SKIN.columns // 2 + 13]
        return np.abs(np.diff(middle, n=2, axis=1)).max()

    assert sharpest({name: (1.0, 0.0)}) < sharpest({name: 1.0}) + 0.02


def test_overlapping_pulls_saturate():
    brow = (np.abs(np.abs(SKIN.anchor[:, 0]) - 2.8) < 0.5) & (np.abs(SKIN.anchor[:, 1] - 2) < 0.4)
    inner, outer, both = (
        moved(dict.fromkeys(names, 1.0))[brow, 1].mean()
        for names in (["AU01"], ["AU02"], ["AU01", "AU02"])
    )
    assert max(inner, outer) < both < 0.9 * (inner + outer)


def test_opposing_pulls_hold_each_other():
    smile, frown, both = (
        corner(moved(dict.fromkeys(names, 1.0)))[1]
        for names in (["AU12"], ["AU15"], ["AU12", "AU15"])
    )
    assert frown < -0.4
    assert smile > 0.4
    assert both == pytest.approx(smile + frown, abs=0.1)


def test_a_smile_bares_the_teeth_only_where_lips_part():
    middle = basis().middle  # of the upper lip's edge
    assert moved({"AU12": 1.0})[middle, 1] < 0.1
    smile, parted = moved({"AU12": 1.0, "AU25": 1.0}), moved({"AU25": 1.0})
    assert smile[middle, 1] > parted[middle, 1] + 0.15


def combination(seed):
    """Three to seven units, often lopsided, on somebody without beard."""
    rng = np.random.default_rng(seed)
    units = {}
    for name in rng.choice(list(ACTION_UNITS), rng.integers(3, 8), replace=False):
        value = float(rng.uniform(0.3, 1.0))
        lopsided = ACTION_UNITS[name].paired and rng.random() < 0.4
        units[str(name)] = (value, float(rng.uniform(0.0, 1.0))) if lopsided else value
    identity = sample("web", int(rng.integers(12)), 0, 3).identity
    return units, replace(identity, beard=0.0, stubble=0.0, long_hair=False)


def directions(position, triangles):
    first, second, third = position[triangles].swapaxes(0, 1)
    return np.cross(second - first, third - first)


@pytest.mark.parametrize("seed", range(30))
def test_skin_is_not_turned_inside_out(seed):
    units, identity = combination(seed)
    triangles = SKIN.triangles[: SKIN.pocket]
    on_face = (SKIN.front[triangles].min(axis=1) > 0.5) & (
        np.ptp(SKIN.anchor[triangles, 1], axis=1) > 1e-4  # not a row inside the mouth
    )
    rest = directions(skin({}, identity), triangles[on_face])
    now = directions(skin(units, identity), triangles[on_face])
    assert ((rest * now).sum(axis=1) < 0.0).mean() < 0.005
    upper, lower = SKIN.twins.T
    position = skin(units, identity)
    np.testing.assert_allclose(position[upper], position[lower], atol=1e-5)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_shows_through(seed):
    units, identity = combination(seed)
    closed = {name: value for name, value in units.items() if name not in OPENERS}
    for yaw in (-30.0, 0.0, 30.0):
        face = FaceParameters(identity, closed, pose=Pose(yaw=yaw))
        # a pixel or two of 36,864 may see into the lips' slit
        assert np.isin(segment(face, 192), INSIDE_MOUTH).sum() <= 4
    seen = segment(FaceParameters(identity, units), 96)
    face_rows = seen[30:90, 48]
    assert (face_rows > 0).all()
