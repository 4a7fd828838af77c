"""Agreement of the two views: how often they decide alike, and how far apart they are."""

from typing import Any

import numpy as np
import torch

from au_cotrain.losses import co_regularization_loss


def agreement(views: np.ndarray) -> list[dict[str, float | None]]:
    """Compare the views on every face, coded or not.

    Args:
        views: (2, N, C) probabilities of each view alone.

    Returns:
        One an AU: ``agreement``, the share of faces that both decide alike at 0.5; ``kappa``,
        how far that is beyond what their rates alone would give (Cohen 1960), None where both
        always decide one and the same; ``divergence``, their mean Jensen–Shannon divergence in
        nats, 0 to log 2, which the co-regularization loss is.
    """
    logits = torch.logit(torch.from_numpy(views.astype(np.float64)), eps=1e-12)
    decided = views >= 0.5
    alike = (decided[0] == decided[1]).mean(axis=0)
    rates = decided.mean(axis=1)  # (2, C)
    chance = rates[0] * rates[1] + (1 - rates[0]) * (1 - rates[1])
    return [
        {
            "agreement": float(alike[j]),
            "kappa": float((alike[j] - chance[j]) / (1 - chance[j])) if chance[j] < 1 else None,
            "divergence": float(co_regularization_loss(logits[0, :, j], logits[1, :, j])),
        }
        for j in range(views.shape[2])
    ]


def mean_agreement(each: list[dict[str, float | None]]) -> dict[str, Any]:
    """The mean of every entry over the AUs that have it; None where none has."""
    means: dict[str, Any] = {}
    for name in each[0]:
        defined = [value for of in each if (value := of[name]) is not None]
        means[name] = sum(defined) / len(defined) if defined else None
    return means
