"""The network of a predictor: two encoders, plain linear classifiers, calibration inside."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from au_cotrain.predictor.card import PredictorCard
from au_cotrain.views import Encoder, fuse


class Opinions(NamedTuple):
    """What both views make of N faces, a pair each, and what they say together."""

    features: tuple[Tensor, Tensor]
    """(N, D) each."""
    logits: tuple[Tensor, Tensor]
    """(N, C) each, of one view alone, not calibrated."""
    fused: Tensor
    """(N, C) logits of both together, not calibrated."""
    probabilities: Tensor
    """(N, C), calibrated."""


class PredictorNetwork(nn.Module):
    """Calibrated probabilities of AUs for aligned faces.

    Args:
        card: what it is made of.
    """

    temperatures: Tensor

    def __init__(self, card: PredictorCard) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(
            Encoder(name, card.image_size, card.feature_dim) for name in card.backbones
        )
        self.classifiers = nn.ModuleList(
            nn.Linear(card.feature_dim, len(card.aus)) for _ in card.backbones
        )
        self.register_buffer("temperatures", torch.tensor(card.temperatures), persistent=False)

    def opinions(self, images: Tensor) -> Opinions:
        """What each view, and both together, say of (N, 3, S, S) uint8 RGB faces."""
        features = tuple(encode(images) for encode in self.encoders)
        logits = tuple(
            classify(of) for classify, of in zip(self.classifiers, features, strict=True)
        )
        fused = fuse(*logits)
        return Opinions(features, logits, fused, (fused / self.temperatures).sigmoid())

    def forward(self, images: Tensor) -> Tensor:
        """Calibrated probabilities of faces.

        Args:
            images: (N, 3, S, S) RGB, uint8 0 to 255.

        Returns:
            (N, C) in [0, 1].
        """
        return self.opinions(images).probabilities
