"""What the first view of a trained predictor is worth alone."""

from pathlib import Path
from typing import Any

import torch

from au_cotrain.calibration import fit_calibration
from au_cotrain.metrics import METRICS, AUMetrics, mean_score
from au_cotrain.predictor.folder import read_predictor
from data_modules.dataset import FaceDataset
from data_modules.manifest import read_manifest
from data_modules.sampler import InOrder


def score_first_view(predictor: Path) -> dict[str, Any]:
    """Test scores, in the form of a predictor's card; calibrated on validation people."""
    card, network = read_predictor(predictor)

    @torch.no_grad()
    def seen(split: str) -> tuple[torch.Tensor, torch.Tensor]:
        faces = read_manifest(Path(card.provenance["tables"][split]), card.aus, within="/")
        data = FaceDataset([faces], card.image_size, card.scaled_size)
        batches = [data[draws] for draws in InOrder(len(faces), 64)]
        logits = [network.opinions(batch["images"]).logits[0] for batch in batches]
        return torch.cat(logits), torch.cat([batch["labels"] for batch in batches])

    metrics = AUMetrics(card.aus)
    metrics.calibration = fit_calibration(*seen("val"))
    metrics.update(*seen("test"))
    scores = metrics.compute()
    return {
        "test": {
            "mean": {name: mean_score(scores, name) for name in METRICS},
            "aus": {score.au: score._asdict() for score in scores},
        }
    }
