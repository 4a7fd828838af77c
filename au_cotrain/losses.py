"""The named loss terms of co-training, as pure functions.

MLCR is "Multi-label Co-regularization for Semi-supervised Facial Action Unit Recognition"
(Niu, Han, Shan, Chen; NeurIPS 2019). Labels are integers: 1 the action unit (AU) occurs, 0 it
does not, ``UNKNOWN`` nobody has said. N faces, C AUs, D features.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

UNKNOWN = -1
"""The label of an AU nobody has coded: never a negative, masked in every loss and metric."""

SELECTIVE_SHARES: dict[str, dict[str, float]] = {
    "bp4d": {
        "AU01": 0.3, "AU02": 0.3, "AU04": 0.5, "AU06": 0.3, "AU07": 0.3, "AU10": 0.5,
        "AU12": 0.3, "AU14": 0.5, "AU15": 0.3, "AU17": 0.3, "AU23": 0.3, "AU24": 0.3,
    },
    "emotionet": {
        "AU01": 0.2, "AU02": 0.3, "AU04": 0.2, "AU05": 0.2, "AU06": 0.5, "AU09": 0.2,
        "AU12": 0.5, "AU17": 0.2, "AU20": 0.1, "AU25": 0.5, "AU26": 0.2, "AU43": 0.3,
    },
}  # fmt: skip
"""The shares a_j of selective learning that MLCR published, per data set and AU."""

DEFAULT_SHARE = 0.3
"""The share of an AU that the published table does not hold: the table's commonest value."""


def recognition_loss(
    logits: Tensor, labels: Tensor, shares: Sequence[float] | None = None
) -> Tensor:
    """Binary cross-entropy of one view over the known labels (MLCR, recognition loss).

    L_v = (1/N') Σ_n Σ_j BCE(logit_nj, y_nj) over known labels, N' the number of faces with one.

    With ``shares``, selective learning first: of the n known labels of AU j in this batch, when
    fewer than a_j·n are positive, int(#negatives − ceil(a_j·n)) negatives drawn at random (by
    torch's global generator) are left out.

    Args:
        logits: (N, C) floats, any real value.
        labels: (N, C) integers 0, 1 or ``UNKNOWN``.
        shares: C numbers a_j in [0, 1], or ``None`` for plain cross-entropy.

    Returns:
        A scalar in nats, summed over AUs; 0 (with gradient 0) when no label is known.
    """
    known = labels != UNKNOWN
    counted = known
    if shares is not None:
        negatives = known & (labels == 0)
        half = known.sum(0) * torch.as_tensor(shares, dtype=torch.float64, device=labels.device)
        surplus = negatives.sum(0) - half.ceil()
        surplus = torch.where((known & (labels == 1)).sum(0) < half, surplus, 0).clamp(min=0)
        # The negatives' ranks in a random order; everything else ranks behind all of them.
        order = torch.rand(labels.shape, device=labels.device).masked_fill(~negatives, 2.0)
        rank = order.argsort(0).argsort(0)
        counted = known & ~(negatives & (rank < surplus))
    entropy = F.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0).to(logits), reduction="none"
    )
    faces = known.any(1).sum().clamp(min=1)
    return entropy.masked_fill(~counted, 0.0).sum() / faces


def multi_view_loss(classifiers_1: Tensor, classifiers_2: Tensor) -> Tensor:
    """Cosine between the two views' classifiers (MLCR, multi-view loss).

    L_mv = (1/C) Σ_j |cos([w_1j ; b_1j], [w_2j ; b_2j])|.

    Args:
        classifiers_1: (C, D+1) rows [w ; b] of view 1, those that make its logits.
        classifiers_2: (C, D+1) rows [w ; b] of view 2.

    Returns:
        A scalar in [0, 1]; a row of zeros counts as orthogonal.
    """
    return F.cosine_similarity(classifiers_1, classifiers_2, dim=1).abs().mean()


