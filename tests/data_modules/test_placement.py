import random

import albumentations as A
import cv2
import numpy as np
import pytest

from data_modules.placement import Placement
from data_modules.transforms import augmented

SIDE, SIZE = 60, 56
POINTS = np.array([[0, 0], [59, 0], [20, 45]], np.float32)
MOVED = {"turn": 15, "stretch": 0.12, "shift": 0.04, "moved": 1.0}


@pytest.fixture
def smooth():
    across, down = np.meshgrid(np.linspace(0, 3, SIDE), np.linspace(0, 2, SIDE))
    waves = np.stack([np.sin(across), np.cos(down), np.sin(across + down)], axis=2)
    return (127 + 120 * waves).astype(np.uint8)


def test_at_once_is_one_after_the_other(smooth):
    placement = Placement(SIZE, **MOVED)
    placement.set_random_state(np.random.default_rng(0), random.Random(0))
    mirrored = 0
    for _ in range(20):
        drawn = placement.get_params_dependent_on_data({"shape": smooth.shape}, {})
        warped = cv2.warpAffine(
            smooth, drawn["movement"], (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE
        )
        expected = warped[drawn["top"] :, drawn["left"] :][:SIZE, :SIZE]
        if drawn["mirrored"]:
            expected = expected[:, ::-1]
        placed = placement.apply(smooth, **drawn).astype(int)
        assert placed.shape == expected.shape and np.abs(placed - expected).max() <= 2
        mirrored += drawn["mirrored"]
    assert 3 < mirrored < 17


def test_faces_lie_where_the_librarys_transforms_would_put_them():
    ours = Placement(SIZE, **MOVED)
    librarys = [
        A.Affine(
            scale=(0.88, 1.12),
            rotate=(-15, 15),
            translate_percent=(-0.04, 0.04),
            border_mode=1,
            p=1,
        ),
        A.RandomCrop(SIZE, SIZE),
        A.HorizontalFlip(p=0.5),
    ]
    places = []
    for transforms in ([ours], librarys):
        compose = A.Compose(
            transforms, keypoint_params=A.KeypointParams("xy", remove_invisible=False), seed=0
        )
        face = np.zeros((SIDE, SIDE, 3), np.uint8)
        places.append(
            [compose(image=face, keypoints=POINTS)["keypoints"].ravel() for _ in range(4000)]
        )
    quantiles = [
        np.quantile(each, [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99], axis=0) for each in places
    ]
    assert np.abs(quantiles[0] - quantiles[1]).max() < 2
    assert np.allclose(np.cov(np.transpose(places[0])), np.cov(np.transpose(places[1])), atol=25)
    assert np.abs(np.mean(places[0], 0) - np.mean(places[1], 0)).max() < 1.5


@pytest.mark.parametrize("moved", [0.0, 1.0])
def test_points_go_with_the_pixels(moved):
    face = np.zeros((SIDE, SIDE, 3), np.uint8)
    face[40:43, 20:23] = 255
    compose = A.Compose(
        [Placement(SIZE, **MOVED | {"moved": moved})],
        keypoint_params=A.KeypointParams("xy", remove_invisible=False), seed=3,
    )  # fmt: skip
    for _ in range(40):
        seen = compose(image=face, keypoints=np.array([[21, 41]], np.float32))
        y, x = np.nonzero(seen["image"].mean(2) > 80)
        if len(x) >= 6:
            assert np.hypot(*(seen["keypoints"][0] - [x.mean(), y.mean()])) < 0.6


def test_mirroring_moving_and_cropping_are_drawn_apart(smooth):
    placement = Placement(SIZE, turn=15, moved=0.5)
    placement.set_random_state(np.random.default_rng(0), random.Random(0))
    drawn = [placement.get_params_dependent_on_data({"shape": (60, 60)}, {}) for _ in range(800)]
    seen = {(each["movement"] is None, each["mirrored"], each["left"] > 2) for each in drawn}
    assert len(seen) == 8
    assert {each["left"] for each in drawn} == {each["top"] for each in drawn} == set(range(5))


def test_a_seed_fixes_the_place(noise):
    compose = A.Compose([Placement(SIZE, **MOVED)])
    face = noise(side=SIDE)
    first = [augmented(compose, face, seed) for seed in range(5)]
    again = [augmented(compose, face, seed) for seed in reversed(range(5))][::-1]
    assert np.array_equal(first, again)
