import json
import subprocess
import sys
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch

from au_cotrain.cli import main
from au_cotrain.metrics import au_scores
from au_cotrain.predictor import onnx_graph
from au_cotrain.predictor.folder import CARD, GRAPH, README, WEIGHTS
from au_cotrain.task import CoTraining


@pytest.fixture
def checkpoint(tmp_path):
    torch.manual_seed(0)
    origin = {"scaled_size": 34, "revision": "abc", "date": "2026-11-25",
              "data_sets": [{"name": "lab", "licence": "ours", "splits": ["labeled"]}]}  # fmt: skip
    task = CoTraining(
        ["AU01", "AU12"], torch.eye(2).tolist(), 32, ["test_resnet"] * 2, provenance=origin
    )
    task.scores["val"] = au_scores(torch.rand(9, 2), torch.ones(9, 2), ["AU01", "AU12"])
    trainer = pl.Trainer(accelerator="cpu", logger=False, default_root_dir=tmp_path)
    trainer.strategy.connect(task)
    trainer.save_checkpoint(tmp_path / "best.ckpt")
    return str(tmp_path / "best.ckpt")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_checkpoint_becomes_a_predictor_that_tells_what_it_is(checkpoint, tmp_path, capsys):
    out = tmp_path / "deep" / "out"
    main(["export", checkpoint, str(out)])
    assert capsys.readouterr().out == f"{out}: predictor of 2 AUs\n"
    assert set(contents(out)) == {CARD, WEIGHTS, README}
    assert "inner brow raiser" in (out / README).read_text()
    card = json.loads((out / CARD).read_text())
    assert card["provenance"]["revision"] == "abc" and card["provenance"]["date"] == "2026-11-25"
    assert [of["licence"] for of in card["data_sets"]] == ["ours"]
    assert "data_sets" not in card["provenance"]
    main(["export", checkpoint, str(tmp_path / "again")])
    assert contents(tmp_path / "again") == contents(out)


def test_a_run_is_its_best_checkpoint(checkpoint, tmp_path):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    Path(checkpoint).rename(tmp_path / "run" / "checkpoints" / "best.ckpt")
    main(["export", str(tmp_path / "run"), str(tmp_path / "out")])
    assert json.loads((tmp_path / "out" / CARD).read_text())["aus"] == ["AU01", "AU12"]


def test_a_predictor_is_given_a_graph_in_its_own_folder(checkpoint, tmp_path, capsys):
    out = tmp_path / "out"
    main(["export", checkpoint, str(out)])
    before = contents(out)
    main(["export", str(out), str(out), "--onnx"])
    assert "and its ONNX graph" in capsys.readouterr().out
    after = contents(out)
    assert after[WEIGHTS] == before[WEIGHTS] and GRAPH in after
    about = json.loads(after[CARD])["files"][GRAPH]
    assert about["opset"] == onnx_graph.OPSET and about["largest_difference"] <= 1e-4
    main(["export", str(out), str(tmp_path / "copy")])
    assert contents(tmp_path / "copy") == before


def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(checkpoint, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / README).write_text("my own words")
    for source, out, said in (
        ("none.ckpt", "x", "no such checkpoint"),
        (tmp_path / "mine", "x", "no predictor here"),
        (checkpoint, "mine", "in use, and not by a predictor"),
    ):
        with pytest.raises(SystemExit, match=said) as stop:
            main(["export", str(source), str(tmp_path / out)])
        assert "\n" not in str(stop.value)
    assert not (tmp_path / "x").exists()
    assert (tmp_path / "mine" / README).read_text() == "my own words"


def test_a_graph_that_disagrees_is_refused(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_graph, "AGREEMENT", -1.0)
    with pytest.raises(SystemExit, match="is not written: its probabilities differ"):
        main(["export", checkpoint, str(tmp_path / "out"), "--onnx"])
    assert not (tmp_path / "out").exists()


def test_help_of_export_needs_no_torch():
    code = (
        "import sys; from au_cotrain import cli\n"
        "try: cli.main(['export', '--help'])\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--onnx" in done.stdout and done.stdout.strip().endswith("False")
