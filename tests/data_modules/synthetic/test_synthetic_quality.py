"""How a picture is taken changes what it says it changes; backgrounds stay behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_modules.synthetic import Background, FaceParameters, Pose, Quality, render
from data_modules.synthetic.background import SCENES, paint_background
from data_modules.synthetic.quality import develop
from data_modules.synthetic.renderer import segment

SIZE = 96


def flat(level: float) -> np.ndarray:
    return np.full((SIZE, SIZE, 3), level, dtype=np.float32)


def spot() -> np.ndarray:
    light = flat(0.1)
    light[46:50, 46:50] = 0.9
    return light


def test_motion_blurs_along_its_angle_only():
    sharp = develop(spot(), Quality())
    for angle, along in ((0.0, 1), (90.0, 0)):
        moved = develop(spot(), Quality(motion=0.15, motion_angle=angle)).astype(int)
        changed = np.abs(moved - sharp).sum(axis=2) > 6
        extent = [np.ptp(axis) for axis in np.nonzero(changed)]
        assert extent[along] >= 14
        assert extent[1 - along] <= 6


def test_motion_angle_is_clockwise_from_the_right():
    moved = develop(spot(), Quality(motion=0.2, motion_angle=45.0))[..., 1].astype(int)
    down_right = moved[53:56, 53:56].mean()
    up_right = moved[40:43, 53:56].mean()
    assert down_right > up_right + 10


def test_brighter_light_gives_a_brighter_grey():
    greys = [int(develop(flat(level), Quality())[0, 0, 0]) for level in np.linspace(0, 3.5, 40)]
    assert greys == sorted(greys)
    assert greys[0] < 12
    assert greys[-1] > 225


def test_contrast_spreads_and_gamma_shifts_the_middle():
    dark, bright = flat(0.05), flat(0.8)

    def spread(contrast: float) -> int:
        ends = [int(develop(each, Quality(contrast=contrast))[0, 0, 0]) for each in (dark, bright)]
        return ends[1] - ends[0]

    assert spread(0.7) + 20 < spread(1.0) < spread(1.3) - 10
    middle = [int(develop(flat(0.25), Quality(gamma=g))[0, 0, 0]) for g in (0.8, 1.0, 1.25)]
    assert middle[0] > middle[1] + 8 > middle[2] + 16


def test_vignette_darkens_the_corners_and_not_the_middle():
    plain, dark = (develop(flat(0.4), Quality(vignette=v)).astype(int) for v in (0.0, 0.5))
    assert dark[0, 0, 0] < plain[0, 0, 0] - 40
    assert abs(dark[48, 48, 0] - plain[48, 48, 0]) <= 1


def test_sharpening_leaves_rims_at_an_edge():
    light = flat(0.08)
    light[:, 48:] = 0.5
    plain, sharp = (develop(light, Quality(sharpen=s))[48, :, 0].astype(int) for s in (0.0, 1.0))
    assert sharp.max() > plain.max() + 8
    assert sharp.min() < plain.min() - 8
    assert sharp[5] == plain[5]


def test_noise_is_stronger_in_the_dark_and_alike_between_neighbours():
    grains = {}
    for level in (0.03, 0.6):
        clean, noisy = (
            develop(flat(level), Quality(noise=noise, seed=4)).astype(float) for noise in (0.0, 6.0)
        )
        grains[level] = (noisy - clean).mean(axis=2)
    assert grains[0.03].std() > 1.2 * grains[0.6].std()
    assert 3.0 < grains[0.6].std() < 8.0
    left, right = grains[0.6][:, :-1].ravel(), grains[0.6][:, 1:].ravel()
    assert 0.1 < np.corrcoef(left, right)[0, 1] < 0.6


def test_a_border_repeats_the_last_row():
    light = np.random.default_rng(0).random((SIZE, SIZE, 3)).astype(np.float32)
    plain = develop(light, Quality())
    padded = develop(light, Quality(border_x=-0.1, border_y=0.25))
    assert padded.shape == plain.shape
    np.testing.assert_array_equal(padded[:72, 10:], plain[:72, 10:])
    np.testing.assert_array_equal(padded[72:, 10:], np.repeat(plain[71:72, 10:], 24, axis=0))
    np.testing.assert_array_equal(padded[:72, :10], np.repeat(plain[:72, 10:11], 10, axis=1))


@pytest.mark.parametrize("seed", range(12))
def test_backgrounds_stay_behind_the_head(seed):
    plain = FaceParameters(pose=Pose(zoom=0.8))
    busy = replace(plain, background=Background(clutter=1.0, seed=seed))
    difference = np.abs(render(busy, SIZE).astype(int) - render(plain, SIZE)).sum(axis=2)
    behind = segment(plain, SIZE) == 0
    inside = np.zeros_like(behind)
    inside[2:-2, 2:-2] = True
    for shift in range(-2, 3):
        inside &= ~np.roll(behind, shift, axis=0) & ~np.roll(behind, shift, axis=1)
    assert difference[behind].mean() > 8
    assert difference[inside].max() == 0


def test_clutter_sets_the_contrast_and_every_scene_turns_up():
    assert len(SCENES) >= 5
    pictures = {seed: paint_background(Background(clutter=1.0, seed=seed), 64) for seed in range(8)}
    for seed, picture in pictures.items():
        half = paint_background(Background(clutter=0.3, seed=seed), 64)
        assert half.std() < picture.std()
        assert picture.min() >= -0.2
        assert picture.dtype == np.float32
        again = paint_background(Background(clutter=1.0, seed=seed), 64)
        assert picture.tobytes() == again.tobytes()
    wall = paint_background(Background(seed=1), 64)
    assert wall.std() < 0.1
