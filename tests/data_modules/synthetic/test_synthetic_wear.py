"""What is worn sits where a head has its place for it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import FaceParameters, Light, Pose, render, sample
from data_modules.synthetic.accessories import parts
from data_modules.synthetic.camera import view
from data_modules.synthetic.eyes import build_eyes
from data_modules.synthetic.parameters import GLASSES, HATS, Wear
from data_modules.synthetic.pieces import PIECES
from data_modules.synthetic.renderer import segment

SIZE = 96
NEUTRAL = FaceParameters()


def label(name: str) -> int:
    return 3 + len(parts()) + PIECES.index(name)


def person(number: int, **other: object) -> FaceParameters:
    return replace(FaceParameters(identity=sample("web", number, 0, 3).identity), **other)


def changed(first: FaceParameters, second: FaceParameters) -> np.ndarray:
    before, after = (render(face, SIZE).astype(int) for face in (first, second))
    return np.abs(after - before).sum(axis=2)


def eye_pixels(face: FaceParameters) -> np.ndarray:
    looking = view(face.pose)
    return looking.project(looking.to_camera(build_eyes(face).centres)) * SIZE


@pytest.mark.parametrize("yaw", [-60.0, -30.0, 0.0, 25.0, 60.0])
def test_frames_lie_around_the_eyes(yaw):
    for number in range(10):
        face = person(number, wear=Wear(glasses="thick"), pose=Pose(yaw=yaw))
        rows, columns = np.nonzero(segment(face, SIZE) == label("frame"))
        assert len(rows) > 60
        eyes = eye_pixels(face)
        # the eye nearer to the camera: frame above, below and on both sides of it
        near = eyes[0] if yaw < 0 else eyes[1]
        reach = 3.6 / 18.9 * SIZE
        close = (np.abs(columns - near[0]) < reach) & (np.abs(rows - near[1]) < reach)
        across, down = columns[close] - near[0], rows[close] - near[1]
        assert down.min() < -2
        assert down.max() > 2
        assert across.min() < 0 < across.max()
        # nothing of a frame on forehead or mouth
        assert rows.min() > near[1] - 0.20 * SIZE
        assert rows.max() < near[1] + 0.20 * SIZE


@pytest.mark.parametrize("kind", GLASSES[1:])
def test_glasses_change_the_eyes_surroundings_only(kind):
    difference = changed(NEUTRAL, replace(NEUTRAL, wear=Wear(glasses=kind)))
    eyes = eye_pixels(NEUTRAL)
    top, bottom = int(eyes[0, 1] - 0.17 * SIZE), int(eyes[0, 1] + 0.22 * SIZE)
    assert difference[top:bottom].sum() > 2_000
    assert difference[top:bottom].sum() > 0.97 * difference.sum()


def test_clear_lenses_show_the_eyes_and_sunglasses_hide_them():
    wide = NEUTRAL.with_action_units(AU05=1.0)
    shown = {
        kind: changed(
            replace(NEUTRAL, wear=Wear(glasses=kind)), replace(wide, wear=Wear(glasses=kind))
        ).sum()
        for kind in ("none", "rimless", "sun")
    }
    assert shown["rimless"] > 0.6 * shown["none"]
    assert shown["sun"] < 0.4 * shown["none"]


def test_the_far_arm_hides_behind_the_head():
    for yaw in (-60.0, 60.0):
        seen = segment(person(1, wear=Wear(glasses="thick"), pose=Pose(yaw=yaw)), SIZE)
        columns = np.nonzero(seen == label("frame"))[1]
        nose_side = columns > SIZE / 2 if yaw > 0 else columns < SIZE / 2
        assert 0 < nose_side.sum() < 0.75 * len(columns)


def test_lenses_reflect_the_key_light():
    face = replace(NEUTRAL, wear=Wear(glasses="sun"))
    lit, dark = (
        render(replace(face, light=Light(azimuth=0.0, elevation=10.0, key=key)), SIZE)
        for key in (1.5, 0.0)
    )
    mask = segment(face, SIZE) == label("lens")
    assert mask.sum() > 300
    assert lit[mask].mean() > dark[mask].mean() + 15


def test_a_lens_outline_can_be_round_or_rectangular():
    masks = [
        segment(replace(NEUTRAL, wear=Wear(glasses="sun", glasses_shape=shape)), SIZE)
        == label("lens")
        for shape in (0.0, 1.0)
    ]
    assert (masks[0] != masks[1]).sum() > 60


@pytest.mark.parametrize("kind", HATS[1:])
def test_hats_cover_the_hair_but_not_the_face(kind):
    for number in range(6):
        face = person(number, wear=Wear(hat=kind), pose=Pose(zoom=0.75))
        seen = segment(face, SIZE)
        hat = seen == label("hat")
        assert hat.mean() > 0.05
        eyes = eye_pixels(face)
        left, right = int(eyes[1, 0]), int(eyes[0, 0]) + 1
        assert hat[: int(eyes[0, 1] - 0.25 * SIZE), left:right].any()
        assert not hat[int(eyes[0, 1]) : int(eyes[0, 1] + 0.30 * SIZE), left:right].any()


def test_hair_does_not_pierce_a_hat():
    for number in range(6):
        face = person(number, wear=Wear(hat="beanie"), pose=Pose(zoom=0.6))
        face = replace(
            face, identity=replace(face.identity, hair_volume=1.8, long_hair=False, parting=0.0)
        )
        seen = segment(face, SIZE)
        hat = seen == label("hat")
        rows = np.nonzero(hat[:, SIZE // 2])[0]
        above = seen[: rows[len(rows) // 2]]
        assert not ((above > 0) & (above != label("hat"))).any()


def test_a_visor_shades_the_forehead():
    light = Light(azimuth=0.0, elevation=45.0, key=1.3, ambient=0.2, hardness=1.0)
    bare, capped = (
        render(replace(NEUTRAL, light=light, wear=Wear(hat=hat)), SIZE).astype(int)
        for hat in ("none", "cap")
    )
    brow = np.s_[30:36, 38:58]
    chin = np.s_[78:86, 40:56]
    assert capped[brow].mean() < bare[brow].mean() - 15
    assert abs(capped[chin].mean() - bare[chin].mean()) < 3


def test_clothes_take_their_colour_and_lie_below_the_face():
    red = replace(NEUTRAL, wear=Wear(cloth=(0.6, 0.02, 0.02)), pose=Pose(zoom=0.7))
    worn = segment(red, SIZE) == label("clothes")
    assert worn[-1].mean() > 0.3
    assert np.nonzero(worn)[0].min() > 0.7 * SIZE
    colour = render(red, SIZE)[worn].mean(axis=0)
    assert colour[0] > 2 * colour[1]


def test_a_collar_shows_a_shirt():
    faces = [
        replace(NEUTRAL, wear=Wear(cloth=(0.02, 0.02, 0.02), collar=collar), pose=Pose(zoom=0.6))
        for collar in (0.0, 1.0)
    ]
    pictures = [render(face, SIZE)[segment(face, SIZE) == label("clothes")] for face in faces]
    bright = [(picture.mean(axis=1) > 140).mean() for picture in pictures]
    assert bright[0] < 0.02 < 0.05 < bright[1]


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="unknown glasses 'monocle'"):
        render(replace(NEUTRAL, wear=Wear(glasses="monocle")), SIZE)
    with pytest.raises(ValueError, match="unknown hat 'crown'"):
        render(replace(NEUTRAL, wear=Wear(hat="crown")), SIZE)


@pytest.mark.parametrize("wear", [Wear(glasses="thin", hat="cap"), Wear(glasses="sun", collar=1.0)])
def test_same_wear_gives_the_same_bytes(wear):
    face = person(4, wear=wear, pose=Pose(yaw=20.0))
    assert render(face, 64).tobytes() == render(face, 64).tobytes()
