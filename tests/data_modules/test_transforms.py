import warnings
from collections import Counter

import numpy as np
import pytest

from data_modules.picture import central_crop
from data_modules.transforms import STRENGTHS, augmented, traced, training

SIZE, SCALED = 28, 31


@pytest.fixture
def face(noise):
    return noise(side=SCALED)


def crops(face):
    """Every crop of a face → whether it is flipped."""
    return {
        np.ascontiguousarray(turned[top : top + SIZE, left : left + SIZE]).tobytes(): flipped
        for flipped, turned in ((False, face), (True, face[:, ::-1]))
        for top in range(SCALED - SIZE + 1)
        for left in range(SCALED - SIZE + 1)
    }


def test_the_papers_augmentation_is_every_crop_and_flip_and_nothing_else(face):
    augment, possible = training(SIZE, "paper"), crops(face)
    seen = [augmented(augment, face, seed).tobytes() for seed in range(400)]
    assert set(seen) == set(possible)  # 32 of them
    assert 150 < sum(possible[crop] for crop in seen) < 250


def test_mirroring_turning_and_colour_are_drawn_apart(noise):
    kinds = Counter()
    face = np.full((SCALED, SCALED, 3), (200, 120, 60), np.uint8)
    face[:, : SCALED // 2] //= 2  # dark on the left
    for seed in range(400):
        shown = augmented(training(SIZE, "standard"), face, seed)
        flipped = shown[:, 0].mean() > shown[:, -1].mean()
        kinds[bool(flipped), bool(np.ptp(shown.astype(int).mean(axis=(0, 1))) < 1)] += 1
    assert min(kinds[flipped, True] for flipped in (False, True)) >= 3  # grey in one of 20


@pytest.mark.parametrize("strength", ["paper", "standard"])
def test_without_mirroring_no_face_is_flipped(noise, strength):
    face = np.zeros((SCALED, SCALED, 3), np.uint8)
    face[:, : SCALED // 2] = 255  # bright on the left
    augment = training(SIZE, strength, mirror=False)
    for seed in range(60):
        shown = augmented(augment, face, seed).mean(axis=(0, 2))
        assert shown[: SIZE // 2].mean() > shown[SIZE // 2 :].mean()


@pytest.mark.parametrize("strength", ["paper", "standard"])
def test_a_seed_fixes_the_result_whatever_came_before(face, strength):
    augment = training(SIZE, strength)
    first = [augmented(augment, face, seed) for seed in range(12)]
    again = [augmented(augment, face, seed) for seed in reversed(range(12))][::-1]
    other = [augmented(training(SIZE, strength), face, seed) for seed in range(12)]
    assert np.array_equal(first, again)
    assert np.array_equal(first, other)
    assert len({crop.tobytes() for crop in first}) > 6


@pytest.mark.parametrize("strength", ["paper", "standard"])
def test_the_result_is_a_face_of_the_size_asked_for(face, strength):
    for seed in range(20):
        shown = augmented(training(SIZE, strength), face, seed)
        assert shown.shape == (SIZE, SIZE, 3)
        assert shown.dtype == np.uint8


def test_standard_augmentation_is_mild_enough_to_stay_the_same_face():
    across, down = np.meshgrid(np.linspace(40, 210, SCALED), np.linspace(40, 210, SCALED))
    face = np.stack([across, down, across[::-1]], axis=2).astype(np.uint8)
    for seed in range(30):
        shown = augmented(training(SIZE, "standard", mirror=False), face, seed)
        assert abs(shown.astype(float) - central_crop(face, SIZE)).mean() < 60
        assert shown.std() > 10


@pytest.mark.parametrize("strength", ["paper", "standard"])
def test_the_library_accepts_every_setting_without_a_warning(strength):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        training(SIZE, strength)


@pytest.mark.parametrize(("margin", "offset"), [(0, 0), (1, 0), (2, 1), (6, 3)])
def test_the_central_crop_leaves_as_much_on_each_side(noise, margin, offset):
    face = noise(side=20 + margin)
    kept = face[offset : offset + 20, offset : offset + 20]
    assert np.array_equal(central_crop(face, 20), kept)


def test_the_central_crop_of_a_tall_picture_is_centred_both_ways(noise):
    face = noise(side=30)[:, :24]
    assert np.array_equal(central_crop(face, 20), face[5:25, 2:22])


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_traced_face_tells_where_its_points_went(strength):
    face = np.zeros((64, 64, 3), np.uint8)
    face[28:32, 38:42] = 255  # a white spot around (40, 30)
    augment = training(56, strength, traced=True)
    told = []
    for seed in range(40):
        changed, points = traced(augment, face, np.array([[40 / 64, 30 / 64]]), seed)
        white = changed.mean(2)
        if white.max() - np.median(white) < 100:  # a patch hides the spot
            continue
        y, x = np.nonzero(white > np.median(white) + 0.6 * (white.max() - np.median(white)))
        told.append(
            np.hypot(x.mean() + 0.5 - 56 * points[0, 0], y.mean() + 0.5 - 56 * points[0, 1])
        )
    assert len(told) > 10
    assert np.median(told) < 0.6


def test_tracing_changes_no_pixel():
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    plain = augmented(training(56, "strong"), face, 5)
    followed, _ = traced(training(56, "strong", traced=True), face, np.zeros((1, 2)), 5)
    np.testing.assert_array_equal(plain, followed)
