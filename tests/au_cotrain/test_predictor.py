import json
import subprocess
import sys

import pytest
import torch

from au_cotrain import load_predictor
from au_cotrain.errors import PredictorError
from au_cotrain.predictor import CARD, WEIGHTS, Predictor, PredictorCard

CARD_VALUES = PredictorCard(
    aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96, image_size=32,
    scaled_size=34, alignment="as drawn", provenance={}, metrics={},
)  # fmt: skip
faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    Predictor(CARD_VALUES).save(tmp_path / "predictor")
    return tmp_path / "predictor"


def test_a_saved_predictor_gives_the_same_probabilities(tmp_path):
    torch.manual_seed(0)
    predictor = Predictor(CARD_VALUES).eval()
    predictor.save(tmp_path)
    loaded = load_predictor(tmp_path)
    assert loaded.card == CARD_VALUES and not loaded.training
    assert torch.equal(loaded(faces), predictor(faces))
    assert loaded(faces).shape == (3, 2)


def test_loading_needs_neither_lightning_nor_the_graph_library(folder):
    code = (
        "import sys; from au_cotrain import load_predictor; load_predictor(sys.argv[1]);"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "timm" in loaded
    assert not {"pytorch_lightning", "torch_geometric", "torchmetrics", "hydra"} & set(loaded)


@pytest.mark.parametrize("missing", [CARD, WEIGHTS])
def test_a_missing_part_is_named(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(PredictorError, match=missing):
        load_predictor(folder)


def test_a_damaged_predictor_is_one_line(folder):
    weights = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(weights[: len(weights) // 2])
    with pytest.raises(PredictorError, match="not a whole predictor") as error:
        load_predictor(folder)
    assert "\n" not in str(error.value)
    (folder / WEIGHTS).write_bytes(weights)
    card = json.loads((folder / CARD).read_text())
    for broken in ({**card, "aus": ["AU01"]}, {**card, "surprise": 1}, [card], {}):
        (folder / CARD).write_text(json.dumps(broken))
        with pytest.raises(PredictorError, match="not a whole predictor"):
            load_predictor(folder)
    (folder / CARD).write_text(json.dumps({**card, "backbones": ["no_such", "no_such"]}))
    with pytest.raises(PredictorError, match="no_such"):
        load_predictor(folder)
