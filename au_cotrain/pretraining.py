"""Pretraining: a backbone learns faces from rendered ones, whose every point is known."""

from collections.abc import Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.nn import functional as F

from au_cotrain.losses import recognition_loss
from au_cotrain.pretrained import read_classifiers, read_geometry, write_pretrained
from au_cotrain.shape_model import ShapeModel
from au_cotrain.teacher import Teacher
from au_cotrain.views import Encoder

COMPONENTS = 64
"""Of the shape model."""
DAMPING = 0.02
"""Of the shape model, in parts of the picture's side: about two pixels of 96, over all points."""
WEIGHT = 0.1
"""Of the geometry beside the AUs: both terms begin alike."""
CONSISTENCY = 1.5
"""Of the pool's faces beside the rendered ones."""
DECAY = 0.99
"""Of the teacher."""


class FaceReader(nn.Module):
    """A backbone and, linear in its features, all that is read off a face.

    Args:
        encoder: the backbone.
        numbers: how many are read.
    """

    def __init__(self, encoder: Encoder, numbers: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(encoder.feature_dim, numbers)

    def forward(self, images: Tensor) -> Tensor:
        """The (N, numbers) of (N, 3, S, S) faces."""
        said: Tensor = self.heads(self.encoder(images))
        return said


class Pretraining(pl.LightningModule):
    """One backbone on rendered faces: which AUs occur, what each muscle does, where each point is.

        loss = recognition + ``WEIGHT`` · (Σ_m h(û_m − u_m) + Σ_k h(b̂_k − b_k))
               + ``CONSISTENCY`` · consistency

    h is Huber's loss, u the muscles' intensities and the head's pose, b the coefficients of the
    landmarks (``ShapeModel``). All are linear in the backbone's features, so that classifiers of
    AUs find geometry there.

    Faces of the pool, whose points and AUs nobody knows, carry this to real faces: a teacher, the
    moving average of the backbone, sees each as it is; the backbone sees it augmented strongly,
    by a map A of the plane that is known. The AUs must be what the teacher says, and the
    landmarks where A brings the teacher's:

        consistency = Σ_j BCE(ẑ_j, σ(z'_j)) + ``WEIGHT`` · Σ_k h(b̂_k − shape(A(landmarks(b')))_k)

    the mean over the faces, z' and b' the teacher's word. The first term is FixMatch's (Sohn et
    al., NeurIPS 2020, eq. 4) with soft targets; the second is equivariance (Honari et al.,
    "Improving landmark localization with semi-supervised learning", CVPR 2018, eq. 7). A batch is
    one of ``RenderedGeometry``'s.

    Args:
        backbone: a timm model's name.
        image_size: S.
        pretrained: what it starts from, see ``views.Encoder``; from a file that an earlier
            pretraining wrote, all it knows is taken, its shape model too.
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
        self.shape = shape
        self.aus = list(aus)
        self.cuts = [len(self.aus), len(self.aus) + muscles]
        encoder = Encoder(backbone, image_size, pretrained=pretrained)
        self.network = FaceReader(encoder, self.cuts[1] + shape.basis.shape[1])
        if isinstance(pretrained, str):
            self._go_on_from(Path(pretrained))
        self.teacher = Teacher(self.network, DECAY)

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        """One step; every term is logged."""
        # Not after the step: a checkpoint is written there, before any hook of this class.
        self.teacher.follow(self.network, self.global_step)
        count, pool = len(batch["images"]), batch.get("pool_images", batch["images"][:0])
        said, of_pool = self.network(torch.cat([batch["images"], pool])).tensor_split([count])
        aus, muscles, shape = said.tensor_split(self.cuts, dim=1)
        recognition = recognition_loss(aus, batch["labels"])
        muscle = _huber(muscles, batch["muscles"])
        landmark = _huber(shape, self.shape(batch["landmarks"]))
        consistency = said.new_zeros(())
        if len(pool):
            consistency = self._consistency(of_pool, batch["pool_seen"], batch["pool_corners"])
        terms = {
            "recognition": recognition, "muscles": muscle, "landmarks": landmark,
            "consistency": consistency,
        }  # fmt: skip
        self.log_dict(
            {f"train/{name}": term.detach() for name, term in terms.items()}, prog_bar=True
        )
        loss: Tensor = recognition + WEIGHT * (muscle + landmark) + CONSISTENCY * consistency
        return loss

    def _consistency(self, said: Tensor, seen: Tensor, corners: Tensor) -> Tensor:
        """How far what is said of augmented faces is from the teacher's word on them as they are.

        Args:
            said: (P, C+M+K') of the augmented faces.
            seen: (P, 3, S, S), the faces as they are.
            corners: (P, 3, 2), where three of their corners went.
        """
        aus, _, shape = said.tensor_split(self.cuts, dim=1)
        told: Tensor = self.teacher(seen)
        told_aus, _, told_shape = told.tensor_split(self.cuts, dim=1)
        origin, right, down = corners[:, None].unbind(2)
        x, y = self.shape.landmarks(told_shape).tensor_split(2, dim=2)
        moved = origin + x * (right - origin) + y * (down - origin)
        agreement = F.binary_cross_entropy_with_logits(aus, told_aus.sigmoid(), reduction="none")
        equivariance = _huber(shape, self.shape(moved))
        return agreement.sum(1).mean() + WEIGHT * equivariance

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW, in one cycle."""
        optimizer = torch.optim.AdamW(
            self.network.parameters(), self.learning_rate, weight_decay=self.weight_decay
        )
        steps = int(self.trainer.estimated_stepping_batches)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.learning_rate, steps, pct_start=0.1, cycle_momentum=False
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}

    def save(self, out: Path) -> None:
        """Write the backbone and the classifiers, as ``model.pretrained`` takes them."""
        classifiers, geometry = self._rows().tensor_split([len(self.aus)])
        kept = {"rows": geometry, "mean": self.shape.mean, "basis": self.shape.basis}
        write_pretrained(
            out, self.network.encoder.backbone.state_dict(), classifiers, self.aus, kept
        )

    def _rows(self) -> Tensor:
        heads = self.network.heads
        return torch.cat([heads.weight, heads.bias[:, None]], dim=1).detach()

    def _go_on_from(self, file: Path) -> None:
        rows = self._rows()
        for place, known in enumerate(map(read_classifiers(file).get, self.aus)):
            if known is not None and known.shape == rows[place].shape:
                rows[place] = known
        geometry = read_geometry(file)
        mine = {"rows": rows[len(self.aus) :], "mean": self.shape.mean, "basis": self.shape.basis}
        if {name: known.shape for name, known in geometry.items()} == {
            name: tensor.shape for name, tensor in mine.items()
        }:
            for name, tensor in mine.items():
                tensor.copy_(geometry[name])
        self.network.heads.weight.data.copy_(rows[:, :-1])
        self.network.heads.bias.data.copy_(rows[:, -1])


def _huber(guess: Tensor, truth: Tensor) -> Tensor:
    return F.smooth_l1_loss(guess, truth, reduction="none").sum(1).mean()
