"""The faces a predictor got most wrong."""

from typing import Any

import numpy as np

from au_cotrain.evaluation.outcome import Outcome


def worst_errors(outcome: Outcome, most: int = 24, of_one_person: int = 3) -> list[dict[str, Any]]:
    """The errors at the fitted thresholds that were made with most confidence.

    Half are AUs that were seen but do not occur, half AUs that occur but were not seen: of a rare
    AU every probability is low, so that by confidence alone the misses would be all.

    Args:
        outcome: of which predictor and manifest.
        most: errors in all; more of one kind where the other has too few.
        of_one_person: at most. A face stands in one error only.

    Returns:
        Rows ``face`` (index), ``path``, ``subject``, ``au``, ``label``, ``probability``,
        ``threshold``, the least probable label first.
    """
    labels = outcome.labels
    wrong = (labels >= 0) & (outcome.decisions != (labels == 1))
    faces, aus = np.nonzero(wrong)
    of_label = np.where(labels == 1, outcome.probabilities, 1 - outcome.probabilities)[faces, aus]
    order = np.argsort(of_label, kind="stable")
    kinds = {code: [i for i in order if labels[faces[i], aus[i]] == code] for code in (0, 1)}
    taken: list[int] = []
    persons: dict[str, int] = {}
    seen: set[int] = set()
    while len(taken) < most and any(kinds.values()):
        for candidates in kinds.values():
            while candidates and len(taken) < most:
                error = candidates.pop(0)
                person = outcome.subjects[faces[error]]
                if faces[error] in seen or persons.get(person, 0) >= of_one_person:
                    continue
                seen.add(faces[error])
                persons[person] = persons.get(person, 0) + 1
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
        for error in sorted(taken, key=lambda error: of_label[error])
    ]
