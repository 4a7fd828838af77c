"""A small predictor, and a way to forge its card."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import CARD, _own_sha256, write_predictor
from au_cotrain.predictor.network import PredictorNetwork


@pytest.fixture
def small_card() -> PredictorCard:
    return PredictorCard(
        aus=["AU01", "AU12"], backbones=["test_resnet", "test_efficientnet"], feature_dim=96,
        image_size=32, scaled_size=34, temperatures=[2.0, 0.5], thresholds=[0.45, 0.5],
        alignment="as drawn", provenance={"seed": 3}, metrics={},
        graph={"after": [[1.0, 0.25], [0.5, 1.0]]},
        data_sets=[{"name": "lab", "licence": "ours", "splits": ["labeled"]}],
    )  # fmt: skip


@pytest.fixture
def small_network(small_card) -> PredictorNetwork:
    torch.manual_seed(0)
    return PredictorNetwork(small_card).eval()


@pytest.fixture
def small_predictor(tmp_path, small_card, small_network) -> Path:
    write_predictor(tmp_path / "small", small_card, small_network)
    return tmp_path / "small"


@pytest.fixture
def forge(small_predictor) -> Callable[..., Path]:
    """Changes fields of the card, and its hash with them, as somebody with bad intentions would."""

    def forge(**changes: object) -> Path:
        content = json.loads((small_predictor / CARD).read_text()) | changes
        content = {name: value for name, value in content.items() if value is not ...}
        content.pop("sha256")
        content["sha256"] = _own_sha256(content)
        (small_predictor / CARD).write_text(json.dumps(content))
        return small_predictor

    return forge
