import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from au_cotrain.calibration import Calibration
from au_cotrain.losses import conditional_dependence
from au_cotrain.metrics import AUMetrics, ConditionalDependence, au_scores, mean_score


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(2, 40))
def test_scores_equal_scikit_learn_over_known_labels(data, faces):
    calibration = Calibration([2.0, 1.0, 0.5], [0.3, 0.5, 0.7])
    labels = data.draw(arrays(np.int8, (faces, 3), elements=st.integers(-1, 1)))
    # Few distinct values, so that ties occur, with each other and with 0.5.
    levels = st.sampled_from([-9.0, -2.0, -1.0, -0.1, 0.0, 0.1, 1.0, 9.0])
    logits = data.draw(arrays(np.float32, (faces, 3), elements=levels))
    p = expit(logits)
    scores = au_scores(torch.tensor(logits), torch.tensor(labels), "abc", calibration)
    for j, score in enumerate(scores):
        known = labels[:, j] >= 0
        y, q = labels[known, j], p[known, j]
        assert (score.known, score.positives) == (len(y), int((y == 1).sum()))
        if not (y == 1).any():
            assert score.f1 is score.auc is score.average_precision is None
            continue
        assert score.prevalence == pytest.approx(y.mean())
        assert score.f1 == pytest.approx(f1_score(y, q >= 0.5, zero_division=0), abs=1e-6)
        found = expit(logits[known, j] / calibration.temperatures[j]) >= calibration.thresholds[j]
        assert score.f1_fitted == pytest.approx(f1_score(y, found, zero_division=0), abs=1e-6)
        expected = average_precision_score(y, q)
        assert score.average_precision == pytest.approx(expected, abs=1e-6)
        if (y == 0).any():
            assert score.auc == pytest.approx(roc_auc_score(y, q), abs=1e-6)
        else:
            assert score.auc is None


def test_scores_are_of_the_whole_split_not_means_of_batches():
    torch.manual_seed(0)
    p, y = torch.randn(90, 2), torch.randint(0, 2, (90, 2))
    metrics = AUMetrics(["AU01", "AU02"])
    for start in range(0, 90, 13):
        metrics.update(p[start : start + 13], y[start : start + 13])
    assert metrics.compute() == au_scores(p, y, ["AU01", "AU02"])
    metrics.reset()
    metrics.update(p[:20], y[:20])
    assert metrics.compute() == au_scores(p[:20], y[:20], ["AU01", "AU02"])


def test_an_au_nobody_coded_is_left_out_of_the_mean():
    p = torch.tensor([[2.0, 2.0], [-2.0, 2.0]])
    scores = au_scores(p, torch.tensor([[1, -1], [0, -1]]), ["AU01", "AU02"])
    assert scores[1].known == 0 and scores[1].prevalence is None
    assert mean_score(scores, "f1") == mean_score(scores, "auc") == 1.0
    assert mean_score(scores[1:], "f1") is scores[1].calibration_error is None


def test_dependence_metric_sees_all_batches():
    f, y = torch.randn(60, 4), torch.randint(0, 2, (60, 2))
    metric = ConditionalDependence()
    metric.update(f[:25], 2 * f[:25], y[:25])
    metric.update(f[25:], 2 * f[25:], y[25:])
    torch.testing.assert_close(metric.compute(), conditional_dependence(f, 2 * f, y))


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float32, (2, 8, 2), elements=st.floats(-9, 9, width=16)),
    arrays(np.int8, (8, 2), elements=st.integers(-1, 1)),
    st.permutations(range(8)),
)
def test_neither_order_nor_what_is_said_of_unknown_labels_changes_a_score(logits, labels, order):
    otherwise = np.where(labels < 0, logits[1], logits[0])[list(order)]
    moved = au_scores(torch.tensor(otherwise), torch.tensor(labels[list(order)]), "ab")
    for score, other in zip(
        au_scores(torch.tensor(logits[0]), torch.tensor(labels), "ab"), moved, strict=True
    ):
        assert other[1:] == pytest.approx(score[1:], abs=1e-6)
