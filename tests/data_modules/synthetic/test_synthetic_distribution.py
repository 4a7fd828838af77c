"""Laws draw what they say: quantile functions, compared with SciPy's distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from data_modules.synthetic.distribution import parse_distribution

QUANTILES = np.linspace(0.01, 0.99, 25)


def at(law, quantile):
    return parse_distribution(law, "test")([quantile] * 4)


@pytest.mark.parametrize(
    ("law", "scipy"),
    [
        ({"uniform": [-3, 5]}, stats.uniform(-3, 8)),
        ({"normal": [2, 4]}, stats.norm(2, 4)),
        ({"normal": [2, 4], "within": [0, 7]}, stats.truncnorm(-0.5, 1.25, loc=2, scale=4)),
        ({"lognormal": [1.5, 0.3]}, stats.lognorm(0.3, scale=1.5)),
        ({"beta": [1.5, 3]}, stats.beta(1.5, 3)),
        ({"beta": [1.5, 3], "within": [-1, 4]}, stats.beta(1.5, 3, loc=-1, scale=5)),
    ],
)
def test_quantiles_are_scipys(law, scipy):
    drawn = [at(law, quantile) for quantile in QUANTILES]
    np.testing.assert_allclose(drawn, scipy.ppf(QUANTILES), rtol=1e-9, atol=1e-9)


def test_a_choice_follows_its_weights():
    drawn = [at({"choice": {"none": 6, "thin": 3, "sun": 1}}, q) for q in np.arange(0.005, 1, 0.01)]
    assert [drawn.count(kind) for kind in ("none", "thin", "sun")] == [60, 30, 10]
    assert at({"choice": [45, 70]}, 0.4) == 45 and at({"choice": [45, 70]}, 0.6) == 70
    assert at({"choice": [[0, 0, 1], [1, 0, 0]]}, 0.9) == (1, 0, 0)
    assert at({"choice": {"never": 0, "always": 1}}, 1e-12) == "always"
    # A law travels as JSON, whose keys are text.
    assert at({"choice": {"-0.13": 1}}, 0.5) == -0.13 and at({"choice": {"true": 1}}, 0.5) is True


def test_a_value_is_itself():
    assert at(3.5, 0.1) == 3.5 and at("thin", 0.9) == "thin"
    assert at([0.1, 0.2, 0.3], 0.5) == (0.1, 0.2, 0.3)


def test_a_grey_is_tinted_by_no_more_than_its_tint():
    draw = parse_distribution({"grey": 0.5, "tint": 0.2}, "test")
    colours = np.array([draw(row) for row in np.random.default_rng(0).random((500, 4))])
    assert 0.4 <= colours.min() < 0.41 and 0.59 < colours.max() <= 0.6


@given(
    st.floats(1e-12, 1 - 1e-12),
    st.floats(-50, 50),
    st.floats(0.01, 50),
    st.floats(-60, 60),
    st.floats(0.01, 60),
)
def test_a_truncated_normal_stays_within(quantile, mean, spread, low, width):
    law = {"normal": [mean, spread], "within": [low, low + width]}
    assert low <= at(law, quantile) <= low + width
