import numpy as np
import pytest
import torch

from au_cotrain.errors import PredictorError
from au_cotrain.evaluation import judgement
from au_cotrain.evaluation.judgement import judge
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.network import PredictorNetwork


def test_faces_are_judged_in_batches_and_few_features_kept(monkeypatch):
    card = PredictorCard(
        aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96,
        image_size=16, scaled_size=18, temperatures=[2.0, 0.5], thresholds=[0.5, 0.5],
        alignment="", provenance={}, metrics={},
    )  # fmt: skip
    torch.manual_seed(0)
    network = PredictorNetwork(card).eval()
    faces = torch.randint(0, 256, (11, 3, 16, 16), dtype=torch.uint8)
    monkeypatch.setattr(judgement, "DEPENDENCE_FACES", 5)
    told = []
    judged = judge(network, faces.split(4), 11, lambda *done: told.append(done))
    with torch.no_grad():
        whole = network.opinions(faces)
    for got, expected in (
        (judged.probabilities, whole.probabilities),
        (judged.uncalibrated, whole.fused.sigmoid()),
        (judged.views[1], whole.logits[1].sigmoid()),
    ):
        np.testing.assert_allclose(got, expected, atol=1e-6)
    assert judged.featured.tolist() == [0, 2, 5, 7, 10]
    for kept, of in zip(judged.features, whole.features, strict=True):
        torch.testing.assert_close(kept, of[judged.featured], atol=1e-5, rtol=1e-4)
    assert told == [(0, 11), (4, 11), (8, 11), (11, 11)]
    torch.nn.init.constant_(network.classifiers[0].bias, torch.nan)
    with pytest.raises(PredictorError, match="not numbers"):
        judge(network, faces.split(4), 11)
