"""Pretraining: a backbone learns faces from rendered ones, whose every point is known."""

from collections.abc import Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.nn import functional as F

from au_cotrain.losses import recognition_loss
from au_cotrain.pretrained import write_pretrained
from au_cotrain.shape_model import ShapeModel
from au_cotrain.views import Encoder

COMPONENTS = 64
"""Of the shape model."""
DAMPING = 0.02
"""Of the shape model, in parts of the picture's side: about two pixels of 96, over all points."""
WEIGHT = 0.1
"""Of the geometry beside the AUs: both terms begin alike."""


class Pretraining(pl.LightningModule):
    """One backbone on rendered faces: which AUs occur, what each muscle does, where each point is.

        loss = recognition + ``WEIGHT`` · (Σ_m h(û_m − u_m) + Σ_k h(b̂_k − b_k))

    h is Huber's loss, u the muscles' intensities and the head's pose, b the coefficients of the
    landmarks (``ShapeModel``). All are linear in the backbone's features, so that classifiers of
    AUs find geometry there. A batch is one of ``RenderedGeometry``'s.

    Args:
        backbone: a timm model's name.
        image_size: S.
        pretrained: what it starts from, see ``views.Encoder``.
        shape: the shape model of the training faces.
        aus: names of the AUs, in the order of the labels' columns.
        muscles: how many numbers of muscles and pose.
        learning_rate: the highest of one cycle.
        weight_decay: of AdamW.

    Raises:
        SettingError: see ``views.Encoder``.
    """

    def __init__(
        self,
        backbone: str,
        image_size: int,
        pretrained: bool | str,
        shape: ShapeModel,
        aus: Sequence[str],
        muscles: int,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.05,
    ) -> None:
        super().__init__()
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.encoder = Encoder(backbone, image_size, pretrained=pretrained)
        self.shape = shape
        self.aus = list(aus)
        self.parts = [len(self.aus), muscles, shape.basis.shape[1]]
        self.heads = nn.Linear(self.encoder.feature_dim, sum(self.parts))

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        """One step; every term is logged."""
        aus, muscles, shape = self.heads(self.encoder(batch["images"])).split(self.parts, dim=1)
        recognition = recognition_loss(aus, batch["labels"])
        muscle = _huber(muscles, batch["muscles"])
        landmark = _huber(shape, self.shape(batch["landmarks"]))
        terms = {"recognition": recognition, "muscles": muscle, "landmarks": landmark}
        self.log_dict(
            {f"train/{name}": term.detach() for name, term in terms.items()}, prog_bar=True
        )
        return recognition + WEIGHT * (muscle + landmark)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW, in one cycle."""
        optimizer = torch.optim.AdamW(
            self.parameters(), self.learning_rate, weight_decay=self.weight_decay
        )
        steps = int(self.trainer.estimated_stepping_batches)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.learning_rate, steps, pct_start=0.1, cycle_momentum=False
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}

    def save(self, out: Path) -> None:
        """Write the backbone and the classifiers, as ``model.pretrained`` takes them."""
        count = self.parts[0]
        rows = torch.cat([self.heads.weight[:count], self.heads.bias[:count, None]], dim=1)
        write_pretrained(out, self.encoder.backbone.state_dict(), rows.detach(), self.aus)


def _huber(guess: Tensor, truth: Tensor) -> Tensor:
    return F.smooth_l1_loss(guess, truth, reduction="none").sum(1).mean()
