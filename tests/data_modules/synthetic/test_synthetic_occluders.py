"""What hides a face lies where it was asked for, and reads as solid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import FaceParameters, Identity, Pose, render
from data_modules.synthetic.accessories import parts
from data_modules.synthetic.camera import view
from data_modules.synthetic.parameters import OCCLUDERS, Occluder
from data_modules.synthetic.pieces import PIECES
from data_modules.synthetic.renderer import segment

SIZE = 96
NEUTRAL = FaceParameters()
HIDDEN = 3 + len(parts()) + PIECES.index("occluder")
PLACES = [(0.0, -8.0), (-4.0, -5.0), (4.0, -6.0), (3.0, -2.0)]


def occluded(kind: str, pose: Pose = NEUTRAL.pose, **other: object) -> FaceParameters:
    return FaceParameters(occluder=Occluder(kind, **other), pose=pose)


def covered(face: FaceParameters) -> np.ndarray:
    return segment(face, SIZE) == HIDDEN


def pixel(pose: Pose, x: float, y: float, z: float = 9.5) -> np.ndarray:
    looking = view(pose)
    return looking.project(looking.to_camera(np.array([[x, y, z]])))[0] * SIZE


@pytest.mark.parametrize("kind", ["hand", "microphone", "cup", "phone"])
@pytest.mark.parametrize("place", PLACES)
def test_it_covers_about_the_place_asked(kind, place):
    for yaw in (0.0, 25.0):
        for seed in range(5):
            face = occluded(kind, Pose(yaw=yaw), x=place[0], y=place[1], seed=seed)
            rows, columns = np.nonzero(covered(face))
            x, y = pixel(face.pose, *place)
            away = np.hypot(rows - y, columns - x).min()
            assert away < 0.06 * SIZE, (kind, place, yaw, seed)


@pytest.mark.parametrize("kind", OCCLUDERS[1:])
def test_it_changes_what_it_covers_and_its_shadow_only(kind):
    face = occluded(kind)
    bare, hidden = (render(each, SIZE).astype(int) for each in (NEUTRAL, face))
    difference = np.abs(hidden - bare).sum(axis=2)
    mask = covered(face)
    assert mask.sum() > 40
    assert (difference[mask] > 12).mean() > 0.5
    grown = np.zeros_like(mask)
    for row, column in zip(*np.nonzero(mask), strict=True):
        grown[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = True
    # beyond its edge it may darken, never brighten
    assert (hidden - bare)[~grown].max() < 8
    assert difference[: SIZE // 4].sum() == 0 or kind == "strands"


def test_none_leaves_the_picture_alone():
    other = replace(NEUTRAL, occluder=Occluder("none", x=3.0, y=-2.0, seed=9))
    assert render(other, SIZE).tobytes() == render(NEUTRAL, SIZE).tobytes()


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="unknown occluder 'umbrella'"):
        render(occluded("umbrella"), SIZE)


def test_a_hand_has_the_persons_skin_and_strands_have_the_hair():
    for kind, light, dark in (
        ("hand", Identity(skin=(0.7, 0.5, 0.4)), Identity(skin=(0.1, 0.06, 0.04))),
        ("strands", Identity(hair=(0.6, 0.5, 0.3)), Identity(hair=(0.01, 0.01, 0.01))),
    ):
        face = occluded(kind, y=-5.0)
        mask = covered(face)
        bright, dim = (
            render(replace(face, identity=identity), SIZE)[mask].mean()
            for identity in (light, dark)
        )
        assert bright > dim + 25


def test_a_hand_turns_with_the_head_and_a_microphone_does_not():
    def handle_tilt(kind: str, roll: float) -> float:
        face = occluded(kind, Pose(roll=roll, zoom=0.6), y=-6.0, seed=6)
        rows, columns = np.nonzero(covered(face))
        low, high = rows > np.percentile(rows, 80), rows < np.percentile(rows, 20)
        return float(columns[low].mean() - columns[high].mean())

    assert abs(handle_tilt("microphone", 0.0) - handle_tilt("microphone", 25.0)) < 3
    assert abs(handle_tilt("hand", 0.0) - handle_tilt("hand", 25.0)) > 6


def test_angle_is_clockwise_and_comes_from_below_at_zero():
    upright, from_left = (
        covered(occluded("hand", Pose(zoom=0.5), y=-5.0, angle=angle)) for angle in (0.0, 60.0)
    )
    assert upright[-1].sum() > 0
    assert from_left[SIZE // 2 :, : SIZE // 3].sum() > upright[SIZE // 2 :, : SIZE // 3].sum() + 30


def test_a_larger_one_hides_more():
    for kind in ("hand", "microphone", "cup", "phone"):
        small, large = (covered(occluded(kind, scale=scale)).sum() for scale in (0.7, 1.2))
        assert large > 1.3 * small


def test_a_mask_covers_nose_and_mouth_and_follows_the_jaw():
    for yaw in (0.0, -35.0):
        face = occluded("mask", Pose(yaw=yaw))
        mask = covered(face)
        for y in (-5.0, -7.0, -9.0):
            x, row = pixel(face.pose, 0.0, y, 10.0)
            assert mask[round(row), round(x)]
        x, row = pixel(face.pose, 0.0, 2.5)
        assert not mask[round(row), round(x)]
    face = occluded("mask", Pose(zoom=0.7))
    opened = face.with_action_units(AU26=1.0)
    shut, wide = (np.nonzero(covered(each)[:, SIZE // 2])[0].max() for each in (face, opened))
    assert wide > shut + 2
    bare = np.isin(segment(opened, SIZE), [2, 6, 7, 8])
    assert not bare.any()


def test_fingers_differ_by_seed():
    masks = [covered(occluded("hand", seed=seed)) for seed in range(5)]
    for i, first in enumerate(masks):
        for second in masks[:i]:
            assert (first != second).sum() > 30


@pytest.mark.parametrize("kind", OCCLUDERS[1:])
def test_same_occluder_gives_the_same_bytes(kind):
    face = occluded(kind, Pose(yaw=15.0), seed=11)
    assert render(face, 64).tobytes() == render(face, 64).tobytes()
