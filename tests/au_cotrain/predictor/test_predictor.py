import subprocess
import sys

import numpy as np
import pytest
import torch

from au_cotrain import load_predictor
from au_cotrain.errors import PredictorError
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import write_predictor
from au_cotrain.predictor.network import PredictorNetwork

CARD_VALUES = PredictorCard(
    aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96, image_size=32,
    scaled_size=34, temperatures=[2.0, 0.5], thresholds=[0.45, 0.5], alignment="as drawn",
    provenance={}, metrics={},
)  # fmt: skip
crops = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    write_predictor(tmp_path / "predictor", CARD_VALUES, PredictorNetwork(CARD_VALUES))
    return tmp_path / "predictor"


def test_a_saved_network_gives_the_same_probabilities(folder):
    torch.manual_seed(0)
    network = PredictorNetwork(CARD_VALUES).eval()
    loaded = load_predictor(folder)
    assert loaded.card == CARD_VALUES and not loaded.network.training
    faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    assert torch.equal(loaded.network(faces), network(faces))
    assert loaded.network(faces).shape == (3, 2)


def test_probabilities_are_calibrated(folder):
    faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    opinions = load_predictor(folder).network.opinions(faces)
    both = (opinions.logits[0].sigmoid() + opinions.logits[1].sigmoid()) / 2
    expected = (both.logit() / torch.tensor([2.0, 0.5])).sigmoid()
    torch.testing.assert_close(opinions.probabilities, expected)


def test_crops_give_a_row_a_face_decided_at_the_aus_own_threshold(folder):
    predictor = load_predictor(folder)
    table = predictor(crops)
    assert list(table) == ["AU01_p", "AU12_p", "AU01_c", "AU12_c"] and len(table) == 3
    assert list(table["AU01_c"]) == list((table["AU01_p"] >= 0.45).astype(int))
    one_by_one = [predictor(crop[None]).iloc[0] for crop in crops]
    np.testing.assert_allclose(table, one_by_one, atol=1e-6)
    assert len(predictor(crops[:0])) == 0


@pytest.mark.parametrize("wrong", [crops[0], crops.astype(float), crops[..., :1]])
def test_what_is_no_stack_of_crops_is_refused(folder, wrong):
    with pytest.raises(PredictorError, match="give uint8 RGB"):
        load_predictor(folder)(wrong)


def test_loading_needs_neither_lightning_nor_the_graph_library(folder):
    code = (
        "import sys; from au_cotrain import load_predictor; load_predictor(sys.argv[1]);"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "timm" in loaded
    strangers = {"pytorch_lightning", "torch_geometric", "torchmetrics", "hydra", "albumentations"}
    assert not strangers & set(loaded)
