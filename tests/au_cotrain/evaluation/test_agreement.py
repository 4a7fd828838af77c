import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from au_cotrain.evaluation.agreement import agreement, mean_agreement
from au_cotrain.evaluation.judgement import Judgement


def test_agreement_equals_scikit_learn_and_scipy():
    from scipy.spatial.distance import jensenshannon

    views = np.random.default_rng(0).random((2, 80, 2)).astype(np.float32)
    for j, of in enumerate(agreement(views)):
        decided = views[:, :, j] >= 0.5
        assert of["agreement"] == pytest.approx((decided[0] == decided[1]).mean())
        assert of["kappa"] == pytest.approx(cohen_kappa_score(*decided))
        both = np.stack([views[:, :, j], 1 - views[:, :, j]], axis=-1).astype(float)
        expected = np.mean([jensenshannon(*pair) ** 2 for pair in both.transpose(1, 0, 2)])
        assert of["divergence"] == pytest.approx(expected)


def test_views_that_always_say_one_thing_have_no_kappa():
    views = np.full((2, 5, 2), 0.1)
    views[:, :2, 1] = 0.9
    each = agreement(views)
    assert each[0] == {"agreement": 1.0, "kappa": None, "divergence": pytest.approx(0)}
    assert each[1]["kappa"] == 1.0
    assert mean_agreement(each)["kappa"] == 1.0 and mean_agreement(each[:1])["kappa"] is None


def test_saturated_views_have_a_finite_divergence():
    views = np.array([[[1.0]], [[0.0]]], np.float32)
    assert agreement(views)[0]["divergence"] == pytest.approx(np.log(2), abs=1e-6)


def test_dependence_needs_four_faces_of_one_class():
    import torch

    features, none = torch.randn(5, 3), np.empty(0)
    judged = Judgement(none, none, none, (features, 2 * features), np.arange(5))
    assert judged.dependence(np.array([[1, 1], [1, 0], [0, 0], [1, -1], [0, 1]])) is None
    alike = judged.dependence(np.array([[1], [1], [1], [1], [-1]]))
    assert alike == pytest.approx(1, abs=1e-3)
