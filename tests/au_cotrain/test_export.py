import json

import pytest
import pytorch_lightning as pl
import torch

from au_cotrain.calibration import Calibration
from au_cotrain.errors import PredictorError
from au_cotrain.export import export_predictor
from au_cotrain.metrics import au_scores
from au_cotrain.predictor.predictor import load_predictor
from au_cotrain.task import CoTraining
from au_cotrain.views import fuse

AUS = ["AU01", "AU12"]
faces = torch.randint(0, 256, (5, 3, 32, 32), dtype=torch.uint8)


@pytest.fixture(params=["stage 1", "stage 2"])
def checkpoint(request, tmp_path):
    """A checkpoint whose GCN, in stage 2, changes every classifier."""
    torch.manual_seed(0)
    task = CoTraining(
        AUS, [[1.0, 0.5], [0.3, 1.0]], 32, ["test_resnet", "resnet10t"], learn_adjacency=True,
        provenance={"scaled_size": 34, "alignment": "as drawn", "seed": 7},
    )  # fmt: skip
    torch.nn.init.normal_(task.network.gcn.conv2.lin.weight, std=0.1)
    torch.nn.init.normal_(task.network.adjacency_residual, std=0.1)
    task.calibrate(Calibration([0.5, 2.0], [0.3, 0.6]))
    if request.param == "stage 2":
        task.network.start_graph()
    task.scores["val"] = au_scores(
        torch.rand(9, 2), torch.tensor([[0, -1]] * 4 + [[1, -1]] * 5), AUS
    )
    trainer = pl.Trainer(accelerator="cpu", logger=False, default_root_dir=tmp_path)
    trainer.strategy.connect(task)
    trainer.save_checkpoint(tmp_path / "a.ckpt")
    return task.eval(), tmp_path / "a.ckpt"


def test_folded_classifiers_give_the_trainers_probabilities(checkpoint, tmp_path):
    task, file = checkpoint
    export_predictor(file, tmp_path / "out")
    with torch.no_grad():
        expected = task.calibration.probabilities(fuse(*task.network(faces).logits))
        got = load_predictor(tmp_path / "out").network(faces)
    torch.testing.assert_close(got, expected, atol=1e-6, rtol=0)


def test_the_card_tells_origin_alignment_and_scores(checkpoint, tmp_path):
    task, file = checkpoint
    test = {"test": au_scores(torch.rand(4, 2), torch.zeros(4, 2), AUS)}
    export_predictor(file, tmp_path / "out", test)
    card = json.loads((tmp_path / "out" / "predictor.json").read_text())
    assert card["aus"] == AUS and card["backbones"] == ["test_resnet", "resnet10t"]
    assert (card["image_size"], card["scaled_size"]) == (32, 34)
    assert card["alignment"] == "as drawn"
    assert (card["temperatures"], card["thresholds"]) == ([0.5, 2.0], [0.3, 0.6])
    after = torch.tensor(card["graph"]["after"])
    torch.testing.assert_close(after, task.network.adjacency().detach())
    assert card["provenance"]["seed"] == 7
    assert card["provenance"]["graph"] == bool(task.network.refining)
    assert card["metrics"]["validation"]["aus"]["AU01"]["known"] == 9
    assert card["metrics"]["validation"]["aus"]["AU12"]["auc"] is None
    assert card["metrics"]["test"]["mean"]["f1"] is None


def test_no_checkpoint_is_one_line(tmp_path):
    with pytest.raises(PredictorError, match="no such checkpoint"):
        export_predictor(tmp_path / "none.ckpt", tmp_path)
    (tmp_path / "text.ckpt").write_text("not a checkpoint")
    torch.save({"state_dict": {}}, tmp_path / "foreign.ckpt")
    torch.save({"hyper_parameters": 1}, tmp_path / "other.ckpt")
    for name in ("text.ckpt", "foreign.ckpt", "other.ckpt"):
        with pytest.raises(PredictorError, match="not a checkpoint of au_cotrain") as error:
            export_predictor(tmp_path / name, tmp_path / "out")
        assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"validation": 1}, {"validation": [{"au": "AU01"}]}, {"epoch": ...},
        {"calibration": {"temperatures": ["x", 1.0], "thresholds": [0.5, 0.5]}},
        {"calibration": {"temperatures": [1.0], "thresholds": [0.5]}},
    ],
)  # fmt: skip
def test_a_checkpoint_whose_values_are_others_is_one_line(checkpoint, tmp_path, change):
    content = torch.load(checkpoint[1], weights_only=True) | change
    torch.save({k: v for k, v in content.items() if v is not ...}, tmp_path / "b.ckpt")
    with pytest.raises(PredictorError, match=r"b\.ckpt: not a checkpoint of au_cotrain") as error:
        export_predictor(tmp_path / "b.ckpt", tmp_path / "out")
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()
