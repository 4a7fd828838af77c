"""The co-training network: two encoders, two sets of classifiers, one graph over the AUs."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from au_cotrain.errors import SettingError
from au_cotrain.graph import ClassifierGCN, normalize_adjacency
from au_cotrain.pretrained import read_classifiers
from au_cotrain.views import Encoder

Pair = tuple[Tensor, Tensor]


class TwoViews(NamedTuple):
    """What the network makes of N faces, a pair per item: view 1 and view 2."""

    features: Pair
    """(N, D) each."""
    classifiers: Pair
    """(C, D+1) rows [w ; b] each: the ones that made the logits, refined in stage 2."""
    logits: Pair
    """(N, C) each."""


class CoTrainingNetwork(nn.Module):
    """Two views of a face and classifiers over C AUs (MLCR, section 3).

    Stage 1: logits are f_v · w_vj + b_vj. Stage 2 (after ``start_graph``): a GCN shared by both
    views refines the classifiers, [ŵ ; b̂] = [w ; b] + GCN([w ; b]), and ŵ replaces w. The GCN's
    last layer starts at 0, so stage 2 begins with exactly stage 1's classifiers, and they go on
    learning through it.

    Args:
        backbones: two timm model names, the same or different.
        image_size: S, pixels of a side.
        relation: (C, C) relation matrix of the training labels, see ``graph.cooccurrence``.
        pretrained: for both views, or one a view, see ``views.Encoder``.
        feature_dim: D of both views; ``None``: the narrower backbone's width.
        mean: colour means in [0, 1]; ``None``: each backbone's own.
        std: colour deviations in [0, 1]; ``None``: each backbone's own.
        channels_last: see ``views.Encoder``.
        learn_adjacency: learn a residual on the normalised adjacency, starting at 0.
        aus: C names, by which classifiers are found in files of pretrained weights.

    Raises:
        errors.SettingError: a backbone cannot be built, or there are not two of them.
    """

    relation: Tensor
    refining: Tensor

    def __init__(
        self,
        backbones: Sequence[str],
        image_size: int,
        relation: Tensor,
        pretrained: bool | str | Sequence[bool | str] = False,
        feature_dim: int | None = None,
        mean: tuple[float, float, float] | None = None,
        std: tuple[float, float, float] | None = None,
        channels_last: bool = True,
        learn_adjacency: bool = False,
        aus: Sequence[str] = (),
    ) -> None:
        super().__init__()
        if len(backbones) != 2:
            raise SettingError(f"model.backbones: two views need two backbones, not {backbones}")
        weights = [pretrained] * 2 if isinstance(pretrained, bool | str) else list(pretrained)
        if len(weights) != 2:
            raise SettingError(f"model.pretrained: give one for both views or two, not {weights}")
        encoders = [
            Encoder(name, image_size, feature_dim, source, mean, std, channels_last)
            for name, source in zip(backbones, weights, strict=True)
        ]
        # Classifiers of both views are compared and share a graph: they need one width.
        self.feature_dim = min(encoder.feature_dim for encoder in encoders)
        for encoder in encoders:
            encoder.project(self.feature_dim)
        self.encoders = nn.ModuleList(encoders)
        self.classifiers = nn.ParameterList(
            _initial_classifiers(len(relation), self.feature_dim) for _ in backbones
        )
        for rows, source, encoder in zip(self.classifiers, weights, encoders, strict=True):
            if isinstance(source, str) and isinstance(encoder.projection, nn.Identity):
                _start_from(rows, read_classifiers(Path(source)), aus)
        self.gcn = ClassifierGCN(self.feature_dim + 1)
        self.adjacency_residual = nn.Parameter(
            torch.zeros_like(relation), requires_grad=learn_adjacency
        )
        self.exact: tuple[int, ...] = ()
        """Views that are float32 in mixed precision too: those that it would slow down."""
        self.register_buffer("relation", relation)
        self.register_buffer("refining", torch.tensor(False))  # travels with every checkpoint

    def start_graph(self) -> None:
        """Enter stage 2."""
        self.refining.fill_(True)

    def adjacency(self) -> Tensor:
        """The (C, C) normalised adjacency the GCN uses now, its learned residual included."""
        return normalize_adjacency(self.relation) + self.adjacency_residual

    def refined_classifiers(self) -> Pair:
        """The (C, D+1) rows [w ; b] of both views that make the logits now."""
        view_1, view_2 = self.classifiers
        if self.refining:
            adjacency = self.adjacency()
            return view_1 + self.gcn(view_1, adjacency), view_2 + self.gcn(view_2, adjacency)
        return view_1, view_2

    def forward(self, images: Tensor, images_2: Tensor | None = None) -> TwoViews:
        """See N faces twice.

        Args:
            images: (N, 3, S, S) RGB, uint8 0 to 255.
            images_2: the same faces, otherwise augmented, for the second view; ``None``: the same
                images.
        """
        f_1 = self._encode(0, images)  # (N, D)
        f_2 = self._encode(1, images if images_2 is None else images_2)
        with exactly(images.device):  # a logit of three digits would make a loss of two
            w_1, w_2 = self.refined_classifiers()  # (C, D+1)
            logits = (f_1 @ w_1[:, :-1].T + w_1[:, -1], f_2 @ w_2[:, :-1].T + w_2[:, -1])  # (N, C)
        return TwoViews((f_1, f_2), (w_1, w_2), logits)

    def _encode(self, view: int, images: Tensor) -> Tensor:
        with exactly(images.device) if view in self.exact else nullcontext():
            features: Tensor = self.encoders[view](images)
        return features.float()


def exactly(device: torch.device) -> torch.autocast:
    """A region in float32, whatever precision the trainer has put in force around it."""
    return torch.autocast(device.type, enabled=False)


def _start_from(rows: Tensor, known: Mapping[str, Tensor], aus: Sequence[str]) -> None:
    with torch.no_grad():
        for row, au in zip(rows, aus, strict=False):
            if au in known and known[au].shape == row.shape:
                row.copy_(known[au])


def _initial_classifiers(aus: int, width: int) -> nn.Parameter:
    layer = nn.Linear(width, aus)
    return nn.Parameter(torch.cat([layer.weight.data, layer.bias.data[:, None]], dim=1))
