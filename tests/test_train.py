"""Training, run as a user runs it: ``python train.py ...`` with small settings."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import train
from au_cotrain import load_predictor
from au_cotrain.cli import main as cli
from au_cotrain.graph import cooccurrence
from au_cotrain.revision import revision
from au_cotrain.task import CoTraining
from au_cotrain.views import fuse
from data_modules.faces import Faces
from data_modules.manifest import read_manifest

ROOT = Path(train.__file__).parent
SMALL = [
    "model.backbones=[test_resnet,test_resnet]", "data.size=32", "data.steps_per_epoch=2",
    "data.labeled_per_batch=4", "data.unlabeled_per_batch=4", "trainer.max_epochs=2",
    "trainer.accelerator=cpu", "method.graph_from=0.5", "onnx=false",
    "trainer.log_every_n_steps=1",
]  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs train.py's main in this process; gives its run folder and what it printed."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AU_COTRAIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AU_COTRAIN_RUN", raising=False)

    def call(*overrides: str) -> tuple[Path, str]:
        folder = tmp_path / "run"
        arguments = [*SMALL, f"hydra.run.dir={folder}", *overrides]
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
        train.main()
        return folder, capsys.readouterr().out

    return call


@pytest.fixture
def own(faces_table):
    """Overrides for a small data set of one's own."""
    pool = faces_table("pool", aus="AU01").with_suffix("")
    return [
        "data=manifest", "data.workers=0", "logger=csv", f"data.unlabeled={pool}",
        *(f"data.{split}={faces_table(split)}" for split in ("labeled", "val", "test")),
    ]  # fmt: skip


def test_rendered_faces_train_to_a_predictor_off_line(run, tmp_path):
    people = "{labeled: 2, val: 2, unlabeled: 6, test: 8}"
    frames = "{labeled: 8, val: 8, unlabeled: 1, test: 1}"
    folder, screen = run(f"data.people={people}", f"data.frames={frames}", "onnx=true")
    for said in ("epoch   1/2", "pool's terms  20%", "epoch   2/2", "pool's terms 100%",
                 "stage 2", "occurs", "lip corner puller",
                 "peak memory"):  # fmt: skip
        assert said in screen
    assert not (tmp_path / "home" / ".netrc").exists()
    (offline,) = (folder / "wandb").glob("offline-run-*")
    assert len(list(offline.rglob("media/images/val/faces_*"))) == 8
    assert len(list(offline.rglob("media/images/graph_*"))) == 1
    assert Image.open(folder / "faces.png").size[0] > 800
    assert Image.open(folder / "graph.png").size[0] > 800
    assert (folder / "predictor" / "predictor.onnx").is_file()
    # The one command printed at the end works as it stands.
    (command,) = re.findall(r"au-cotrain (predict .*)", screen)
    cli(command.split())
    assert len(pd.read_csv("aus.csv")) == 1


