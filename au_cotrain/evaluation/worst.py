"""The faces a predictor got most wrong."""

import math
from collections import Counter, deque
from typing import Any

import numpy as np
from scipy.special import logit

from au_cotrain.evaluation.outcome import Outcome


def worst_errors(outcome: Outcome, most: int = 24, of_one_person: int = 3) -> list[dict[str, Any]]:
    """The errors at the fitted thresholds that were made with most confidence.

    Confidence is the distance in log-odds from the AU's threshold. Half of the errors are AUs that
    were seen but do not occur, half AUs that occur but were not seen, if there are so many. That
    they are not all alike, a face stands in one error, a person in one error of an AU, and of one
    AU there is at most one more than its share.

    Args:
        outcome: of which predictor and manifest.
        most: errors in all.
        of_one_person: at most.

    Returns:
        Rows ``face`` (index), ``path``, ``subject``, ``au``, ``label``, ``probability``,
        ``threshold``, the most confident first.
    """
    labels = outcome.labels
    faces, aus = np.nonzero((labels >= 0) & (outcome.decisions != (labels == 1)))
    distance = np.abs(_log_odds(outcome.probabilities) - _log_odds(outcome.thresholds))[faces, aus]
    order = np.argsort(-distance, kind="stable")
    of_one_au = math.ceil(most / max(len(outcome.aus), 1)) + 1
    coded = labels[faces, aus][order]
    queues = [deque(order[coded == code].tolist()) for code in (0, 1)]
    taken: list[int] = []
    count: Counter[tuple[str, object]] = Counter()
    while len(taken) < most and any(queues):
        for queue in queues:
            while queue and len(taken) < most:
                error = queue.popleft()
                face, au, person = faces[error], aus[error], outcome.subjects[faces[error]]
                limits = {
                    ("face", face): 1,
                    ("person and AU", (person, au)): 1,
                    ("person", person): of_one_person,
                    ("AU", au): of_one_au,
                }
                if all(count[key] < limit for key, limit in limits.items()):
                    count.update(limits.keys())
                    taken.append(error)
                    break
    return [
        {
            "face": int(face := faces[error]),
            "path": outcome.paths[face],
            "subject": outcome.subjects[face],
            "au": outcome.aus[au := aus[error]],
            "label": int(labels[face, au]),
            "probability": float(outcome.probabilities[face, au]),
            "threshold": float(outcome.thresholds[au]),
        }
        for error in sorted(taken, key=lambda error: -distance[error])
    ]


def _log_odds(p: np.ndarray) -> np.ndarray:
    odds: np.ndarray = logit(np.clip(p.astype(np.float64), 1e-12, 1 - 1e-12))
    return odds
