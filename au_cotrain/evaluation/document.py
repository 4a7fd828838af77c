"""The document ``metrics.json``: every number of an evaluation, in plain values."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from au_cotrain.evaluation.agreement import agreement, mean_agreement
from au_cotrain.evaluation.bootstrap import interval, reflected
from au_cotrain.evaluation.curves import precision_recall, reliability
from au_cotrain.evaluation.measurement import BIASED, SCORES, Measurement, mean_over_aus
from au_cotrain.evaluation.pairs import pair_errors
from au_cotrain.evaluation.worst import worst_errors
from au_cotrain.graph import cooccurrence
from au_cotrain.predictor.card import PredictorCard

FORMAT = 1

DIGITS = 6


def metrics(
    measurement: Measurement,
    card: PredictorCard,
    dependence: float | None,
    notes: Sequence[str] = (),
    comparison: dict[str, Any] | None = None,
    **said: Any,  # noqa: ANN401 - plain values
) -> dict[str, Any]:
    """What ``metrics.json`` holds: no NaN, None where undefined, floats of six digits.

    Every score is ``{"value", "low", "high"}``, its interval that of 95 % over resampled people.

    Args:
        measurement: of one predictor on one manifest.
        card: the predictor's.
        dependence: of the two views, given the labels.
        notes: in words, what must be known beside the numbers.
        comparison: with another predictor, see ``comparison.compare``.
        said: ``manifest``, ``made``, ``seed`` ..., put in front as they are.
    """
    outcome = measurement.outcome
    each = agreement(outcome.views)
    graph, pairs = _graph(measurement, card), pair_errors(outcome.decisions, outcome.labels)
    content = {
        "format": FORMAT,
        "predictor": outcome.name,
        **said,
        "faces": len(outcome),
        "people": len(measurement.people),
        "aus": list(outcome.aus),
        "resamples": len(measurement.samples["f1"]),
        "scores": {name: SCORES[name] for name in SCORES if name in measurement.scores},
        "mean": _means(measurement),
        "per_au": {
            au: _of_au(measurement, j, card.temperatures[card.aus.index(au)])
            for j, au in enumerate(outcome.aus)
        },
        "per_person": _persons(measurement),
        "views": {
            "per_au": dict(zip(outcome.aus, each, strict=True)),
            "mean": mean_agreement(each),
            "conditional_dependence": dependence,
        },
        "pairs": pairs._asdict(),
        "graph": graph,
        "curves": {au: _curves(measurement, j) for j, au in enumerate(outcome.aus)},
        "worst": worst_errors(outcome),
        "comparison": comparison,
        "notes": list(notes),
    }
    plain: dict[str, Any] = _plain(content)
    return plain


def _plain(value: Any) -> Any:  # noqa: ANN401 - any nesting of values
    """Lists and dicts of values that JSON has."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(of) for of in value]
    if isinstance(value, float | np.floating):
        return round(float(value), DIGITS) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _score(name: str, value: float, samples: np.ndarray, several: bool) -> dict[str, float | None]:
    if not several or math.isnan(value):
        return {"value": value, "low": None, "high": None}
    if name not in BIASED:
        return {"value": value, **interval(samples)._asdict()}
    low, high = interval(reflected(samples, value))
    if low is None or high is None:
        return {"value": value, "low": None, "high": None}
    # No error is below 0, and an interval without its value would only puzzle.
    return {"value": value, "low": min(max(low, 0.0), value), "high": max(high, value)}


def _means(measurement: Measurement) -> dict[str, Any]:
    several = len(measurement.people) > 1
    return {
        name: _score(
            name, float(mean_over_aus(values)), mean_over_aus(measurement.samples[name]), several
        )
        for name, values in measurement.scores.items()
    }


def _of_au(measurement: Measurement, j: int, temperature: float) -> dict[str, Any]:
    known, positives = measurement.known[:, j], measurement.positives[:, j]
    people = int((known > 0).sum())
    return {
        "known": known.sum(),
        "positives": positives.sum(),
        "prevalence": positives.sum() / known.sum() if people else None,
        "people": people,
        "threshold": measurement.outcome.thresholds[j],
        "temperature": temperature,
        "scores": {
            name: _score(name, float(values[j]), measurement.samples[name][:, j], people > 1)
            for name, values in measurement.scores.items()
        },
    }


def _persons(measurement: Measurement) -> dict[str, Any]:
    scores = measurement.persons
    alone = len(scores["f1"])
    faces = np.bincount(measurement.outcome.people[1], minlength=len(measurement.people))
    means = {name: mean_over_aus(values) for name, values in scores.items()}
    return {
        person: {
            "faces": faces[i],
            "mean": {name: values[i] for name, values in means.items()},
            "aus": {
                au: {
                    "known": measurement.known[i, j],
                    "positives": measurement.positives[i, j],
                    **{name: values[i, j] for name, values in scores.items()},
                }
                for j, au in enumerate(measurement.outcome.aus)
            },
        }
        for i, person in enumerate(measurement.people[:alone])
    }


def _graph(measurement: Measurement, card: PredictorCard) -> dict[str, Any]:
    outcome = measurement.outcome
    place = [card.aus.index(au) for au in outcome.aus]
    graph: dict[str, Any] = {
        name: np.array(card.graph[name])[np.ix_(place, place)] if name in card.graph else None
        for name in ("before", "after", "relation")
    }
    graph["found"] = cooccurrence(outcome.decisions.astype(np.int8)).numpy()
    graph["labels"] = cooccurrence(outcome.labels).numpy()
    return graph


def _curves(measurement: Measurement, j: int) -> dict[str, Any]:
    outcome = measurement.outcome
    known = outcome.labels[:, j] >= 0
    p, y = outcome.probabilities[known, j], outcome.labels[known, j] == 1
    return {
        "precision_recall": precision_recall(p, y, (0.5, float(outcome.thresholds[j]))),
        "reliability": {
            "before": reliability(outcome.uncalibrated[known, j], y),
            "after": reliability(p, y),
        },
    }