def test_own_faces_train_and_the_predictor_equals_the_trainer(run, own, tmp_path):
    folder, _ = run(*own)
    assert not list(tmp_path.rglob("wandb*"))
    metrics = pd.read_csv(folder / "csv" / "version_0" / "metrics.csv")
    for term in ("recognition_1", "recognition_2", "multi_view", "co_regularization",
                 "conditional_dependence", "pseudo_label", "loss"):  # fmt: skip
        assert metrics[f"train/{term}"].notna().sum() == 4
    for name in ("f1", "auc", "average_precision", "AU01/f1", "conditional_dependence"):
        assert metrics[f"val/{name}"].notna().sum() == 2
    assert metrics["test/auc"].notna().sum() == 1

    task = CoTraining.load_from_checkpoint(folder / "checkpoints" / "best.ckpt").eval()
    pictures = sorted((tmp_path / "test").glob("*.png"))
    cli(["predict", str(folder / "predictor"), *map(str, pictures), "-o", "out.csv"])
    got = pd.read_csv("out.csv")[["AU01_p", "AU02_p"]].to_numpy()
    data = Faces(tmp_path / "labeled.csv", tmp_path / "test.csv", size=32)
    data.setup()
    (batch,) = data.val_dataloader()
    assert batch["paths"] == [str(path) for path in pictures]
    with torch.no_grad():
        expected = task.calibration.probabilities(fuse(*task.judged(batch["images"]).logits))
    np.testing.assert_allclose(got, expected, atol=1e-5)

    cli(["export", str(folder / "checkpoints" / "best.ckpt"), "again"])
    crops = batch["images"].permute(0, 2, 3, 1).numpy()
    again = load_predictor("again")(crops)
    pd.testing.assert_frame_equal(again, load_predictor(folder / "predictor")(crops))
    card = json.loads((folder / "predictor" / "predictor.json").read_text())
    assert card["metrics"]["test"]["aus"]["AU01"]["known"] == 16
    assert list(card["metrics"]) == ["validation", "test"]
    assert [of["name"] for of in card["data_sets"]][:3] == ["labeled.csv", "val.csv", "test.csv"]
    assert card["provenance"]["revision"] == revision() and "date" in card["provenance"]
    assert "lip corner" not in (folder / "predictor" / "README.md").read_text()
    assert "inner brow raiser" in (folder / "predictor" / "README.md").read_text()


def test_the_graph_is_of_the_training_labels_and_travels_with_the_checkpoint(run, own, tmp_path):
    folder, _ = run(*own, "shrinkage=3")
    content = torch.load(folder / "checkpoints" / "best.ckpt", weights_only=True)
    stored = content["state_dict"]["network.relation"]
    tables = [read_manifest(tmp_path / f"{s}.csv").labels for s in ("labeled", "val", "test")]
    torch.testing.assert_close(stored, cooccurrence(tables[0], 3))
    assert not torch.allclose(stored, cooccurrence(np.concatenate(tables), 3))


KILLED = """
import os, signal, sys
import train
from au_cotrain.task import CoTraining

def training_step(task, *args, step=CoTraining.training_step):
    if task.global_step == {step}:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(task, *args)

CoTraining.training_step = training_step
train.main()
"""


def test_a_run_killed_anywhere_goes_on_and_ends_alike_bit_for_bit(own, tmp_path):
    settings = [
        *own, "data.steps_per_epoch=4", "trainer.max_epochs=3", "checkpoint_every=2",
        "method.lambda_cr=1", "logger=wandb", "logger.mode=offline",
    ]  # fmt: skip
    whole, again = tmp_path / "whole", tmp_path / "again"
    alone = {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}

    def killed(folder: Path, step: int) -> tuple[int, str]:
        """Processes of their own: other numbers of threads would add in another order."""
        done = subprocess.run(
            [sys.executable, "-c", KILLED.format(step=step), *SMALL, *settings,
             f"hydra.run.dir={folder}", "ckpt_path=last"],
            env=alone | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        )  # fmt: skip
        return done.returncode, done.stdout

    _, screen = killed(whole, -1)
    for step in (1, 3, 4, 10):  # before the first state; within an epoch; at its end; in stage 2
        assert killed(again, step)[0] == -9
    status, end = killed(again, -1)
    assert status == 0
    expected, got = (
        torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)
        for folder in (whole, again)
    )
    assert got["global_step"] == expected["global_step"] == 12
    for name, tensor in expected["state_dict"].items():
        assert torch.equal(got["state_dict"][name], tensor), name
    assert got["validation"] == expected["validation"]
    scores = [told.partition("test split")[2].partition("trained in")[0] for told in (screen, end)]
    assert scores[0] == scores[1] and "AU02" in scores[0]
    # W&B knows the parts by one name, but for the first, which had kept no state yet.
    names = [path.name.rpartition("-")[2] for path in sorted((again / "wandb").glob("offline-*"))]
    assert len(names) == 5 and len(set(names[1:])) == 1


