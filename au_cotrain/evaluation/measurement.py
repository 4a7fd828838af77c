"""A measurement: every score of an outcome, over all faces, over each person, over resamples."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from au_cotrain.evaluation.bootstrap import draws
from au_cotrain.evaluation.outcome import Outcome
from au_cotrain.evaluation.tally import Tally, all_scores
from au_cotrain.metrics import METRICS

SCORES = {
    "f1": METRICS["f1"],
    "f1_fitted": METRICS["f1_fitted"],
    "auc": METRICS["auc"],
    "average_precision": METRICS["average_precision"],
    "balanced_accuracy": "balanced accuracy",
    "icc": "ICC(3,1)",
    "calibration_error_before": METRICS["calibration_error_before"],
    "calibration_error": METRICS["calibration_error"],
}
"""Score → what screen and page call it. Balanced accuracy is at the fitted threshold. ICC(3,1)
(Shrout & Fleiss, "Intraclass Correlations", Psychological Bulletin 1979) is between the coded
intensity and 5 times the calibrated probability, the only intensity that the predictor can give."""

BIASED = ("calibration_error_before", "calibration_error")
"""Scores that few faces make greater than they are, see ``bootstrap.reflected``."""


@dataclass(frozen=True)
class Measurement:
    """C AUs, P people, R resamples of people; NaN where a score is undefined."""

    outcome: Outcome
    people: tuple[str, ...]
    scores: dict[str, np.ndarray]
    """Score → (C,), pooled over all faces."""
    persons: dict[str, np.ndarray]
    """Score → (P, C), of each person's faces alone; (0, C) where each face is a person."""
    samples: dict[str, np.ndarray]
    """Score → (R, C), pooled over the faces of the people drawn."""
    known: np.ndarray
    """(P, C) faces whose label is known."""
    positives: np.ndarray
    """(P, C) of these, which have the AU."""


def measure(
    outcome: Outcome,
    resamples: int,
    seed: int,
    nameless: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Measurement:
    """Score an outcome.

    Args:
        outcome: what is scored.
        resamples: R; 0 for none.
        seed: of the draws; outcomes of one manifest that share it share every resample.
        nameless: each face counts as a person, so that no person is scored alone.
        progress: called with (resamples done, R).
    """
    people, who = outcome.people
    tallies = [
        Tally(
            outcome.probabilities[:, j],
            outcome.uncalibrated[:, j],
            outcome.labels[:, j],
            None if outcome.intensities is None else outcome.intensities[:, j],
            float(outcome.thresholds[j]),
            who,
            len(people),
        )
        for j in range(len(outcome.aus))
    ]
    pooled = all_scores(tallies, np.ones((1, len(people))))
    alone = all_scores(tallies, np.eye(0 if nameless else len(people), len(people)))
    chunks, done = [{name: values[:0] for name, values in pooled.items()}], 0
    progress(0, resamples)
    for weights in draws(len(people), resamples, seed):
        chunks.append(all_scores(tallies, weights))
        done += len(weights)
        progress(done, resamples)
    return Measurement(
        outcome,
        people,
        {name: values[0] for name, values in pooled.items()},
        alone,
        {name: np.concatenate([chunk[name] for chunk in chunks]) for name in pooled},
        np.stack([tally.known for tally in tallies], axis=1).astype(np.int64),
        np.stack([tally.positives for tally in tallies], axis=1).astype(np.int64),
    )


def mean_over_aus(scores: np.ndarray) -> np.ndarray:
    """(...) means over the AUs of (..., C) scores that define one; NaN where none does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        mean: np.ndarray = np.nanmean(scores, axis=-1)
    return mean
