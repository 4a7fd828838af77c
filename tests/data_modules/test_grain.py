import albumentations as A
import numpy as np
import pytest
from scipy import stats

from data_modules.grain import Grain
from data_modules.transforms import augmented


def grained(deviation, grey=128, seed=0):
    face = np.full((90, 100, 3), grey, np.uint8)
    return augmented(A.Compose([Grain(deviation, deviation, p=1)]), face, seed)


@pytest.mark.parametrize("deviation", [0.01, 0.05])
def test_it_is_normal_and_as_strong_as_said(deviation):
    noise = grained(deviation).astype(float) - 128
    quantiles = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
    expected = stats.norm(0, 255 * deviation).ppf(quantiles)
    assert np.abs(np.quantile(noise, quantiles) - expected).max() <= 1
    assert noise.std() == pytest.approx(255 * deviation, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.15)


def test_pixels_and_colours_have_their_own():
    noise = grained(0.04).astype(float)
    for one, other in (
        (noise[..., 0], noise[..., 1]), (noise[:, 1:], noise[:, :-1]), (noise[1:], noise[:-1]),
    ):  # fmt: skip
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04


def test_black_and_white_do_not_turn_over():
    assert grained(0.05, grey=0).max() < 60
    assert grained(0.05, grey=255).min() > 195


def test_a_seed_fixes_it():
    assert np.array_equal(grained(0.03, seed=5), grained(0.03, seed=5))
    assert not np.array_equal(grained(0.03, seed=5), grained(0.03, seed=6))
