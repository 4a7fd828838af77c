"""From a checkpoint to a predictor: the graph is folded into plain linear classifiers."""

from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from au_cotrain.errors import PredictorError
from au_cotrain.graph import normalize_adjacency
from au_cotrain.metrics import METRICS, AUScore, mean_score
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import read_predictor, write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.task import CoTraining


def export_predictor(
    checkpoint: Path,
    out: Path,
    scores: Mapping[str, list[AUScore]] | None = None,
    names: Mapping[str, str] | None = None,
    onnx: bool = False,
) -> PredictorCard:
    """Write the predictor of a checkpoint, or of a predictor's folder.

    Args:
        checkpoint: written by training, or that run's folder, whose best one it is; or a
            predictor's folder, so that one without an ONNX graph can be given it.
        out: folder to write, see ``folder.write_predictor``; it may be that folder.
        scores: of a checkpoint, per split, told beside its own validation scores.
        names: AU → what FACS calls it, for the README.
        onnx: write an ONNX graph too.

    Returns:
        The predictor's card.

    Raises:
        PredictorError: the file is missing or no checkpoint of this project, the folder holds no
            predictor, ``out`` is in other use, or the ONNX graph cannot be made or disagrees.
    """
    best = checkpoint / "checkpoints" / "best.ckpt"
    if checkpoint.is_dir() and not best.is_file():
        card, network = read_predictor(checkpoint)
    else:
        card, network = _from_checkpoint(best if best.is_file() else checkpoint, scores or {})
    write_predictor(out, card, network, onnx, names)
    return card


def _from_checkpoint(
    checkpoint: Path, scores: Mapping[str, list[AUScore]]
) -> tuple[PredictorCard, PredictorNetwork]:
    if not checkpoint.is_file():
        raise PredictorError(f"{checkpoint}: no such checkpoint")
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        return _folded(content, scores)
    except Exception as error:  # torch, zip, pickle and our own checks each raise their own
        reason = " ".join(str(error).split())[:200]
        raise PredictorError(f"{checkpoint}: not a checkpoint of au_cotrain ({reason})") from error


def _folded(
    content: Mapping[str, Any], scores: Mapping[str, list[AUScore]]
) -> tuple[PredictorCard, PredictorNetwork]:
    """Card and network of what a checkpoint holds, whose file may be anybody's."""
    # The weights are in the checkpoint: nothing is to be downloaded or read again.
    hparams = {**content["hyper_parameters"], "pretrained": False}
    task = CoTraining(**hparams)
    task.load_state_dict(content["state_dict"])
    task.on_load_checkpoint(dict(content))
    splits = {"validation": [AUScore(**score) for score in content["validation"]]}
    splits.update(scores)
    provenance = dict(hparams["provenance"] or {})
    card = PredictorCard(
        aus=list(hparams["aus"]),
        backbones=list(hparams["backbones"]),
        feature_dim=task.judged.feature_dim,
        image_size=hparams["image_size"],
        scaled_size=provenance.pop("scaled_size", hparams["image_size"]),
        **asdict(task.calibration),
        alignment=provenance.pop("alignment", "square crops, each face as in training"),
        data_sets=provenance.pop("data_sets", []),
        provenance={
            **provenance,
            "epoch": content["epoch"],
            "step": content["global_step"],
            "graph": bool(task.judged.refining),
            "au_cotrain": version("au_cotrain"),
            "torch": torch.__version__,
            "timm": version("timm"),
        },
        metrics={split: _summary(split_scores) for split, split_scores in splits.items()},
        graph=_graph(task),
    )
    card.check()
    network = PredictorNetwork(card)
    network.encoders.load_state_dict(task.judged.encoders.state_dict())
    with torch.no_grad():
        for linear, rows in zip(
            network.classifiers, task.judged.refined_classifiers(), strict=True
        ):
            linear.load_state_dict({"weight": rows[:, :-1], "bias": rows[:, -1]})
    return card, network.eval()


def _graph(task: CoTraining) -> dict[str, Any]:
    relation = task.judged.relation
    matrices = {
        "relation": relation,
        "before": normalize_adjacency(relation),
        "after": task.judged.adjacency(),
    }
    return {name: matrix.detach().tolist() for name, matrix in matrices.items()}


def _summary(scores: list[AUScore]) -> dict[str, Any]:
    return {
        "mean": {name: mean_score(scores, name) for name in METRICS},
        "aus": {
            score.au: {k: v for k, v in score._asdict().items() if k != "au"} for score in scores
        },
    }
