"""Scores per AU over a whole split, unknown labels left out, undefined scores said to be so."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor
from torchmetrics import Metric
from torchmetrics.functional.classification import (
    binary_auroc,
    binary_average_precision,
    binary_f1_score,
)
from torchmetrics.utilities import dim_zero_cat

from au_cotrain.calibration import Calibration, calibration_error
from au_cotrain.losses import UNKNOWN, conditional_dependence

METRICS = {
    "f1": "F1 at 0.5",
    "f1_fitted": "F1 at fitted threshold",
    "auc": "AUC",
    "average_precision": "average precision",
    "calibration_error_before": "calibration error before",
    "calibration_error": "calibration error after",
}
"""Score → what the screen calls it."""


class AUScore(NamedTuple):
    """Scores of one AU over the faces whose label is known; ``None`` where undefined."""

    au: str
    known: int
    positives: int
    prevalence: float | None
    """Share of positives among the known, None if no label is known."""
    f1: float | None
    """The AU occurs from probability 0.5 on; None without a positive."""
    auc: float | None
    """Area under the ROC curve; None without a positive or without a negative."""
    average_precision: float | None
    """None without a positive."""
    f1_fitted: float | None = None
    """At the threshold fitted on validation people; None without a positive."""
    calibration_error_before: float | None = None
    """Of the probabilities as the network gives them; None if no label is known."""
    calibration_error: float | None = None
    """Of the calibrated probabilities; None if no label is known."""


def au_scores(
    logits: Tensor, labels: Tensor, aus: Sequence[str], calibration: Calibration | None = None
) -> list[AUScore]:
    """Score every AU, as scikit-learn's f1_score, roc_auc_score, average_precision_score do.

    Args:
        logits: (N, C) of both views together, see ``views.fuse``.
        labels: (N, C) integers 0, 1 or −1 (unknown).
        aus: C names.
        calibration: fitted on validation people; ``None``: none is in force.

    Returns:
        One score an AU, in order. Never a NaN: what the labels leave undefined is ``None``.
    """
    calibration = calibration or Calibration.none(aus)
    before, after = logits.sigmoid(), calibration.probabilities(logits)
    scores = []
    for j, au in enumerate(aus):
        known = labels[:, j] != UNKNOWN
        p, y = before[known, j], labels[known, j].long()
        calibrated = after[known, j]
        found = (calibrated >= calibration.thresholds[j]).long()
        positives = int(y.sum())
        some, both = positives > 0, 0 < positives < len(y)
        scores.append(
            AUScore(
                au=au,
                known=len(y),
                positives=positives,
                prevalence=positives / len(y) if len(y) else None,
                # Of a probability torchmetrics would say no at 0.5 itself, where all else says yes.
                f1=float(binary_f1_score((p >= 0.5).long(), y)) if some else None,
                auc=float(binary_auroc(p, y)) if both else None,
                average_precision=float(binary_average_precision(p, y)) if some else None,
                f1_fitted=float(binary_f1_score(found, y)) if some else None,
                calibration_error_before=calibration_error(p, y) if len(y) else None,
                calibration_error=calibration_error(calibrated, y) if len(y) else None,
            )
        )
    return scores


def mean_score(scores: Sequence[AUScore], name: str) -> float | None:
    """The mean of one score over the AUs where it is defined; None if nowhere."""
    defined = [value for score in scores if (value := getattr(score, name)) is not None]
    return sum(defined) / len(defined) if defined else None


class AUMetrics(Metric):
    """Collects a split's logits and labels; ``compute`` gives ``au_scores`` of all."""

    logits: list[Tensor]
    labels: list[Tensor]

    def __init__(self, aus: Sequence[str]) -> None:
        super().__init__()
        self.aus = list(aus)
        self.calibration = Calibration.none(aus)
        self.add_state("logits", default=[], dist_reduce_fx="cat")
        self.add_state("labels", default=[], dist_reduce_fx="cat")

    def update(self, logits: Tensor, labels: Tensor) -> None:
        """Take (N, C) logits of both views together and labels of some faces of the split."""
        self.logits.append(logits.detach().float())
        self.labels.append(labels)

    def collected(self) -> tuple[Tensor, Tensor]:
        """(N, C) logits and labels of every face seen since the last reset, by all devices."""
        with self.sync_context():
            return dim_zero_cat(self.logits), dim_zero_cat(self.labels)

    def compute(self) -> list[AUScore]:
        """Scores over every face seen since the last reset, under the calibration in force."""
        logits, labels = dim_zero_cat(self.logits), dim_zero_cat(self.labels)
        return au_scores(logits, labels, self.aus, self.calibration)


class ConditionalDependence(Metric):
    """Collects features of a split; ``compute`` gives their ``conditional_dependence``."""

    features_1: list[Tensor]
    features_2: list[Tensor]
    labels: list[Tensor]

    def __init__(self) -> None:
        super().__init__()
        for state in ("features_1", "features_2", "labels"):
            self.add_state(state, default=[], dist_reduce_fx="cat")

    def update(self, features_1: Tensor, features_2: Tensor, labels: Tensor) -> None:
        """Take (N, D) features of both views and (N, C) labels."""
        self.features_1.append(features_1.detach().float())
        self.features_2.append(features_2.detach().float())
        self.labels.append(labels)

    def compute(self) -> Tensor:
        """The views' conditional dependence, about 0 (independent) to 1 (equal)."""
        return conditional_dependence(
            dim_zero_cat(self.features_1),
            dim_zero_cat(self.features_2),
            dim_zero_cat(self.labels),
        )
