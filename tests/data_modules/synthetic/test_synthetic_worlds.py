"""Worlds are pure functions of their arguments, with the statistics they state."""

from __future__ import annotations

import numpy as np
import pytest

from data_modules.synthetic import BP4D_AUS, OCCURRENCE, WORLDS, sample
from data_modules.synthetic.cooccurrence import (
    PREVALENCE,
    RELATION,
    bivariate_normal_cdf,
    draw_occurrence,
    nearest_correlation,
)
from data_modules.synthetic.expressions import draw_expression


@pytest.mark.parametrize("world", WORLDS)
def test_sample_is_a_pure_function(world):
    assert sample(world, 4, 2, 9) == sample(world, 4, 2, 9)
    others = [sample(world, 5, 2, 9), sample(world, 4, 3, 9), sample(world, 4, 2, 10)]
    assert all(other != sample(world, 4, 2, 9) for other in others)


@pytest.mark.parametrize("world", WORLDS)
def test_identity_depends_on_subject_and_seed_only(world):
    assert sample(world, 4, 0, 9).identity == sample(world, 4, 77, 9).identity
    assert sample(world, 4, 0, 9).identity != sample(world, 5, 0, 9).identity
    assert sample(world, 4, 0, 9).identity != sample(world, 4, 0, 8).identity


def test_worlds_have_different_people():
    assert sample("lab", 0, 0, 0).identity != sample("web", 0, 0, 0).identity


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="unknown world"):
        sample("studio", 0, 0, 0)
    with pytest.raises(ValueError, match="negative"):
        sample("lab", -1, 0, 0)


@pytest.mark.parametrize("world", WORLDS)
def test_intensities_leave_no_doubt_about_occurrence(world):
    faces = [sample(world, person, 0, 3).action_units for person in range(150)]
    values = np.array([[face[name] for name in BP4D_AUS] for face in faces])
    present = values >= OCCURRENCE
    assert (values[present] >= 0.4).all() and (values[present] <= 1.0).all()
    assert (values[~present] <= 0.15).all() and (values[~present] >= 0.0).all()
    assert present.any() and (values == 0).any() and ((values > 0) & ~present).any()


def test_lab_is_near_frontal_and_web_is_not():
    lab = [sample("lab", i, 0, 0).pose.yaw for i in range(200)]
    web = [sample("web", i, 0, 0).pose.yaw for i in range(200)]
    assert max(map(abs, lab)) <= 12.0
    assert 20.0 < max(map(abs, web)) <= 35.0


def test_lab_follows_bp4d_prevalence_and_relation():
    rng = np.random.default_rng(1)
    drawn = np.array([draw_occurrence(rng) for _ in range(20_000)])
    share = drawn.mean(axis=0)
    np.testing.assert_allclose(share, PREVALENCE, atol=0.015)
    measured = np.array(
        [
            [
                drawn[drawn[:, j], i].mean() - drawn[~drawn[:, j], i].mean()
                for j in range(len(BP4D_AUS))
            ]
            for i in range(len(BP4D_AUS))
        ]
    )
    np.testing.assert_allclose(measured, RELATION, atol=0.06)


def test_lab_samples_carry_the_drawn_occurrences():
    faces = [sample("lab", 0, frame, 2).action_units for frame in range(1_500)]
    drawn = np.array([[face[name] >= OCCURRENCE for name in BP4D_AUS] for face in faces])
    np.testing.assert_allclose(drawn.mean(axis=0), PREVALENCE, atol=0.05)


def test_web_shows_every_unit_neither_rarely_nor_always():
    rng = np.random.default_rng(2)
    drawn = [draw_expression(rng) for _ in range(8_000)]
    for name in BP4D_AUS:
        share = np.mean([name in present for present in drawn])
        assert 0.06 < share < 0.50, (name, share)


def test_bivariate_normal_agrees_with_closed_forms():
    rho = np.array([-0.9, -0.3, 0.0, 0.5, 0.95])
    zero = np.zeros_like(rho)
    quadrant = 0.25 + np.arcsin(rho) / (2 * np.pi)  # Sheppard's formula
    np.testing.assert_allclose(bivariate_normal_cdf(zero, zero, rho), quadrant, atol=1e-6)


def test_nearest_correlation_of_highams_example():
    # Higham (2002), section 4: the nearest correlation matrix to this tridiagonal one.
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = np.array([[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]])
    np.testing.assert_allclose(nearest_correlation(matrix), expected, atol=1e-4)
