"""The mesh stays in one piece, whoever it is and whatever moves."""

from __future__ import annotations

import numpy as np
import pytest

from data_modules.synthetic import ACTION_UNITS, FaceParameters, sample
from data_modules.synthetic.head import build_head
from data_modules.synthetic.surface import surface

SKIN = surface()
NO_HAIR = np.zeros(len(SKIN.position), dtype=np.float32)


@pytest.mark.parametrize("name", list(ACTION_UNITS))
def test_lips_part_inside_the_mouth_only(name):
    face = FaceParameters(sample("web", 2, 0, 0).identity, {name: 1.0})
    position = build_head(face, NO_HAIR).position
    upper, lower = SKIN.twins.T
    np.testing.assert_allclose(position[upper], position[lower], atol=1e-5)


def test_normals_are_unit_vectors_and_the_face_looks_forwards():
    head = build_head(FaceParameters(), NO_HAIR)
    length = np.linalg.norm(head.normal, axis=1)
    folded = length < 1e-3  # mouth rows collapsed beyond the corners have no area
    np.testing.assert_allclose(length[~folded], 1.0, atol=1e-3)
    assert folded.mean() < 0.1
    cheek = (np.abs(SKIN.anchor[:, 0] - 3.5) < 1.0) & (np.abs(SKIN.anchor[:, 1] + 3.0) < 1.0)
    cheek &= SKIN.front > 0.9
    assert (head.normal[: len(cheek)][cheek][:, 2] > 0.3).all()


def test_neutral_mean_face_is_symmetric():
    position = build_head(FaceParameters(), NO_HAIR).position[: len(SKIN.position)]
    rows = position.reshape(-1, SKIN.columns, 3)
    np.testing.assert_allclose(rows[:, ::-1] * [-1, 1, 1], rows, atol=1e-4)


def test_smile_lifts_and_widens_the_mouths_corners():
    corner = np.argmin(np.abs(SKIN.anchor - [2.5, -7.0]).sum(axis=1))
    at_rest, smiling = (
        build_head(FaceParameters(action_units=units), NO_HAIR).position[corner]
        for units in ({}, {"AU12": 1.0})
    )
    assert smiling[0] > at_rest[0] + 0.3
    assert smiling[1] > at_rest[1] + 0.3
