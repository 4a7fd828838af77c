"""Which action units occur together in BP4D, and draws that follow it."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

# BP4D's published occurrence statistics, in the order of `BP4D_AUS`.
PREVALENCE = (0.211, 0.171, 0.203, 0.461, 0.549, 0.594, 0.562, 0.466, 0.169, 0.343, 0.165, 0.151)
"""Share of the 146,847 coded frames in which each unit occurs."""

# BP4D's published occurrence statistics, rounded to three decimals.
# fmt: off
RELATION = (
    (1.000, 0.502, 0.124, -0.009, 0.005, 0.060, 0.013, -0.007, -0.028, 0.016, -0.017, -0.057),
    (0.427, 1.000, -0.073, 0.036, -0.014, 0.054, 0.085, 0.018, -0.036, -0.018, 0.004, -0.028),
    (0.120, -0.083, 1.000, -0.047, 0.057, -0.064, -0.215, -0.035, -0.014, 0.055, 0.040, 0.059),
    (-0.013, 0.062, -0.072, 1.000, 0.538, 0.510, 0.544, 0.250, 0.213, 0.036, 0.116, -0.030),
    (0.007, -0.025, 0.087, 0.536, 1.000, 0.396, 0.352, 0.196, 0.224, 0.080, 0.100, 0.022),
    (0.086, 0.093, -0.095, 0.495, 0.386, 1.000, 0.520, 0.252, 0.203, 0.007, 0.056, -0.135),
    (0.019, 0.148, -0.328, 0.539, 0.350, 0.531, 1.000, 0.224, 0.155, -0.024, 0.083, -0.119),
    (-0.010, 0.032, -0.054, 0.250, 0.197, 0.260, 0.226, 1.000, 0.196, 0.169, 0.201, 0.314),
    (-0.024, -0.036, -0.012, 0.120, 0.127, 0.119, 0.089, 0.111, 1.000, 0.232, 0.237, 0.175),
    (0.022, -0.028, 0.077, 0.033, 0.072, 0.006, -0.022, 0.153, 0.372, 1.000, 0.350, 0.556),
    (-0.014, 0.003, 0.034, 0.064, 0.056, 0.032, 0.046, 0.112, 0.233, 0.214, 1.000, 0.274),
    (-0.044, -0.026, 0.047, -0.015, 0.012, -0.072, -0.062, 0.162, 0.160, 0.316, 0.255, 1.000),
)
# fmt: on
"""RELATION[i][j] = P(i occurs | j occurs) - P(i occurs | j does not)."""


def bivariate_normal_cdf(a: Array, b: Array, correlation: Array) -> Array:
    """P(X < a, Y < b) of standard normals, element by element, |correlation| < 1.

    Plackett (1954): the derivative by the correlation is the density, so the probability is that
    of independence plus the density's integral from 0 to the correlation.
    """
    nodes, weights = np.polynomial.legendre.leggauss(24)
    rho = 0.5 * correlation[..., None] * (nodes + 1.0)
    density = _density(a[..., None], b[..., None], rho)
    grown: Array = 0.5 * correlation * (density @ weights)
    result: Array = ndtr(a) * ndtr(b) + grown
    return result


def _density(a: Array, b: Array, rho: Array) -> Array:
    rest = 1.0 - rho**2
    result: Array = np.exp(-(a**2 - 2 * rho * a * b + b**2) / (2 * rest)) / (
        2 * np.pi * np.sqrt(rest)
    )
    return result


def tetrachoric(prevalence: Array, covariance: Array) -> Array:
    """Latent correlations that give two-valued variables these covariances.

    Args:
        prevalence: (A,) probabilities.
        covariance: (A, A) symmetric; the diagonal is not read.

    Returns:
        (A, A) correlations in [-0.98, 0.98] with unit diagonal; not always positive definite.
    """
    cut = ndtri(prevalence)
    a, b = np.broadcast_arrays(cut[:, None], cut[None, :])
    target = np.outer(prevalence, prevalence) + covariance
    low, high = np.full(target.shape, -0.98), np.full(target.shape, 0.98)
    for _ in range(40):
        middle = 0.5 * (low + high)
        below = bivariate_normal_cdf(a, b, middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    correlation: Array = 0.5 * (low + high)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def nearest_correlation(matrix: Array, rounds: int = 100) -> Array:
    """Nearest correlation matrix in the Frobenius norm.

    Higham (2002), Computing the nearest correlation matrix, algorithm 3.3: alternating
    projections on the positive semidefinite and the unit-diagonal matrices, with Dykstra's
    correction.
    """
    current, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(rounds):
        shifted = current - correction
        values, vectors = np.linalg.eigh(shifted)
        positive = (vectors * np.clip(values, 1e-6, None)) @ vectors.T
        correction = positive - shifted
        current = positive.copy()
        np.fill_diagonal(current, 1.0)
    return current


@cache
def _latent() -> tuple[Array, Array]:
    """Thresholds (A,) and the symmetric root (A, A) of the latent correlation matrix."""
    p = np.asarray(PREVALENCE)
    one_way = np.asarray(RELATION) * (p * (1.0 - p))[None, :]
    # Either direction states the same covariance, up to rounding.
    correlation = nearest_correlation(tetrachoric(p, 0.5 * (one_way + one_way.T)))
    values, vectors = np.linalg.eigh(correlation)
    # The symmetric root: unlike bare eigenvectors, it has no sign for machines to disagree on.
    return ndtri(p), (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T


def draw_occurrence(rng: np.random.Generator) -> NDArray[np.bool_]:
    """One frame's twelve occurrences, (12,), by a Gaussian copula with BP4D's statistics."""
    cut, root = _latent()
    result: NDArray[np.bool_] = root @ rng.standard_normal(len(cut)) < cut
    return result