def test_a_full_disk_leaves_the_checkpoint_before_it(run, own, tmp_path, monkeypatch, capsys):
    steady = [*own, "method.schedule=constant"]
    folder, _ = run(*steady, "trainer.max_epochs=1")
    last = folder / "checkpoints" / "last.ckpt"
    before = last.read_bytes()

    def full(content, stream):
        stream.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(SystemExit) as stop:
        run(*steady, "ckpt_path=last")
    assert ".ckpt: cannot be written (No space left on device)" in stop.value.code
    assert last.read_bytes() == before
    assert sorted(path.name for path in last.parent.iterdir()) == ["best.ckpt", "last.ckpt"]


def test_a_step_that_is_not_finite_stops_the_run_and_names_its_faces(run, own, monkeypatch):
    def loss_terms(task, *args, terms=CoTraining.loss_terms):
        found = terms(task, *args)
        if task.global_step == 1:
            found["recognition_1"] = found["recognition_1"] * float("inf")
        return found

    monkeypatch.setattr(CoTraining, "loss_terms", loss_terms)
    with pytest.raises(SystemExit) as stop:
        run(*own)
    said = stop.value.code
    assert said.startswith("error: step 1: the loss or a gradient is not a finite number")
    kept = Path(re.search(r"in (\S+/diverged.ckpt)", said)[1])
    assert torch.load(kept, weights_only=True)["global_step"] == 1
    assert said.partition("The faces: ")[2].count("labeled/") == 4


def test_one_seed_one_result_whatever_the_number_of_workers(run, own, tmp_path):
    weights = []
    for workers in (0, 2):
        run(*own, f"data.workers={workers}", f"hydra.run.dir={tmp_path / str(workers)}")
        content = torch.load(
            tmp_path / str(workers) / "checkpoints" / "last.ckpt", weights_only=True
        )
        weights.append(content["state_dict"])
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


def test_without_a_pool_and_without_a_test_split(run, own):
    folder, screen = run(*own, "data.test=null", "data.unlabeled=null")
    assert "val split" in screen and "pool            0 faces" in screen
    assert (folder / "predictor" / "predictor.safetensors").is_file()


def test_one_unreadable_picture_of_the_pool_is_counted_not_fatal(run, own, tmp_path):
    (tmp_path / "pool" / "0_0.png").write_text("no picture")
    _, screen = run(*own, "data.steps_per_epoch=8")
    assert "left out of the pool, unreadable" in screen
    assert "1 unreadable pictures left out of the pool" in screen


WRONG = {
    "missing file": ("data.labeled=none.csv", r"none.csv: no such file"),
    "unknown AU": ("data.aus=[AU01,AU77]", r"labeled.csv: .*AU77"),
    "backbone": ("model.backbones=[resnet35,resnet34]", r"timm does not know 'resnet35'"),
    "weights": ("model.pretrained=none.pth", r"no such file: none.pth"),
    "no table": ("data.val=null", r"data.val is not set"),
    "schedule": ("method.schedule=step", r"method.schedule is 'step'; it can be constant or"),
    "selective": ("method.selective=disfa", r"method.selective is 'disfa'; it can be bp4d or"),
    "monitor": ("monitor=val/loss", r"monitor is 'val/loss'; it can be val/auc or"),
    "logger": ("logger.name=tensorboard", r"logger.name is 'tensorboard'"),
    "pool": ("data.unlabeled=empty", r"empty: no pictures in this pool"),
    "person": ("data.val=${data.labeled}", r"labeled.csv:2: person .* is also at .*labeled.csv:2"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_one_line_before_any_epoch(run, own, tmp_path, mistake, capsys):
    override, said = WRONG[mistake]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit) as stop:
        run(*own, override)
    assert re.match(rf"error: .*{said}", str(stop.value)), stop.value
    assert "\n" not in str(stop.value)
    assert "epoch" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "said"),
    [("labeled/9.png,p,1,", r"labeled.csv:18: unreadable picture .*9.png: no such file"),
     ("labeled/0_0.png,p,9,", r"labeled.csv:18: AU01 is '9'")],
)  # fmt: skip
def test_a_wrong_row_is_named(run, own, tmp_path, row, said):
    table = tmp_path / "labeled.csv"
    table.write_text(table.read_text() + row + "\n")
    with pytest.raises(SystemExit, match=said):
        run(*own)


