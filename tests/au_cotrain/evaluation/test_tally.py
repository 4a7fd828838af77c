import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)

from au_cotrain.calibration import Calibration, calibration_error
from au_cotrain.evaluation.tally import Tally, all_scores
from au_cotrain.metrics import au_scores

LEVELS = [0.02, 0.2, 0.4, 0.45, 0.6, 0.8, 0.97]  # few, so that ties occur


@settings(deadline=None, max_examples=40)
@given(st.data(), st.integers(1, 30), st.integers(1, 5))
def test_scores_equal_scikit_learn_with_people_as_weights(data, faces, people):
    p = data.draw(arrays(np.float32, faces, elements=st.sampled_from(np.float32(LEVELS))))
    labels = data.draw(arrays(np.int8, faces, elements=st.integers(-1, 1)))
    who = data.draw(arrays(np.int64, faces, elements=st.integers(0, people - 1)))
    drawn = data.draw(arrays(np.int64, (3, people), elements=st.integers(0, 3)))
    scores = Tally(p, p**2, labels, None, 0.42, who, people).scores(drawn.astype(float))
    for row, counts in enumerate(drawn):
        weights = np.where(labels >= 0, counts[who], 0)
        y, q, w = (of[weights > 0] for of in (labels, p, weights))
        got = {name: values[row] for name, values in scores.items()}
        if not len(y):
            assert all(np.isnan(value) for value in got.values())
            continue
        for name, values in (("calibration_error", p), ("calibration_error_before", p**2)):
            repeated = np.repeat(values, weights), np.repeat(labels, weights)
            assert got[name] == pytest.approx(calibration_error(*map(torch.tensor, repeated)))
        if y.any():
            assert got["f1"] == pytest.approx(f1_score(y, q >= 0.5, sample_weight=w))
            assert got["f1_fitted"] == pytest.approx(f1_score(y, q >= 0.42, sample_weight=w))
            expected = average_precision_score(y, q, sample_weight=w)
            assert got["average_precision"] == pytest.approx(expected)
        else:
            assert np.isnan([got["f1"], got["f1_fitted"], got["average_precision"]]).all()
        if y.any() and not y.all():
            assert got["auc"] == pytest.approx(roc_auc_score(y, q, sample_weight=w))
            expected = balanced_accuracy_score(y, q >= 0.42, sample_weight=w)
            assert got["balanced_accuracy"] == pytest.approx(expected)
        else:
            assert np.isnan([got["auc"], got["balanced_accuracy"]]).all()


def test_pooled_scores_are_those_of_a_training():
    torch.manual_seed(0)
    logits, labels = torch.randn(200, 2), torch.randint(-1, 2, (200, 2))
    calibration = Calibration([2.0, 0.5], [0.4, 0.7])
    p, before = calibration.probabilities(logits).numpy(), logits.sigmoid().numpy()
    who = np.arange(200) % 7
    tallies = [
        Tally(p[:, j], before[:, j], labels[:, j].numpy(), None, calibration.thresholds[j], who, 7)
        for j in range(2)
    ]
    pooled = all_scores(tallies, np.ones((1, 7)))
    for j, expected in enumerate(au_scores(logits, labels, ["AU01", "AU02"], calibration)):
        for name in pooled.keys() & expected._asdict().keys():
            assert pooled[name][0, j] == pytest.approx(getattr(expected, name), abs=1e-6), name


def two_way(ratings: np.ndarray) -> float:
    """ICC(3,1) of (targets, judges) by a two-way analysis of variance, as in the paper."""
    n, k = ratings.shape
    grand, rows, columns = ratings.mean(), ratings.mean(axis=1), ratings.mean(axis=0)
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    residual = ratings - rows[:, None] - columns + grand
    error = (residual**2).sum() / ((n - 1) * (k - 1))
    return (between - error) / (between + (k - 1) * error)


def test_the_analysis_of_variance_is_that_of_shrout_and_fleiss():
    table_2 = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    assert two_way(table_2) == pytest.approx(0.71, abs=0.005)


@settings(deadline=None, max_examples=30)
@given(st.data(), st.integers(2, 30))
def test_icc_equals_an_analysis_of_variance(data, faces):
    elements = st.sampled_from([np.nan, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    coded = data.draw(arrays(np.float32, faces, elements=elements))
    p = data.draw(arrays(np.float32, faces, elements=st.floats(0, 1, width=32)))
    who = np.arange(faces) % 3
    counts = np.array([1, 2, 0])
    tally = Tally(p, p, np.full(faces, -1), coded, 0.5, who, 3)
    (icc,) = tally.scores(counts[None].astype(float))["icc"]
    times = np.where(np.isnan(coded), 0, counts[who])
    ratings = np.stack([np.repeat(coded, times), 5 * np.repeat(p, times)], axis=1)
    if len(ratings) == 0 or np.ptp(ratings[:, 0]) == 0:
        assert np.isnan(icc)
    else:
        assert icc == pytest.approx(two_way(ratings.astype(np.float64)), abs=1e-6)


def test_perfect_intensities_have_an_icc_of_one_and_an_offset_does_not_matter():
    coded = np.arange(6, dtype=np.float32)
    for p, expected in ((coded / 5, 1.0), (coded[::-1] / 5, -1.0), (coded / 5 + 0.3, 1.0)):
        tally = Tally(p, p, np.full(6, -1), coded, 0.5, np.zeros(6, int), 1)
        assert tally.scores(np.ones((1, 1)))["icc"] == pytest.approx([expected])


def test_an_au_nobody_coded_is_undefined_not_zero():
    p = np.full(4, 0.5, np.float32)
    scores = Tally(p, p, np.full(4, -1), None, 0.5, np.zeros(4, int), 1).scores(np.ones((2, 1)))
    assert all(np.isnan(values).all() and len(values) == 2 for values in scores.values())
    assert "icc" not in scores
