"""Prevalence: how often an AU occurs, and whether the choice of people explains how often."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from data_modules.doctor.published import Published
from data_modules.facs import UNKNOWN

LEAST = 0.02
"""Distance from the published prevalence that is never far."""
FEWEST = 3
"""People of whom a spread can be told."""
CHANCE = 0.0027
"""Chance that honest people look far, in all AUs of a manifest: that of 3 standard errors."""


@dataclass(frozen=True)
class Judgement:
    """How far an AU's prevalence may and does lie from the published one."""

    people: int
    """With a known label."""
    prevalence: float
    """Share of positives among the known labels; NaN without any."""
    published: float
    standard_error: float
    """Of the prevalence, from the choice of people and frames; NaN where not judged."""
    allowed: float
    """The greatest distance that is not far; NaN where not judged."""

    @property
    def distance(self) -> float:
        """From the published prevalence."""
        return abs(self.prevalence - self.published)

    @property
    def far(self) -> bool:
        """Whether the choice of people does not explain the distance; False where not judged."""
        return self.distance > self.allowed


def judge(
    labels: np.ndarray, people: np.ndarray, aus: tuple[str, ...], published: Published
) -> dict[str, Judgement]:
    """Compare prevalences with the published ones of the whole set.

    The published number is a share of all *frames*, not a mean over people, and people have
    unequally many. With yᵢ positives among mᵢ known frames of person i it is therefore estimated
    by the ratio p = Σyᵢ / Σmᵢ, whose standard error over n people drawn out of N comes from the
    residuals eᵢ = yᵢ − p·mᵢ (Cochran, Sampling Techniques, 1977, chapter 6), plus what drawing
    frames within a person adds where some are lacking (chapter 10; M known ones out of
    the n·F/N they have):

        V = [ (1 − n/N) · n/(n−1) · Σeᵢ² + n/N · (1 − MN/nF) · Σmᵢp(1−p) ] / (Σmᵢ)²

    With all people and all frames V is 0: then only ``LEAST`` is allowed. People differ much more
    than frames, so that a test that takes frames for independent would find every honest fold
    far.

    Rarely shown AUs are a matter of few people; where these happen not to be among the n, both p
    and V come out too small. So an AU's V is at least what the judged AUs have in common,
    p(1−p) · ΣV / Σp(1−p), p being published: in permuted columns it is the same as in honest ones.

    Far is what would occur with probability ``CHANCE`` in any of the AUs judged: 3 standard errors
    for a single one, 3.7 for twelve (Bonferroni; Student's t with n−1 degrees of freedom an AU).

    Args:
        labels: (N, C) 1, 0 or ``UNKNOWN``.
        people: (N,) integers from 0 on; -1 where nobody is named.
        aus: C names.
        published: of the set.

    Returns:
        A judgement for each AU a prevalence is published of.
    """
    counts = {
        au: _count(labels[:, place], people)
        for place, au in enumerate(aus)
        if au in published.prevalence
    }
    variances = {
        au: _variance(positives, known, published)
        for au, (positives, known) in counts.items()
        if len(known) >= FEWEST
    }
    spread = {au: published.prevalence[au] * (1 - published.prevalence[au]) for au in variances}
    common = sum(variances.values()) / sum(spread.values()) if spread else 0.0
    freedom = sum(len(counts[au][1]) - 1 for au in variances)
    judgements = {}
    for au, (positives, known) in counts.items():
        error = allowed = float("nan")
        if au in variances:
            error = float(np.sqrt(max(variances[au], common * spread[au])))
            allowed = max(LEAST, float(stdtrit(freedom, 1 - CHANCE / 2 / len(variances))) * error)
        prevalence = float(positives.sum() / known.sum()) if len(known) else float("nan")
        judgements[au] = Judgement(len(known), prevalence, published.prevalence[au], error, allowed)
    return judgements


def _count(labels: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positives and known labels of each person who has any of the latter."""
    coded = (labels != UNKNOWN) & (people >= 0)
    known = np.bincount(people[coded])
    positives = np.bincount(people[coded], labels[coded] == 1)
    return positives[known > 0], known[known > 0]


def _variance(positives: np.ndarray, known: np.ndarray, published: Published) -> float:
    """V, see ``judge``."""
    n, frames = len(known), known.sum()
    p = positives.sum() / frames
    residuals = positives - p * known
    people = min(1.0, n / published.people)
    share = min(1.0, frames / (people * published.frames))
    between = (1 - people) * n / (n - 1) * (residuals**2).sum()
    within = people * (1 - share) * frames * p * (1 - p)
    return float((between + within) / frames**2)
