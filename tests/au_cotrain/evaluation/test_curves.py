import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_curve

from au_cotrain.calibration import calibration_error
from au_cotrain.evaluation.curves import precision_recall, reliability


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(1, 40))
def test_the_curve_is_scikit_learns(data, faces):
    levels = st.sampled_from(np.float32([0.1, 0.3, 0.5, 0.52, 0.9]))
    p = data.draw(arrays(np.float32, faces, elements=levels))
    y = data.draw(arrays(np.bool_, faces))
    curve = precision_recall(p, y, (0.5, 0.4))
    if not y.any():
        assert curve == {"precision": [], "recall": [], "thresholds": []}
        return
    precision, recall, thresholds = precision_recall_curve(y, p)
    assert curve["precision"] == pytest.approx(precision[:-1])
    assert curve["recall"] == pytest.approx(recall[:-1])
    assert curve["thresholds"] == pytest.approx(thresholds)


def test_a_long_curve_is_thinned_but_keeps_the_points_in_force():
    rng = np.random.default_rng(0)
    y = rng.random(5000) < 0.05
    p = np.clip(rng.normal(0.3 + 0.2 * y, 0.15), 0, 1).astype(np.float32)
    curve = precision_recall(p, y, (0.5, 0.37))
    assert len(set(map(len, curve.values()))) == 1 and 100 < len(curve["recall"]) <= 200
    assert (np.diff(curve["thresholds"]) > 0).all() and (np.diff(curve["recall"]) <= 0).all()
    assert np.abs(np.diff(curve["recall"])).max() < 0.02
    for threshold in (0.5, 0.37):
        found = p >= threshold
        here = np.array(curve["thresholds"]) >= threshold
        assert curve["recall"][here.argmax()] == pytest.approx(found[y].mean())
        assert curve["precision"][here.argmax()] == pytest.approx(y[found].mean())


def test_reliability_is_what_the_calibration_error_sums_up():
    import torch

    rng = np.random.default_rng(0)
    p = rng.random(300).astype(np.float32) ** 2
    y = rng.random(300) < p
    bins = reliability(p, y)
    share, mean = calibration_curve(y, p, n_bins=15)
    assert [of["share"] for of in bins] == pytest.approx(share)
    assert [of["mean_p"] for of in bins] == pytest.approx(mean)
    error = sum(of["faces"] * abs(of["mean_p"] - of["share"]) for of in bins) / 300
    assert error == pytest.approx(calibration_error(torch.tensor(p), torch.tensor(y).long()))
    assert reliability(p[:0], y[:0]) == []