def start(tmp_path: Path, *overrides: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "AU_COTRAIN_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, str(ROOT / "train.py"), *SMALL, *overrides]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300
    )


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles by g++")
def test_settings_of_speed_learn_the_same(run, own):
    losses = []
    few = ["method.lambda_pl=0", "data.steps_per_epoch=4", "trainer.max_epochs=1"]
    for setting in (
        "trainer.precision=32-true", "trainer.precision=bf16-mixed", "model.channels_last=false",
        "model.compile=true",
    ):  # fmt: skip
        folder, screen = run(*own, *few, "trainer.precision=32-true", setting)
        losses.append(steps(folder))
        assert ("bfloat16" if "bf16" in setting else "float32") in screen
    plain, reduced, contiguous, compiled = losses
    assert len(plain) == 4 and (plain.to_numpy() != reduced.to_numpy()).any()
    np.testing.assert_allclose(reduced, plain, rtol=0.05)
    np.testing.assert_allclose(contiguous, plain, rtol=2e-3)
    np.testing.assert_allclose(compiled, plain, rtol=2e-3)


def steps(folder):
    """The loss of each step, of the latest run in a folder."""
    table = max((folder / "csv").iterdir()) / "metrics.csv"
    return pd.read_csv(table)["train/loss"].dropna()


def test_a_sweep_over_two_devices_has_one_folder_a_job(own, tmp_path):
    """Two jobs of two processes each, on CPU; each face of test and validation counted once."""
    sweep = tmp_path / "sweep"
    settings = [*own, "method.lambda_cr=0,1", "trainer.devices=2", f"hydra.sweep.dir={sweep}"]
    done = start(tmp_path, *settings, "-m")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch   2/2") == 2
    for job in ("0", "1"):
        content = torch.load(sweep / job / "checkpoints" / "best.ckpt", weights_only=True)
        assert content["hyper_parameters"]["lambda_cr"] == int(job)
        card = json.loads((sweep / job / "predictor" / "predictor.json").read_text())
        for split in ("validation", "test"):
            assert card["metrics"][split]["aus"]["AU01"]["known"] == 16


def test_two_processes_learn_what_one_does_from_the_joint_batch(own, tmp_path):
    """Losses and weights, step by step; uneven shares too. Batch norms would see shares alone."""
    settings = [
        *own, "model.backbones=[test_convnext,test_convnext]", "trainer.max_epochs=3",
        "data.labeled_per_batch=17", "data.unlabeled_per_batch=17", "method.pool_from=0",
        "method.ramp_epochs=0", "method.lambda_mv=1", "method.lambda_cr=1",
        "method.selective={AU01: 1.0, AU02: 1.0}", "trainer.precision=32-true",
    ]  # fmt: skip
    losses, weights = [], []
    for devices in (1, 2):
        folder = tmp_path / f"devices-{devices}"
        done = start(tmp_path, *settings, f"trainer.devices={devices}", f"hydra.run.dir={folder}")
        assert done.returncode == 0, done.stderr
        metrics = pd.read_csv(folder / "csv" / "version_0" / "metrics.csv")
        losses.append(metrics.filter(like="train/").dropna(how="all"))
        content = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)
        weights.append(content["state_dict"])
    assert (losses[0]["train/pseudo_label"][-2:] > 0).all()
    dependence = [table.pop("train/conditional_dependence") for table in losses]
    np.testing.assert_allclose(*losses, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(*dependence, rtol=2e-2)  # a ratio of small differences
    for state in weights:  # in which order the pool's faces are remembered is no matter
        state["pseudo_labels.recent"] = state["pseudo_labels.recent"].sort(0).values
    for name, tensor in weights[0].items():
        torch.testing.assert_close(weights[1][name], tensor, rtol=1e-3, atol=1e-4, msg=name)


def test_a_mistake_ends_with_status_1_and_one_line(own, tmp_path):
    done = start(tmp_path, *own, "data.test=none.csv")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "error: none.csv: no such file; give a CSV or Parquet table"
    ]
