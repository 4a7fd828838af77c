"""The joint batch: what several processes saw of one step, brought together on each of them."""

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.nn import functional as F

from au_cotrain.network import TwoViews


def joint_views(module: pl.LightningModule, views: TwoViews) -> TwoViews:
    """The views of all processes' faces, of which each process has seen its share.

    Losses of a batch are no sums over its faces (some count known labels, some compare faces with
    each other), so the mean of the shares' losses is another loss than that of the batch. Here
    every process computes that of the whole batch; a face's gradient reaches the process that saw
    it from all of them, and the mean of the processes' gradients is that of one process alone.
    """
    (f_1, f_2), (z_1, z_2) = views.features, views.logits
    return TwoViews(
        (joint(module, f_1), joint(module, f_2)),
        views.classifiers,
        (joint(module, z_1), joint(module, z_2)),
    )


def joint(module: pl.LightningModule, share: Tensor) -> Tensor:
    """(N, ...) of all faces, process by process, of (M, ...) of this process's; M may differ."""
    every: Any = module.all_gather  # of a tensor it gives a tensor
    sizes = every(torch.tensor(len(share), device=module.device)).tolist()
    padding = [0, 0] * (share.dim() - 1) + [0, max(sizes) - len(share)]
    gathered = every(F.pad(share, padding), sync_grads=True)
    return torch.cat([part[:size] for part, size in zip(gathered, sizes, strict=True)])
