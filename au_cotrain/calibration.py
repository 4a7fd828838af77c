"""Calibration: per AU a temperature that makes probabilities honest, a threshold that decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.functional.classification import binary_precision_recall_curve

from au_cotrain.losses import UNKNOWN

BOUNDS = (0.1, 10.0)
"""Between which a temperature is sought; views that know nothing would ask for an infinite one."""

LEAST = 10
"""Known faces with, and without, an AU that a fit needs; with fewer nothing is fitted."""


@dataclass(frozen=True)
class Calibration:
    """What is fitted on validation people, per AU."""

    temperatures: list[float]
    """C, each > 0: a calibrated probability is sigmoid(logit / temperature)."""
    thresholds: list[float]
    """C, in (0, 1): the AU occurs from this calibrated probability on."""

    @classmethod
    def none(cls, aus: Sequence[str]) -> Self:
        """What leaves probabilities as they are and decides at 0.5."""
        return cls([1.0] * len(aus), [0.5] * len(aus))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Calibrated probabilities.

        Args:
            logits: (N, C) of both views together, see ``views.fuse_logits``.

        Returns:
            (N, C) in [0, 1]; on the same side of 0.5 as before, in the same order.
        """
        return (logits / logits.new_tensor(self.temperatures)).sigmoid()


def fit_calibration(logits: Tensor, labels: Tensor) -> Calibration:
    """Fit every AU on the faces whose label is known.

    The temperature minimises the cross-entropy (Guo et al., "On Calibration of Modern Neural
    Networks", ICML 2017, section 4.2); the threshold then maximises F1, and lies half-way between
    the last face it accepts and the first it refuses.

    Args:
        logits: (N, C) of both views together, of **validation people only**.
        labels: (N, C) integers 0, 1 or −1 (unknown).

    Returns:
        Of all C AUs; temperature 1 and threshold 0.5 where fewer than ``LEAST`` faces are known to
        have the AU, or not to have it.
    """
    fitted = [_fit(logits[:, j].double(), labels[:, j]) for j in range(logits.shape[1])]
    return Calibration([t for t, _ in fitted], [threshold for _, threshold in fitted])


def _fit(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    known = labels != UNKNOWN
    x, y = logits[known].cpu(), labels[known].cpu()
    if min(int(y.sum()), int((1 - y).sum())) < LEAST:
        return 1.0, 0.5

    def cross_entropy(temperature: float) -> float:
        return float(F.binary_cross_entropy_with_logits(x / temperature, y.double()))

    temperature = float(minimize_scalar(cross_entropy, bounds=BOUNDS, method="bounded").x)
    return temperature, _best_threshold((x / temperature).sigmoid(), y)


def _best_threshold(p: Tensor, y: Tensor) -> float:
    precision, recall, thresholds = binary_precision_recall_curve(p, y.long())
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    best = int(f1[:-1].argmax())  # the last point is no threshold
    below = float(thresholds[best - 1]) if best else 0.0
    return (below + float(thresholds[best])) / 2


def calibration_error(p: Tensor, y: Tensor, bins: int = 15) -> float:
    """Expected calibration error: how far probabilities are from the share that occurs.

    Faces are sorted into bins of equal width by their probability **of the AU** (not of the
    likelier answer, as in Guo et al., eq. 3), and |mean probability − share of positives| is
    averaged over them by their faces.

    Args:
        p: (N,) in [0, 1], N > 0.
        y: (N,) 0 or 1.
        bins: how many.
    """
    place = (p * bins).long().clamp(max=bins - 1)
    gap = torch.zeros(bins, dtype=torch.float64, device=p.device)
    gap.index_add_(0, place, p.double() - y.double())
    return float(gap.abs().sum() / len(p))
