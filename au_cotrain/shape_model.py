"""A shape model: what a face's landmarks can do, as a few coefficients."""

from typing import Self

import torch
from torch import Tensor, nn


class ShapeModel(nn.Module):
    """Principal components of landmarks (Cootes et al., "Active Shape Models", CVIU 1995, eq. 8).

        b = (σ + s)⁻¹ Vᵀ (x − x̄)

    with x the landmarks of a face in one row, x̄ their mean, V the first components and σ the
    deviation along each. s damps what is too fine to be seen.

    Args:
        landmarks: K, how many.
        components: how many of them.
    """

    mean: Tensor
    basis: Tensor

    def __init__(self, landmarks: int, components: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(2 * landmarks))
        self.register_buffer("basis", torch.zeros(2 * landmarks, components))

    @classmethod
    def fit(cls, landmarks: Tensor, components: int, damping: float) -> Self:
        """The model of (N, K, 2) landmarks; ``damping`` is s, in their unit."""
        model = cls(landmarks.shape[1], components)
        rows = landmarks.flatten(1).double()
        model.mean = rows.mean(0).float()
        covariance = torch.cov(rows.T)
        variance, vectors = torch.linalg.eigh(covariance)  # ascending
        spread = variance[-components:].flip(0).clamp(min=0).sqrt()
        model.basis = (vectors[:, -components:].flip(1) / (spread + damping)).float()
        return model

    def forward(self, landmarks: Tensor) -> Tensor:
        """The (N, components) coefficients b of (N, K, 2) landmarks."""
        coefficients: Tensor = (landmarks.flatten(1) - self.mean) @ self.basis
        return coefficients

    def landmarks(self, coefficients: Tensor) -> Tensor:
        """The (N, K, 2) landmarks that (N, components) coefficients stand for."""
        rows: Tensor = self.mean + coefficients @ torch.linalg.pinv(self.basis)
        return rows.reshape(len(rows), -1, 2)
