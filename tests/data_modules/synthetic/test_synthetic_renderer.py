"""A face is a face: the same bytes every time, muscles act where they lie, nothing tears."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, label

from data_modules.synthetic import (
    ACTION_UNITS,
    BP4D_AUS,
    Background,
    FaceParameters,
    Identity,
    Light,
    Pose,
    Quality,
    render,
    sample,
)
from data_modules.synthetic.accessories import parts
from data_modules.synthetic.anatomy import EYE_CENTRE
from data_modules.synthetic.camera import EYE_LEVEL, view
from data_modules.synthetic.pieces import PIECES
from data_modules.synthetic.renderer import segment
from data_modules.synthetic.surface import surface

SIZE = 96
NEUTRAL = FaceParameters()
CLOTHES = 3 + len(parts()) + PIECES.index("clothes")
INSIDE_MOUTH = [
    2,
    *(3 + k for k, part in enumerate(parts()) if part.name.endswith(("teeth", "tongue"))),
]


def change(first: FaceParameters, second: FaceParameters) -> np.ndarray:
    pictures = [render(face, SIZE).astype(float) for face in (first, second)]
    return np.abs(pictures[1] - pictures[0]).sum(axis=2)


def region_mask(name: str, margin: int = 3) -> np.ndarray:
    """Pixels of the region an action unit claims, on both halves of the face."""
    skin = surface()
    x, y = np.abs(skin.anchor[:, 0]), skin.anchor[:, 1]
    left, bottom, right, top = ACTION_UNITS[name].region
    chosen = (x >= left) & (x <= right) & (y >= bottom) & (y <= top) & (skin.front > 0.5)
    looking = view(NEUTRAL.pose)
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    for half in (skin.anchor[:, 0] >= 0, skin.anchor[:, 0] <= 0):
        points = looking.project(looking.to_camera(skin.position[chosen & half])) * SIZE
        low = np.floor(points.min(axis=0)).astype(int) - margin
        high = np.ceil(points.max(axis=0)).astype(int) + margin
        if name == "AU26":  # the chin leaves the place it has at rest
            high[1] = SIZE
        mask[max(low[1], 0) : high[1] + 1, max(low[0], 0) : high[0] + 1] = True
    return mask


def test_picture_is_rgb_uint8_of_the_asked_size():
    for size in (32, 72):
        picture = render(NEUTRAL, size)
        assert picture.shape == (size, size, 3)
        assert picture.dtype == np.uint8


def test_too_small_a_picture_is_refused():
    with pytest.raises(ValueError, match="at least 16"):
        render(NEUTRAL, 8)


@pytest.mark.parametrize("world", ["lab", "web"])
def test_same_parameters_give_the_same_bytes(world):
    face = sample(world, 3, 1, 7)
    assert render(face, 64).tobytes() == render(face, 64).tobytes()


def test_impossible_intensities_are_refused():
    with pytest.raises(ValueError, match="intensity of AU12"):
        render(NEUTRAL.with_action_units(AU12=1.5), SIZE)


def test_light_from_straight_above_is_rendered():
    picture = render(replace(NEUTRAL, light=Light(elevation=90.0)), SIZE)
    assert 30 < picture.mean() < 220


def test_unknown_names_are_refused():
    with pytest.raises(KeyError):
        render(NEUTRAL.with_action_units(AU99=1.0), SIZE)
    with pytest.raises(KeyError):
        render(FaceParameters(identity=Identity(shape={"nose_colour": 1.0})), SIZE)


@pytest.mark.parametrize("name", list(ACTION_UNITS))
def test_action_unit_shows_and_shows_mostly_in_its_region(name):
    moved = change(NEUTRAL, NEUTRAL.with_action_units(**{name: 1.0}))
    inside = region_mask(name)
    assert moved[inside].sum() / moved.sum() > 0.85
    # visible: a clear change over more than a handful of pixels
    assert (moved > 45).sum() >= 25


@pytest.mark.parametrize("name", BP4D_AUS)
def test_action_unit_grows_with_its_intensity(name):
    steps = [
        change(NEUTRAL, NEUTRAL.with_action_units(**{name: level})).sum()
        for level in (0.1, 0.4, 1.0)
    ]
    assert steps[0] < steps[1] < steps[2]


def test_twelve_units_are_told_apart():
    pictures = [render(NEUTRAL.with_action_units(**{name: 1.0}), SIZE) for name in BP4D_AUS]
    for i, first in enumerate(pictures):
        for second in pictures[:i]:
            assert np.abs(first.astype(int) - second).sum() > 5_000


def test_another_expression_is_a_smaller_change_than_another_person():
    smile = {"AU12": 0.8}
    faces = [sample("lab", person, 0, 5) for person in range(4)]
    people = [FaceParameters(identity=face.identity) for face in faces]
    for first, second in pairwise(people):
        assert change(first, first.with_action_units(**smile)).sum() < change(first, second).sum()


@pytest.mark.parametrize(
    "units",
    [{}, *({name: 1.0} for name in ("AU06", "AU12", "AU14", "AU15", "AU17", "AU23", "AU24"))],
    ids=lambda units: next(iter(units), "neutral"),
)
@pytest.mark.parametrize("yaw", [-30.0, 0.0])
def test_closed_mouth_shows_no_gap(units, yaw):
    face = FaceParameters(action_units=units, pose=Pose(yaw=yaw))
    assert not np.isin(segment(face, 192), INSIDE_MOUTH).any()


def test_open_mouth_shows_its_inside_and_pressing_closes_it():
    wide = NEUTRAL.with_action_units(AU25=1.0, AU26=1.0)
    shown = np.isin(segment(wide, 192), INSIDE_MOUTH)
    assert shown.sum() > 300
    pressed = np.isin(segment(wide.with_action_units(AU24=1.0), 192), INSIDE_MOUTH)
    assert pressed.sum() < 0.35 * shown.sum()


@pytest.mark.parametrize("yaw", [-40.0, -25.0, -8.0, 15.0, 30.0])
def test_no_background_shows_through_the_face(yaw):
    for person in range(3):
        face = FaceParameters(
            identity=replace(sample("web", person, 0, 11).identity, long_hair=False),
            action_units={"AU12": 1.0, "AU25": 1.0, "AU26": 1.0},
            pose=Pose(yaw=yaw),
        )
        seen = segment(face, 128)
        holes, number = label(seen == 0)
        border = np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]])
        for hole in set(range(1, number + 1)) - set(border.tolist()):
            around = seen[binary_dilation(holes == hole) & (holes != hole)]
            assert CLOTHES in around  # between neck and shoulder one sees the wall


def test_eyes_lie_where_aligned_crops_have_them():
    for pose in (Pose(), Pose(yaw=25.0), Pose(pitch=-12.0), Pose(roll=8.0)):
        looking = view(pose)
        eyes = np.array([EYE_CENTRE, EYE_CENTRE]) * [[1, 1, 1], [-1, 1, 1]]
        points = looking.project(looking.to_camera(eyes))
        assert abs(points[:, 1].mean() - EYE_LEVEL) < 0.03
        assert abs(points[:, 0].mean() - 0.5) < 0.08


def test_positive_yaw_turns_the_nose_to_the_right_and_pitch_lifts_it():
    nose = np.array([[0.0, -4.0, 11.0]])
    eyes = np.array([[0.0, 0.0, 7.6]])

    def offset(pose):
        looking = view(pose)
        return (
            looking.project(looking.to_camera(nose)) - looking.project(looking.to_camera(eyes))
        )[0]

    assert offset(Pose(yaw=20.0))[0] > 0.03
    assert offset(Pose(pitch=15.0))[1] < offset(Pose())[1] - 0.02
    assert offset(Pose(roll=10.0))[0] < -0.01  # clockwise: what is below goes left


@pytest.mark.parametrize(
    "other",
    [
        {"pose": Pose(yaw=20.0)},
        {"pose": Pose(gaze_x=20.0)},
        {"light": Light(azimuth=-60.0)},
        {"background": Background(colour=(0.8, 0.1, 0.1))},
        {"quality": Quality(blur=0.02)},
        {"quality": Quality(noise=8.0)},
        {"quality": Quality(jpeg=20)},
        {"quality": Quality(resolution=0.4)},
        {"quality": Quality(saturation=0.0)},
        {"identity": Identity(long_hair=True)},
        {"identity": Identity(beard=1.0)},
        {"identity": Identity(shape={"nose_width": 2.0})},
        {"identity": Identity(shape={"lid_fold": -2.0})},
    ],
    ids=lambda other: str(next(iter(other.values())))[:40],
)
def test_every_parameter_can_be_set_alone(other):
    assert change(NEUTRAL, replace(NEUTRAL, **other)).sum() > 500


def test_light_from_one_side_brightens_that_side():
    side = {}
    for azimuth in (-70.0, 70.0):
        picture = render(replace(NEUTRAL, light=Light(azimuth=azimuth)), SIZE).astype(float)
        cheeks = picture[40:80, 20:76].mean(axis=(0, 2))
        side[azimuth] = cheeks[28:].mean() - cheeks[:28].mean()
    assert side[-70.0] < -10 < 10 < side[70.0]
