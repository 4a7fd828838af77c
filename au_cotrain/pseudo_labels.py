"""Pseudo-labels: what a teacher's word on faces nobody coded teaches, in three forms."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CONFIDENCE = 0.95
"""How sure FixMatch's teacher must be (its τ)."""
SHARPNESS = 0.25
"""Width of the doubtful zone around a matched threshold, in deviations of the teacher's logits."""
MEMORY = 2048
"""Pool faces whose latest teacher's logits matched thresholds are taken from."""
ENOUGH = 64
"""Pool faces, and known labels of an AU, that a matched threshold needs."""


class PseudoLabels(nn.Module):
    """A loss of one view towards a teacher, on the entries nobody has coded.

    Args:
        aus: C.
    """

    def __init__(self, aus: int) -> None:
        super().__init__()

    def observe(self, labels: Tensor, told: Tensor) -> None:
        """Take in a batch, before its losses.

        Args:
            labels: (N, C) integers 0, 1 or −1 (unknown).
            told: (M, C) logits of the teacher, of the faces without any label.
        """

    def entries(self, logits: Tensor, told: Tensor) -> Tensor:
        """The loss of every entry, (N, C)."""
        raise NotImplementedError

    def forward(self, logits: Tensor, told: Tensor, unknown: Tensor) -> Tensor:
        """The loss.

        Args:
            logits: (N, C) of one view, of strongly augmented faces.
            told: (N, C) logits of the teacher, of the same faces, weakly augmented.
            unknown: (N, C) bool, the entries nobody has coded.

        Returns:
            A scalar, summed over AUs, averaged over faces with an unknown entry; 0 without one.
        """
        faces = unknown.any(1).sum().clamp(min=1)
        return self.entries(logits, told).masked_fill(~unknown, 0.0).sum() / faces


class ConfidentLabels(PseudoLabels):
    """Cross-entropy with the answers a teacher is sure of (FixMatch, in multi-label form).

    Sohn et al., "FixMatch", NeurIPS 2020, eq. 4, with the two answers of each AU in the place of
    the classes: an entry counts where the teacher gives either answer at least ``CONFIDENCE``,
    and its target is that answer. In nats.
    """

    def entries(self, logits: Tensor, told: Tensor) -> Tensor:
        """[max(p, 1 − p) ≥ τ] · BCE(logit, p ≥ ½), p the teacher's probability."""
        sure = told.abs() >= math.log(CONFIDENCE / (1 - CONFIDENCE))
        answers = (told > 0).to(logits)
        return sure * F.binary_cross_entropy_with_logits(logits, answers, reduction="none")


class Probabilities(PseudoLabels):
    """Squared distance to a teacher's probabilities (mean teacher, in multi-label form).

    Tarvainen & Valpola, "Mean teachers are better role models", NeurIPS 2017, section 2.
    """

    def entries(self, logits: Tensor, told: Tensor) -> Tensor:
        """(p_view − p_teacher)²."""
        return (logits.sigmoid() - told.sigmoid()).square()


class MatchedLabels(PseudoLabels):
    """Soft pseudo-labels of which each AU has as many as coded faces have.

    A teacher that learned from few labels is sure of the common answer and of little else: by
    confidence it would teach absence. Here the **order** in which it puts the faces counts, and
    the labels say how many of them have the AU. With π_j the share of positives among the known
    labels of AU j so far, t_j the logit that a share π_j of the last ``MEMORY`` pool faces
    exceeds, z the teacher's logit and sd_j its deviation over those faces:

        q_nj = σ((z_nj − t_j) / (``SHARPNESS`` · sd_j)),   entry = |2 q_nj − 1| · BCE(logit, q_nj)

    so that a face at the threshold teaches nothing. This takes "distribution alignment"
    (Berthelot et al., ReMixMatch, ICLR 2020, section 3.1) from the mean of the probabilities to
    their order. In nats. Nothing is learned of an AU with fewer than ``ENOUGH`` known labels.
    """

    recent: Tensor
    coded: Tensor
    seen: Tensor

    def __init__(self, aus: int) -> None:
        super().__init__(aus)
        self.register_buffer("recent", torch.zeros(MEMORY, aus))
        self.register_buffer("coded", torch.zeros(2, aus))  # absent, present
        self.register_buffer("seen", torch.tensor(0))

    @torch.no_grad()
    def observe(self, labels: Tensor, told: Tensor) -> None:
        """Count labels, and keep the teacher's logits of the pool's latest faces."""
        self.coded += torch.stack([(labels == value).sum(0) for value in (0, 1)])
        told = told[-MEMORY:]
        places = (self.seen + torch.arange(len(told), device=told.device)) % MEMORY
        self.recent[places] = told.to(self.recent)
        self.seen += len(told)

    @torch.no_grad()
    def targets(self, told: Tensor) -> tuple[Tensor, Tensor]:
        """Targets q and their weights |2 q − 1|, (N, C) each; 0 where too little can be matched."""
        known, faces = self.coded.sum(0), int(self.seen.clamp(max=MEMORY))
        if faces < ENOUGH:
            return told.sigmoid(), torch.zeros_like(told)
        recent = self.recent[:faces]
        place = (self.coded[1] / known.clamp(min=1) * faces).long().clamp(max=faces - 1)
        threshold = recent.sort(0, descending=True).values.gather(0, place[None])
        q = ((told - threshold) / (SHARPNESS * recent.std(0) + 1e-6)).sigmoid()
        return q, (2 * q - 1).abs() * (known >= ENOUGH)

    def entries(self, logits: Tensor, told: Tensor) -> Tensor:
        """|2 q − 1| · BCE(logit, q)."""
        q, weight = self.targets(told)
        return weight * F.binary_cross_entropy_with_logits(logits, q.to(logits), reduction="none")


FORMS: dict[str, type[PseudoLabels]] = {
    "confident": ConfidentLabels,
    "probabilities": Probabilities,
    "matched": MatchedLabels,
}
"""The forms by the name that settings call them by."""
