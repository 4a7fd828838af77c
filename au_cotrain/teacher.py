"""The teacher: a moving average of the network that is trained, and what it tells of faces."""

import copy
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)

WARM_UP = 4
"""A young average forgets faster: after t steps it keeps at most 1 - 1 / (t / ``WARM_UP`` + 1)."""


class Teacher(nn.Module, Generic[Network]):
    """A moving average of a network's weights.

    After "mean teacher" (Tarvainen & Valpola, NeurIPS 2017, section 2):
    θ' ← α θ' + (1 − α) θ after every step, with a smaller α in the first steps, so that random
    weights are soon forgotten; so do running statistics. It is never trained, and it sees in
    evaluation mode.

    Args:
        network: whose average this is; copied.
        decay: α, in [0, 1); 0: the network itself, as it is now.
    """

    network: Network

    def __init__(self, network: Network, decay: float) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).requires_grad_(False).eval()
        self.decay = decay

    def train(self, mode: bool = True) -> "Teacher[Network]":
        """Stay in evaluation mode, whatever the task around it does."""
        return super().train(False)

    @torch.no_grad()
    def follow(self, network: Network, step: int) -> None:
        """Move towards the network, after its ``step``-th step."""
        keep = min(self.decay, 1 - 1 / (step / WARM_UP + 1))
        theirs = network.state_dict()
        for name, mine in self.network.state_dict().items():
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs[name], 1 - keep)
            else:
                mine.copy_(theirs[name])

    @torch.no_grad()
    def forward(self, images: Tensor) -> Any:  # noqa: ANN401 - the network's answer
        """What the average says of (N, 3, S, S) faces."""
        return self.network(images)
