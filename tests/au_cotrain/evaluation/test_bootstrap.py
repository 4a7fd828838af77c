import numpy as np
import pytest

from au_cotrain.evaluation.bootstrap import draws, interval, p_value


def test_as_many_people_are_drawn_as_there_are_and_each_equally_often():
    weights = np.concatenate(list(draws(7, 2000, seed=0)))
    assert weights.shape == (2000, 7) and (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(7), abs=0.1)
    assert (weights == 0).mean() == pytest.approx((6 / 7) ** 7, abs=0.02)
    assert np.array_equal(weights, np.concatenate(list(draws(7, 2000, seed=0))))
    assert not np.array_equal(weights, np.concatenate(list(draws(7, 2000, seed=1))))


def test_an_interval_leaves_undefined_resamples_out():
    samples = np.append(np.arange(101.0), [np.nan] * 50)
    assert interval(samples) == (2.5, 97.5)
    assert interval(np.full(3, np.nan)) == (None, None) == interval(np.empty(0))


def test_intervals_over_people_cover_the_mean_of_the_population():
    rng = np.random.default_rng(0)
    people = 40
    weights = np.concatenate(list(draws(people, 400, seed=0)))
    covered = 0
    for _ in range(200):
        persons = rng.normal(size=people)
        low, high = interval(weights @ persons / people)
        covered += low <= 0 <= high
    assert 0.88 <= covered / 200 <= 0.98


def test_p_is_two_sided_and_never_0():
    assert p_value(np.full(999, 0.1)) == pytest.approx(0.002)
    assert p_value(np.full(999, -0.1)) == pytest.approx(0.002)
    assert p_value(np.zeros(999)) == 1.0
    assert p_value(np.append(np.full(950, 1.0), np.full(49, -1.0))) == pytest.approx(0.1)
    assert p_value(np.array([np.nan])) is None
