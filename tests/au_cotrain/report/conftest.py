"""Two studies to write reports of: one with everything, one with next to nothing."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from au_cotrain.evaluation.comparison import compare
from au_cotrain.evaluation.document import metrics
from au_cotrain.evaluation.measurement import measure
from au_cotrain.evaluation.outcome import Outcome
from au_cotrain.graph import cooccurrence, normalize_adjacency
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.report.page import write_report

AUS = ("AU01", "AU04", "AU06", "AU12")
NAMES = {
    "AU01": "inner brow raiser", "AU04": "brow lowerer", "AU06": "cheek raiser",
    "AU12": "lip corner puller",
}  # fmt: skip
HOSTILE = '<script>document.body.innerHTML="gone"</script>'
"""A subject who would like to run."""
MADE = {
    "date": "2026-11-25T22:30:00+00:00", "au_cotrain": "0.1.0", "revision": None,
    "command": "au-cotrain evaluate 'a & b' <manifest>",
}  # fmt: skip


class Study(NamedTuple):
    """What ``write_report`` takes."""

    metrics: dict[str, Any]
    outcome: Outcome
    other: Outcome | None = None
    other_metrics: dict[str, Any] | None = None

    def write(self, folder):
        return write_report(
            folder, self.metrics, self.outcome, portrait, NAMES, self.other, self.other_metrics
        )


def portrait(face: int) -> np.ndarray:
    """A picture of its own for every face, wider than high."""
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[...] = np.random.default_rng(face).integers(40, 255, 3)
    pixels[30:90, 50:110] = 255
    return pixels


def outcome_of(skill: float, people: list[str], frames: int, sequences: bool = True) -> Outcome:
    rng = np.random.default_rng(3)
    size, count = len(people) * frames, len(AUS)
    # An AU comes and goes slowly, as in a film.
    phase = rng.uniform(0, 6.28, (len(people), 1, count)) + np.arange(frames)[None, :, None] / 6
    strength = (np.sin(phase * np.array([1, 1.3, 0.7, 0.9])) - 0.2).reshape(size, count)
    labels = (strength > 0).astype(np.int8)
    labels[:, 2] = -1 if not sequences else labels[:, 2]
    labels[: frames // 4, 1] = -1
    noise = rng.normal(0, 1, (2, size, count)) * (1 - skill)
    views = 1 / (1 + np.exp(-4 * (strength + noise)))
    uncalibrated = views.mean(0)
    odds = np.log(uncalibrated / (1 - uncalibrated))
    return Outcome(
        name="runs/two views", aus=AUS, probabilities=1 / (1 + np.exp(-odds / 1.5)),
        uncalibrated=uncalibrated, views=views, thresholds=np.full(count, 0.4), labels=labels,
        intensities=np.where(labels < 0, np.nan, labels * 3.0) if sequences else None,
        subjects=tuple(np.repeat(people, frames).tolist()),
        sequences=tuple(f"{who}/T1" if sequences else "" for who in people for _ in range(frames)),
        frames=np.tile(np.arange(frames) * 2, len(people)) if sequences else np.full(size, -1),
        paths=tuple(f"/data/{i:04d} <b>&\"'.jpg" for i in range(size)),
    )  # fmt: skip


def card_of(graph: dict[str, Any]) -> PredictorCard:
    return PredictorCard(
        aus=list(AUS), backbones=["a", "b"], feature_dim=8, image_size=32, scaled_size=32,
        temperatures=[1.5] * len(AUS), thresholds=[0.4] * len(AUS), alignment="none",
        provenance={}, metrics={}, graph=graph,
    )  # fmt: skip


@pytest.fixture(scope="session")
def full() -> Study:
    """Six people on film, one of them hostile, coded intensities, a learned graph, a rival."""
    people = [HOSTILE, "F002", "F003", "M001", "M002", "M003"]
    one, other = (outcome_of(skill, people, frames=60) for skill in (0.9, 0.5))
    relation = cooccurrence(one.labels).numpy()
    before = normalize_adjacency(relation).numpy()
    after = before.copy()
    after[0, 3] += 0.3
    graph = {"relation": relation, "before": before, "after": after}
    card = card_of({name: matrix.tolist() for name, matrix in graph.items()})
    first, second = measure(one, 50, 0), measure(other, 50, 0)
    said = {"manifest": "tables/<i>test</i>.csv", "made": MADE, "seed": 0}
    notes = ["AU05 is coded, & not known to the predictor."]
    return Study(
        metrics(first, card, 0.3, notes, compare(first, second), **said),
        one, other, metrics(second, card, 0.4, [], None, **said),
    )  # fmt: skip


@pytest.fixture(scope="session")
def bare() -> Study:
    """One person without a name for frames, an AU nobody coded, no graph, nothing beside."""
    outcome = outcome_of(0.9, ["F001"], frames=6, sequences=False)
    said = {"manifest": "test.csv", "made": MADE, "seed": 0}
    return Study(metrics(measure(outcome, 0, 0), card_of({}), None, **said), outcome)
