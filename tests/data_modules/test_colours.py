import albumentations as A
import albumentations.augmentations.pixel.functional as library
import numpy as np
import pytest

from data_modules.colours import YIQ, ColourJitter

FACE = np.random.default_rng(0).integers(40, 200, (24, 20, 3), dtype=np.uint8)


def change(face=FACE, **one):
    names = ("brightness", "contrast", "saturation", "hue")
    return ColourJitter(0, 0, 0, 0, 1).apply(face, [one.get(name, 0.0) for name in names])


def test_no_change_changes_nothing():
    assert (change() == FACE).all()


@pytest.mark.parametrize("by", [-0.2, 0.15])
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_one_change_is_the_librarys(name, by):
    expected = getattr(library, f"adjust_{name}_torchvision")(FACE, 1 + by)
    assert np.abs(change(**{name: by}).astype(int) - expected).max() <= 1


def test_hue_turns_colours_around_their_luminance():
    grey = np.full((2, 2, 3), 90, np.uint8)
    assert (change(grey, hue=0.2) == grey).all()
    reddish = np.full((2, 2, 3), (180, 90, 80), np.uint8)
    turned = change(reddish, hue=0.05)
    assert turned[0, 0, 1] > 90 and turned[0, 0, 2] < 80  # towards yellow, as in HSV
    assert turned[0, 0] @ YIQ[0] == pytest.approx(reddish[0, 0] @ YIQ[0], abs=1)
    assert np.abs(change(change(reddish, hue=0.05), hue=-0.05).astype(int) - reddish).max() <= 2


def test_changes_are_drawn_evenly_within_their_ranges_by_the_seed():
    jitter = ColourJitter(0.3, 0.2, 0.1, 0.05, p=1)
    A.Compose([jitter], seed=1)
    drawn = np.array([jitter.get_params()["changes"] for _ in range(2000)])
    assert np.abs(drawn).max(0) == pytest.approx([0.3, 0.2, 0.1, 0.05], rel=0.02)
    assert drawn.mean(0) == pytest.approx([0, 0, 0, 0], abs=0.02)
    once, again = (A.Compose([jitter], seed=1)(image=FACE)["image"] for _ in range(2))
    assert (once == again).all() and (once != FACE).any()