def co_regularization_loss(logits_1: Tensor, logits_2: Tensor) -> Tensor:
    """Jensen–Shannon divergence of the two views (MLCR, co-regularization loss).

    L_cr = mean over faces and AUs of H((p1+p2)/2) − (H(p1)+H(p2))/2, H the binary entropy. Taken
    as the mean of the two Kullback–Leibler divergences to the mixture, from log-probabilities:
    log(p_k / m) = log 2 − softplus(log p_other − log p_k), which stays finite where p saturates.

    Args:
        logits_1: (N, C) floats of view 1, labeled and unlabeled faces alike.
        logits_2: (N, C) floats of view 2.

    Returns:
        A scalar in [0, log 2] nats; gradients are finite for logits from −60 to 60. 0 if N is 0.
    """
    divergence = torch.zeros_like(logits_1)
    for sign in (1.0, -1.0):  # the AU occurs, it does not
        log_1, log_2 = F.logsigmoid(sign * logits_1), F.logsigmoid(sign * logits_2)
        divergence = divergence + 0.5 * log_1.exp() * (math.log(2) - F.softplus(log_2 - log_1))
        divergence = divergence + 0.5 * log_2.exp() * (math.log(2) - F.softplus(log_1 - log_2))
    return divergence.sum() / max(divergence.numel(), 1)


def conditional_dependence(features_1: Tensor, features_2: Tensor, labels: Tensor) -> Tensor:
    """How far the two views' features depend on each other given the label.

    The views are conditionally independent, which MLCR's multi-view loss aims at through the
    classifiers alone, if f1 ⟂ f2 | y_j. Here this is measured on the features: for every AU j and
    class c, the unbiased Hilbert–Schmidt independence criterion (Song et al., "Feature Selection
    via Dependence Maximization", JMLR 2012, eq. 5) with linear kernels, that is the squared
    Frobenius norm of the class-conditional cross-covariance, normalised as in centered kernel
    alignment: HSIC(f1,f2) / sqrt(HSIC(f1,f1)·HSIC(f2,f2)). Groups (j, c) count by their faces.

    Args:
        features_1: (N, D1) floats of view 1.
        features_2: (N, D2) floats of view 2.
        labels: (N, C) integers 0, 1 or ``UNKNOWN``.

    Returns:
        A scalar, about 0 for independent and 1 for equal views (unbiased, so chance values lie on
        both sides of 0); 0 when no group has the four faces the estimate needs.
    """
    groups = torch.cat([labels == 0, labels == 1], dim=1).T.to(features_1)  # (2C, N)
    kernels = []
    for features in (features_1, features_2):
        centered = features - features.mean(0)
        scaled = centered / centered.norm(dim=1).mean().clamp(min=1e-6)
        kernels.append((scaled @ scaled.T).fill_diagonal_(0.0))
    size = groups.sum(1)
    groups, size = groups[size >= 4], size[size >= 4]
    if len(groups) == 0:
        return (features_1.sum() + features_2.sum()) * 0.0

    def hsic(kernel_1: Tensor, kernel_2: Tensor) -> Tensor:
        row_1, row_2 = groups @ kernel_1, groups @ kernel_2  # (G, N) sums over the group
        trace = ((groups @ (kernel_1 * kernel_2)) * groups).sum(1)
        totals = (row_1 * groups).sum(1) * (row_2 * groups).sum(1)
        cross = (row_1 * row_2 * groups).sum(1)
        unbiased = trace + totals / ((size - 1) * (size - 2)) - 2 * cross / (size - 2)
        return unbiased / (size * (size - 3))

    scale = hsic(kernels[0], kernels[0]).clamp(min=0) * hsic(kernels[1], kernels[1]).clamp(min=0)
    alignment = hsic(kernels[0], kernels[1]) / (scale + 1e-8).sqrt()
    return (alignment * size).sum() / size.sum()
