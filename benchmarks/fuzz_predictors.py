"""Targets: predictors, weights and checkpoints, and the notes of folders written to."""

import contextlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_labels import TABLE
from fuzz_target import Target, refusing

CARD = {
    "aus": ["AU01", "AU12"], "backbones": ["test_resnet", "test_efficientnet"], "feature_dim": 64,
    "image_size": 32, "scaled_size": 34, "temperatures": [1.0, 2.0], "thresholds": [0.5, 0.4],
    "alignment": {"size": 32, "method": "none", "template": {}},
    "provenance": {
        "set": "bp4d", "test_people": ["F001"], "val_people": ["F003"], "threshold": 2,
        "tables": {"labeled": "a.csv"},
    },
    "metrics": {"test": {"mean": {"f1": 0.5}, "aus": {"AU01": {"f1": 0.5, "auc": None}}}},
    "graph": {"after": [[1.0, 0.5], [0.5, 1.0]]},
    "data_sets": [{"name": "lab", "splits": ["labeled"], "licence": "ours"}],
}  # fmt: skip

PLAIN = ("epoch", "global_step", "hyper_parameters", "validation", "calibration")
"""What a checkpoint holds beside tensors."""


def small_predictor(folder: Path, onnx: bool = False) -> Path:
    """A predictor that this project wrote."""
    import torch

    from au_cotrain.predictor.card import PredictorCard
    from au_cotrain.predictor.folder import write_predictor
    from au_cotrain.predictor.network import PredictorNetwork

    torch.manual_seed(0)
    card = PredictorCard(**CARD)
    write_predictor(folder / "predictor", card, PredictorNetwork(card).eval(), onnx)
    return folder / "predictor"


def put_card(predictor: Path, content: Any) -> None:  # noqa: ANN401 - any JSON
    """Write a card, its hashes right, as somebody with bad intentions would."""
    from au_cotrain.predictor import folder as module

    if isinstance(content, dict):
        files = content.get("files")
        if isinstance(files, dict) and all(isinstance(about, dict) for about in files.values()):
            for name, about in files.items():
                if (predictor / os.path.basename(name)).is_file():
                    about["sha256"] = module._sha256(predictor / os.path.basename(name))
        content.pop("sha256", None)
        with contextlib.suppress(ValueError):
            content["sha256"] = module._own_sha256(content)
    (predictor / module.CARD).write_text(json.dumps(content), encoding="utf-8")


def predictor_card(folder: Path) -> Target:
    """A predictor's card, and what is made of it: alignment, evaluation, a README, a fold."""
    from au_cotrain.cli.acquaintance import acquaintance, otherwise_coded, tested
    from au_cotrain.cross_validation import CrossValidation
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import read_card
    from au_cotrain.predictor.model_card import model_card
    from au_cotrain.predictor.predictor import load_predictor
    from data_modules.coded_faces import read_coded_faces
    from data_modules.cuts import doubt

    predictor = small_predictor(folder)
    (folder / "table.csv").write_bytes(TABLE)
    coded = read_coded_faces(folder / "table.csv", ["AU01"])
    runs = CrossValidation(folder / "cv", [], [1])
    runs.run_folder(1).mkdir()
    (runs.run_folder(1) / "predictor").symlink_to(predictor)

    def read(content: bytes) -> None:
        try:
            put_card(predictor, json.loads(content))
        except (ValueError, RecursionError):
            (predictor / FILE).write_bytes(content)
        with refusing(predictor):
            card, _ = read_card(predictor)
            model_card(card, {}, {})
            doubt(coded.manifest, card.alignment)
            acquaintance(coded, card)
            otherwise_coded(2, card)
            with refusing(predictor):
                tested(coded, card, predictor)
            found = load_predictor(predictor)
            with refusing(predictor):
                found.alignment  # noqa: B018 - it is worked out here
            found(np.zeros((1, 40, 30, 3), np.uint8))
            runs.summary()
            runs.save()
        runs.scores(1)

    seed = (predictor / FILE).read_bytes()
    return Target(read, [json.dumps(json.loads(seed)).encode()])


