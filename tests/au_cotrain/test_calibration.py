"""Temperature and threshold: exact where the truth is known, neutral where too little is."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from au_cotrain.calibration import LEAST, Calibration, calibration_error, fit_calibration


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_made_logits_overconfident_is_found(temperature):
    rng = torch.Generator().manual_seed(0)
    honest = 2 * torch.randn(20_000, 1, generator=rng)
    labels = (torch.rand(honest.shape, generator=rng) < honest.sigmoid()).long()
    fitted = fit_calibration(temperature * honest, labels)
    assert fitted.temperatures[0] == pytest.approx(temperature, rel=0.05)
    after = fitted.probabilities(temperature * honest)[:, 0]
    assert calibration_error(after, labels[:, 0]) < 0.02
    if temperature == 3.0:
        assert calibration_error((temperature * honest).sigmoid()[:, 0], labels[:, 0]) > 0.05


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_no_threshold_has_a_higher_f1(seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.r_[np.zeros(40, int), np.ones(12, int)])
    logits = (rng.normal(0, 2, (52, 1)) + y[:, None]).round(1)  # so that there are ties
    fitted = fit_calibration(torch.tensor(logits), torch.tensor(y)[:, None])
    p = fitted.probabilities(torch.tensor(logits)).numpy()[:, 0]
    found = f1_score(y, p >= fitted.thresholds[0])
    assert found == pytest.approx(max(f1_score(y, p >= at) for at in p))
    assert not np.isclose(p, fitted.thresholds[0]).any()  # between faces, not on one


def test_unknown_labels_say_nothing():
    torch.manual_seed(0)
    logits, labels = torch.randn(200, 2), torch.randint(0, 2, (200, 2))
    some = labels.clone()
    some[100:] = -1
    assert fit_calibration(logits, some) == fit_calibration(logits[:100], labels[:100])


def test_too_few_faces_fit_nothing():
    logits = torch.randn(100, 1)
    labels = torch.zeros(100, 1, dtype=torch.long)
    labels[: LEAST - 1] = 1
    for y in (labels, 1 - labels, torch.full_like(labels, -1)):
        assert fit_calibration(logits, y) == Calibration([1.0], [0.5])


def test_views_that_know_nothing_get_a_finite_temperature():
    torch.manual_seed(0)
    fitted = fit_calibration(5 * torch.randn(1000, 1), torch.randint(0, 2, (1000, 1)))
    assert 5 < fitted.temperatures[0] <= 10 and 0 < fitted.thresholds[0] < 1


def test_the_calibration_error_of_a_hand_made_case():
    p, y = torch.tensor([0.1, 0.1, 0.9, 0.9]), torch.tensor([0, 1, 1, 1])
    assert calibration_error(p, y, bins=2) == pytest.approx((abs(0.2 - 1) + abs(1.8 - 2)) / 4)
    assert calibration_error(torch.tensor([1.0]), torch.tensor([1])) == 0
