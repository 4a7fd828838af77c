"""The bootstrap over people: how a score would vary had other people been recorded."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

_AT_ONCE = 50  # resamples


class Interval(NamedTuple):
    """Of 95 %; both ends None where there is none."""

    low: float | None
    high: float | None


def draws(people: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """People drawn with replacement, as many as there are; the same for the same seed.

    Faces of one person resemble each other, so that people, not faces, are what was sampled.

    Args:
        people: P.
        resamples: R.
        seed: of the draws.

    Yields:
        (r, P) floats, how often each person was drawn; R rows in all.
    """
    random = np.random.default_rng(seed)
    for start in range(0, resamples, _AT_ONCE):
        rows = min(_AT_ONCE, resamples - start)
        drawn = random.integers(people, size=(rows, people)) + people * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * people)
        yield counts.reshape(rows, people).astype(np.float64)


def interval(samples: np.ndarray) -> Interval:
    """The percentile interval of 95 % of (R,) resampled values, NaN where undefined."""
    defined = samples[~np.isnan(samples)]
    if not len(defined):
        return Interval(None, None)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Interval(float(low), float(high))


def reflected(samples: np.ndarray, value: float) -> np.ndarray:
    """(R,) resampled values, mirrored at the value itself.

    Their percentiles make the basic bootstrap interval (Davison & Hinkley, "Bootstrap Methods and
    their Application", 1997, eq. 5.6). It is for a score that fewer faces make greater, as they do
    the calibration error: resamples lie as far above the value as the value above the truth.
    """
    return 2 * value - samples


def p_value(differences: np.ndarray) -> float | None:
    """Two-sided: how probable a difference at least this far to either side of 0 is by chance.

    Twice the smaller share of resampled differences on one side of 0 (0 itself is on both), one
    resample being added to each side, so that it is never 0.

    Args:
        differences: (R,), NaN where undefined.
    """
    defined = differences[~np.isnan(differences)]
    if not len(defined):
        return None
    side = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (side + 1) / (len(defined) + 1))
