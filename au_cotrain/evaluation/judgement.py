"""A judgement: a network's opinions of many faces, batch by batch."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from au_cotrain.errors import PredictorError
from au_cotrain.losses import conditional_dependence
from au_cotrain.predictor.network import PredictorNetwork

DEPENDENCE_FACES = 2048
"""Faces, spread over a manifest, whose features tell the conditional dependence of the views."""


class Judgement(NamedTuple):
    """Of N faces, in their order, and the C AUs of a predictor."""

    probabilities: np.ndarray
    """(N, C) float32, calibrated."""
    uncalibrated: np.ndarray
    """(N, C) float32, of both views together."""
    views: np.ndarray
    """(2, N, C) float32, of each view alone."""
    features: tuple[Tensor, Tensor]
    """(M, D) each, of M faces."""
    featured: np.ndarray
    """(M,) which faces these are."""

    def dependence(self, labels: np.ndarray) -> float | None:
        """The views' conditional dependence, see ``losses.conditional_dependence``.

        Args:
            labels: (N, any) int8 of the same faces.

        Returns:
            None where no AU and class has the four faces that the estimate needs.
        """
        coded = torch.from_numpy(labels[self.featured])
        if max((int((coded == code).sum(0).max()) for code in (0, 1)), default=0) < 4:
            return None
        return float(conditional_dependence(*self.features, coded))


def judge(
    network: PredictorNetwork,
    batches: Iterable[Tensor],
    faces: int,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Judgement:
    """Show faces to a network. Only numbers are kept of them, and the features of a few.

    Args:
        network: in evaluation mode.
        batches: (n, 3, S, S) uint8 RGB.
        faces: N, how many come in all.
        progress: called with (faces done, N).

    Raises:
        PredictorError: what the network says is not a number.
    """
    featured = np.unique(np.linspace(0, faces - 1, min(faces, DEPENDENCE_FACES)).astype(np.int64))
    device = network.temperatures.device
    said: list[np.ndarray] = []  # (4, n, C) each
    features: tuple[list[Tensor], list[Tensor]] = ([], [])
    done = 0
    progress(0, faces)
    for images in batches:
        with torch.inference_mode():
            opinions = network.opinions(images.to(device))
            logits = torch.stack([opinions.fused, *opinions.logits])
            all_of_it = torch.cat([opinions.probabilities[None], logits.sigmoid()])
        said.append(all_of_it.cpu().numpy())
        if np.isnan(said[-1]).any():  # as "no" it would be scored, and as any rank
            raise PredictorError("its answers are not numbers: its training diverged; train again")
        here = featured[(featured >= done) & (featured < done + len(images))] - done
        for kept, of in zip(features, opinions.features, strict=True):
            kept.append(of[torch.from_numpy(here).to(device)].float().cpu())
        done += len(images)
        progress(done, faces)
    numbers = np.concatenate(said, axis=1)
    first, second = map(torch.cat, features)
    return Judgement(numbers[0], numbers[1], numbers[2:], (first, second), featured)
