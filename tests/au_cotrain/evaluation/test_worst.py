from collections import Counter
from dataclasses import replace

import numpy as np

from au_cotrain.evaluation.worst import worst_errors


def test_the_worst_are_errors_far_from_their_threshold_and_not_all_alike(outcome):
    drawn = outcome(people=10, aus=("AU01", "AU04", "AU12"))
    rows = worst_errors(drawn)
    assert len(rows) == 24
    for row in rows:
        label, p = (
            of[row["face"], drawn.aus.index(row["au"])]
            for of in (drawn.labels, drawn.probabilities)
        )
        assert row["label"] == label >= 0 and row["probability"] == p
        assert (p >= row["threshold"]) != label
        assert row["path"] == drawn.paths[row["face"]]
    assert Counter(row["label"] for row in rows) == {0: 12, 1: 12}
    assert max(Counter(row["subject"] for row in rows).values()) <= 3
    assert max(Counter((row["subject"], row["au"]) for row in rows).values()) == 1
    assert len({row["face"] for row in rows}) == 24
    p, t = (np.array([row[of] for row in rows]) for of in ("probability", "threshold"))
    distance = np.abs(np.log(p / (1 - p)) - np.log(t / (1 - t)))
    assert (np.diff(distance) <= 1e-6).all()


def test_without_errors_there_is_none(outcome):
    drawn = outcome()
    right = replace(drawn, probabilities=(drawn.labels == 1).astype(np.float32))
    assert worst_errors(right) == []
