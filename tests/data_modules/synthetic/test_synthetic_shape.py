"""Heads at rest look like heads, whoever it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import FaceParameters, Identity, sample
from data_modules.synthetic.anatomy import BREADTH, EYE_CENTRE, settle
from data_modules.synthetic.deformation import basis
from data_modules.synthetic.field import sparse
from data_modules.synthetic.hair import hair_form, recession
from data_modules.synthetic.head import build_head
from data_modules.synthetic.identity import EYE_MODES, SHAPE_MODES
from data_modules.synthetic.people import draw_identity
from data_modules.synthetic.surface import surface

SKIN = surface()
NO_HAIR = np.zeros(len(SKIN.position), dtype=np.float32)
PUPILS = 2 * EYE_CENTRE[0]


def skin_of(identity: Identity) -> np.ndarray:
    return build_head(FaceParameters(identity), NO_HAIR).position[: len(SKIN.position)]


def at(x: float, y: float) -> int:
    """The skin vertex on the face nearest to a landmark."""
    away = np.abs(SKIN.anchor - [x, y]).sum(axis=1) + 10.0 * (SKIN.front < 0.5)
    return int(np.argmin(away))


def test_mean_face_has_the_proportions_of_faces():
    """Shares of the distance between the pupils, from photographs of 220 upright faces."""
    face = SKIN.position
    chin, mouth = -face[at(0.0, -11.5), 1] / PUPILS, -face[at(0.0, -7.1), 1] / PUPILS
    assert 1.70 < chin < 1.92
    assert 1.02 < mouth < 1.16
    assert 2.15 < np.ptp(face[SKIN.front > 0.0, 0]) / PUPILS < 2.45
    wing = np.abs(SKIN.anchor[:, 1] + 4.4) < 0.2
    height = face[:, 2] - face[at(2.6, -4.4), 2]
    wide = np.ptp(face[wing & (SKIN.front > 0.9) & (height > 0.4), 0]) / PUPILS
    assert 0.45 < wide < 0.65


def test_profile_is_human():
    """Down the midline: nasion behind the brow, the tip foremost, then subnasale, lips, chin."""
    depth = {
        name: SKIN.position[at(0.0, y), 2]
        for name, y in {
            "brow": 1.6,
            "nasion": 0.4,
            "tip": -4.1,
            "subnasale": -5.5,
            "lip": -6.6,
            "chin": -10.2,
        }.items()
    }
    assert depth["nasion"] < depth["tip"] - 1.5
    assert max(depth, key=depth.__getitem__) == "tip"
    assert 1.5 < depth["tip"] - depth["subnasale"] < 2.8
    assert depth["lip"] > depth["chin"] > depth["lip"] - 1.5


def test_eyes_lie_behind_brow_and_bridge_and_before_the_temple():
    eye = SKIN.position[at(EYE_CENTRE[0] / BREADTH, 0.0), 2]
    assert eye < SKIN.position[at(2.2, 1.6), 2] - 0.3
    assert eye < SKIN.position[at(0.0, 0.0), 2] - 0.5
    assert eye > SKIN.position[at(6.2, 0.0), 2] + 0.5


def test_settling_keeps_eyes_and_order():
    height = np.linspace(-11.6, 11.8, 400)
    for x in (0.0, 3.0, 6.0):
        settled = settle(np.full_like(height, x), height)
        assert (np.diff(settled) > 0.0).all()
    assert settle(np.array([3.15]), np.array([0.0]))[0] == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("name", list(SHAPE_MODES))
def test_a_mode_changes_the_face_modestly_and_smoothly(name):
    moved = skin_of(Identity(shape={name: 1.0})) - skin_of(Identity())
    length = np.linalg.norm(moved, axis=1)
    assert 0.03 < length.max() < 1.0
    rows = moved[SKIN.side > 0].reshape(-1, SKIN.columns, 3)
    beside = SKIN.front[SKIN.side > 0].reshape(-1, SKIN.columns)[:, 1:] > 0.0
    assert np.abs(np.diff(rows, axis=1))[beside].max() < 0.12


def test_sampled_heads_vary_about_the_mean_and_fold_nowhere():
    people = [draw_identity(np.random.default_rng(seed)) for seed in range(40)]
    heads = np.array([skin_of(replace(person, age=0.0)) for person in people])
    face = SKIN.front > 0.9
    away = np.abs(heads.mean(axis=0) - SKIN.position)[face]
    assert away.max() < 0.6
    nose = [head[at(1.6, -4.4), 0] - head[at(-1.6, -4.4), 0] for head in heads]
    assert 0.02 < np.std(nose) / np.mean(nose) < 0.10
    for head in heads:
        rows = head[SKIN.side > 0].reshape(-1, SKIN.columns, 3)
        middle = rows[:, SKIN.columns // 2]
        assert (np.diff(middle[:100, 1]) < 0.02).all()


def test_men_and_women_differ_in_the_mean():
    people = [draw_identity(np.random.default_rng(seed)) for seed in range(300)]
    men = [p for p in people if p.stubble or p.beard]
    women = [p for p in people if not (p.stubble or p.beard)]
    jaw_men, jaw_women = (np.mean([p.shape["jaw_width"] for p in g]) for g in (men, women))
    assert jaw_men > jaw_women + 0.4
    assert set(people[0].shape) == {*SHAPE_MODES, *EYE_MODES}


def test_sparse_fields_are_the_dense_ones():
    dense = basis().modes["nose_width"]
    field = sparse(dense)
    assert 0 < len(field.vertices) < 0.2 * len(dense)
    target = np.zeros_like(dense)
    field.add_to(target, 2.0)
    np.testing.assert_allclose(target, 2.0 * dense, atol=1.1e-3)
    loss = np.zeros(len(dense), dtype=np.float32)
    sparse(dense[:, 0]).add_to(loss, 1.0)
    np.testing.assert_allclose(loss, dense[:, 0], atol=6e-4)


def test_short_sides_and_receding_temples():
    plain = Identity(texture=3)
    beside = (np.abs(SKIN.angle) > 80) & (SKIN.anchor[:, 1] < 2.0) & (SKIN.anchor[:, 1] > -1.0)
    crown = SKIN.anchor[:, 1] > 9.5
    faded = hair_form(replace(plain, fade=1.0)) / hair_form(plain)
    assert faded[beside].max() < 0.5
    np.testing.assert_allclose(faded[crown], 1.0, atol=0.02)
    back = recession(replace(plain, temples=2.0)) - recession(plain)
    assert back[np.abs(np.abs(SKIN.angle) - 36) < 3].min() > 1.5
    assert np.abs(back[np.abs(SKIN.angle) > 90]).max() < 0.1


def test_long_hair_has_a_length():
    who = replace(sample("web", 0, 0, 0).identity, long_hair=True)
    long, bob = (
        build_head(FaceParameters(replace(who, hair_length=length)), NO_HAIR).position[:, 1].min()
        for length in (1.2, 0.4)
    )
    assert long < -21.0
    assert bob > -24.0