def weights(folder: Path) -> Target:
    """Headers of safetensors files: a predictor's, and pretrained ones."""
    import torch

    from au_cotrain.network import CoTrainingNetwork
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import WEIGHTS, read_predictor
    from au_cotrain.pretrained import read_geometry, write_pretrained
    from au_cotrain.views import Encoder

    predictor, file = small_predictor(folder), folder / "view.safetensors"
    said = json.loads((predictor / FILE).read_text())
    encoder = Encoder("test_resnet", 32)
    rows = torch.zeros(1, encoder.feature_dim + 1)
    write_pretrained(file, encoder.backbone.state_dict(), rows, ["AU12"], {"rows": rows + 1})
    seeds, bodies = [], []
    for whole in ((predictor / WEIGHTS).read_bytes(), file.read_bytes()):
        length = int.from_bytes(whole[:8], "little")
        seeds.append(whole[8 : 8 + length].rstrip())
        bodies.append(whole[8 + length :])

    def read(content: bytes) -> None:
        long = len(content).to_bytes(8, "little") + content
        (predictor / WEIGHTS).write_bytes(long + bodies[0])
        put_card(predictor, said)
        with refusing(predictor):
            read_predictor(predictor)
        for body in (bodies[1], b""):
            file.write_bytes((long + body) if body else content)
            with refusing(file):
                CoTrainingNetwork(
                    ["test_resnet"] * 2, 32, torch.eye(1), [str(file), False], aus=["AU12"]
                )
                read_geometry(file)

    return Target(read, [*seeds, b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'])


def onnx_graph(folder: Path) -> Target:
    """A predictor's ONNX graph."""
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import GRAPH
    from au_cotrain.predictor.predictor import load_predictor

    predictor = small_predictor(folder, onnx=True)
    said = json.loads((predictor / FILE).read_text())

    def read(content: bytes) -> None:
        (predictor / GRAPH).write_bytes(content)
        put_card(predictor, said)
        with refusing(predictor):
            load_predictor(predictor)

    return Target(read, [(predictor / GRAPH).read_bytes()])


def checkpoint(folder: Path) -> Target:
    """Pickles within checkpoints and weights that torch saved."""
    import pytorch_lightning as pl
    import torch

    from au_cotrain.calibration import Calibration
    from au_cotrain.export import export_predictor
    from au_cotrain.metrics import au_scores
    from au_cotrain.task import CoTraining
    from au_cotrain.views import Encoder

    file, weights = folder / "a.ckpt", folder / "view.pth"
    task = CoTraining(["AU01"], [[1.0]], 32, ["test_resnet"] * 2, provenance={"seed": 7})
    task.calibrate(Calibration([1.0], [0.5]))
    task.scores["val"] = au_scores(torch.rand(4, 1), torch.tensor([[0], [1], [1], [-1]]), ["AU01"])
    trainer = pl.Trainer(accelerator="cpu", logger=False, default_root_dir=folder)
    trainer.strategy.connect(task)
    trainer.save_checkpoint(file)
    torch.save(Encoder("test_resnet", 32).backbone.state_dict(), weights)
    packed = []
    for whole in (file, weights):
        with zipfile.ZipFile(whole) as archive:
            packed.append({name: archive.read(name) for name in archive.namelist()})
    right = torch.load(file, weights_only=True)
    plain = {name: right[name] for name in PLAIN}
    kept = {name: value for name, value in right.items() if name not in PLAIN}

    def read(content: bytes) -> None:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        for path, parts in zip((file, weights), packed, strict=True):
            if said is not None:
                tensors = path == file and isinstance(said, dict)
                torch.save(kept | said if tensors else said, path)
                continue
            with zipfile.ZipFile(path, "w") as archive:
                for name, part in parts.items():
                    archive.writestr(name, content if name.endswith("data.pkl") else part)
        with refusing(file):
            export_predictor(file, folder / "out")
        with refusing(weights):
            Encoder("test_resnet", 32, pretrained=str(weights))

    pickles = [p for parts in packed for name, p in parts.items() if name.endswith("data.pkl")]
    return Target(read, [*pickles, json.dumps(plain).encode(), b"[1]"])


def notes(folder: Path) -> Target:
    """Notes in folders that a command is to write to: whose are they?"""
    from au_cotrain.cross_validation import CrossValidation
    from au_cotrain.evaluation.folder import METRICS, claim
    from data_modules.preparation.claim import REQUEST, check_request, read_request

    request = {"set": "bp4d", "alignment": {}, "shards": False, "rows": 3, "plan": "0"}
    scores = {"format": 1, "predictor": "a", "per_au": {}}

    def read(content: bytes) -> None:
        for name in (REQUEST, METRICS, "cv.json"):
            (folder / name).write_bytes(content)
        with refusing(folder):
            there = read_request(folder)
            check_request(folder, there or {}, request)
        with refusing(folder):
            claim(folder)
        with refusing(folder):
            CrossValidation(folder, ["data=bp4d"], [1])

    seeds = [request, scores, {"overrides": ["data=bp4d"], "folds": [1]}]
    return Target(read, [json.dumps(seed).encode() for seed in seeds])
