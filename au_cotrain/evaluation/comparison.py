"""A comparison of two predictors on the same faces, paired over people."""

from typing import Any

import numpy as np

from au_cotrain.evaluation.bootstrap import interval, p_value, reflected
from au_cotrain.evaluation.measurement import BIASED, Measurement, mean_over_aus


def compare(one: Measurement, other: Measurement) -> dict[str, Any]:
    """Differences, one minus other, with intervals and p over the same resamples of people.

    Args:
        one: of a predictor on a manifest.
        other: of another predictor on the same faces, measured with the same resamples.

    Returns:
        As ``document.metrics`` has it: ``other``, ``aus`` (those both know), ``mean`` and
        ``per_au`` of {``value``, ``low``, ``high``, ``p``, ``sides``}, None where undefined, and
        ``note``. ``sides`` are both scores, of these AUs.
    """
    aus = [au for au in one.outcome.aus if au in other.outcome.aus]
    here = [one.outcome.aus.index(au) for au in aus]
    there = [other.outcome.aus.index(au) for au in aus]
    telling = (one.known[:, here] > 0).sum(axis=0) > 1
    mean: dict[str, Any] = {}
    per_au: dict[str, Any] = {au: {} for au in aus}
    for score in one.scores:
        sides = np.stack([one.scores[score][here], other.scores[score][there]])
        value = sides[0] - sides[1]
        samples = one.samples[score][:, here] - other.samples[score][:, there]
        several = len(one.people) > 1
        told = [
            (mean, float(mean_over_aus(value)), mean_over_aus(samples), several),
            *(
                (per_au[au], float(value[j]), samples[:, j], bool(telling[j]))
                for j, au in enumerate(aus)
            ),
        ]
        both = [mean_over_aus(sides), *sides.T]
        for (differences, number, resampled, interval_too), of in zip(told, both, strict=True):
            if score in BIASED:
                resampled = reflected(resampled, number)
            differences[score] = _difference(number, resampled, interval_too)
            differences[score]["sides"] = of.tolist()
    return {
        "other": other.outcome.name,
        "aus": aus,
        "mean": mean,
        "per_au": per_au,
        "note": "paired over people; the difference is A minus B",
    }


def _difference(value: float, samples: np.ndarray, several: bool) -> dict[str, Any]:
    if np.isnan(value):
        return {"value": None, "low": None, "high": None, "p": None}
    low, high = interval(samples) if several else (None, None)
    p = p_value(samples) if several else None
    return {"value": value, "low": low, "high": high, "p": p}
