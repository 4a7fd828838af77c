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

from au_cotrain.losses import UNKNOWN, conditional_dependence


class AUScore(NamedTuple):
    """Scores of one AU over the faces whose label is known; ``None`` where undefined."""

    au: str
    known: int
    positives: int
    prevalence: float | None
    """Share of positives among the known, None if no label is known."""
    f1: float | None
    """At probability 0.5; None without a positive."""
    auc: float | None
    """Area under the ROC curve; None without a positive or without a negative."""
    average_precision: float | None
    """None without a positive."""


def au_scores(probabilities: Tensor, labels: Tensor, aus: Sequence[str]) -> list[AUScore]:
    """Score every AU, as scikit-learn's f1_score, roc_auc_score, average_precision_score do.

    Args:
        probabilities: (N, C) in [0, 1].
        labels: (N, C) integers 0, 1 or −1 (unknown).
        aus: C names.

    Returns:
        One score an AU, in order. Never a NaN: what the labels leave undefined is ``None``.
    """
    scores = []
    for j, au in enumerate(aus):
        known = labels[:, j] != UNKNOWN
        p, y = probabilities[known, j], labels[known, j].long()
        positives = int(y.sum())
        some, both = positives > 0, 0 < positives < len(y)
        scores.append(
            AUScore(
                au=au,
                known=len(y),
                positives=positives,
                prevalence=positives / len(y) if len(y) else None,
                f1=float(binary_f1_score(p, y)) if some else None,
                auc=float(binary_auroc(p, y)) if both else None,
                average_precision=float(binary_average_precision(p, y)) if some else None,
            )
        )
    return scores


def mean_score(scores: Sequence[AUScore], name: str) -> float | None:
    """The mean of one score over the AUs where it is defined; None if nowhere."""
    defined = [value for score in scores if (value := getattr(score, name)) is not None]
    return sum(defined) / len(defined) if defined else None


class AUMetrics(Metric):
    """Collects a split's probabilities and labels; ``compute`` gives ``au_scores`` of all."""

    probabilities: list[Tensor]
    labels: list[Tensor]

    def __init__(self, aus: Sequence[str]) -> None:
        super().__init__()
        self.aus = list(aus)
        self.add_state("probabilities", default=[], dist_reduce_fx="cat")
        self.add_state("labels", default=[], dist_reduce_fx="cat")

    def update(self, probabilities: Tensor, labels: Tensor) -> None:
        """Take (N, C) probabilities and (N, C) labels of some faces of the split."""
        self.probabilities.append(probabilities.detach().float())
        self.labels.append(labels)

    def compute(self) -> list[AUScore]:
        """Scores over every face seen since the last reset."""
        return au_scores(dim_zero_cat(self.probabilities), dim_zero_cat(self.labels), self.aus)


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
