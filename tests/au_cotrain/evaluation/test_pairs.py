import numpy as np
import pytest

from au_cotrain.evaluation.pairs import pair_errors


def test_errors_are_counted_where_both_labels_are_known():
    labels = np.array([[1, 1, -1], [0, 1, -1], [0, -1, -1], [1, 0, -1]], np.int8)
    decisions = np.array([[0, 0, 1], [1, 1, 0], [1, 1, 0], [1, 0, 0]], bool)
    wrong = [[1, 1], [1, 0], [1, np.nan], [0, 0]]  # of AUs 0 and 1; nobody coded AU 2
    errors, rates, counts = pair_errors(decisions, labels)
    assert counts.tolist() == [[3, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert rates[:2] == pytest.approx(np.nanmean(wrong, axis=0)) and np.isnan(rates[2])
    assert errors[0, 1] == pytest.approx(1 / 2)  # of the two errors in 0 where 1 is known, one
    assert errors[1, 0] == 1 and errors[0, 0] == errors[1, 1] == 1
    assert np.isnan(errors[2]).all() and np.isnan(errors[0, 2])
