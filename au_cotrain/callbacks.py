"""Observers of a training: the screen, sample faces, the graph. None of them changes a weight."""

import time
from typing import Any

import matplotlib
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import WandbLogger
from rich import get_console

from au_cotrain.graph import normalize_adjacency
from au_cotrain.task import CoTraining
from au_cotrain.views import fuse

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure


class EpochLines(pl.Callback):
    """A line on the screen after each epoch.

    Args:
        monitor: the validation metric that chooses the epoch; a star marks a new best.
    """

    def __init__(self, monitor: str) -> None:
        self.monitor = monitor
        self.best = float("-inf")
        self.unreadable: set[str] = set()

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock and the mean loss, also of an epoch that a stopped run had begun."""
        self.started, self.losses = time.perf_counter(), [torch.zeros(())]

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start them again."""
        self.on_train_start(trainer, pl_module)

    def state_dict(self) -> dict[str, float]:
        """The best so far, so that stars go on."""
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, float]) -> None:
        """Go on after it."""
        self.best = state_dict["best"]

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401 - Lightning's signature
        batch: dict[str, Any],
        batch_idx: int,
    ) -> None:
        """Note the loss, and pictures of the pool that could not be read."""
        self.losses.append(outputs["loss"])
        self.seconds = time.perf_counter() - self.started
        for path in set(batch["unreadable"]) - self.unreadable:
            self.unreadable.add(path)
            get_console().print(f"left out of the pool, unreadable: {path}", soft_wrap=True)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Print the epoch's line."""
        if not trainer.is_global_zero or trainer.state.fn != "fit":
            return
        assert isinstance(pl_module, CoTraining)
        seen, steps = trainer.callback_metrics, len(self.losses) - 1
        value = float(seen[self.monitor])
        mark = " *" if value > self.best else ""
        self.best = max(self.best, value)
        get_console().print(
            f"epoch {trainer.current_epoch + 1:>3}/{trainer.max_epochs}  "
            f"stage {1 + int(pl_module.network.refining)}  {_pool(pl_module)}"
            f"loss {float(sum(self.losses)) / steps:7.3f}  {self.seconds / steps:.2f} s/step  "
            f"val F1 {float(seen['val/f1']):.3f}  AUC {float(seen['val/auc']):.3f}{mark}",
            highlight=False,
            soft_wrap=True,
        )

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Count what was left out."""
        if self.unreadable:
            get_console().print(f"{len(self.unreadable)} unreadable pictures left out of the pool")


def _pool(task: CoTraining) -> str:
    """How far the pool's terms are in force at the epoch's end; nothing without such terms."""
    weight: Any = task.hparams
    return f"pool's terms {task.ramp():4.0%}  " if weight.lambda_cr + weight.lambda_pl else ""


class TermLines(pl.Callback):
    """A line on the screen every hundred steps: what each term of the loss is.

    Args:
        every: steps between two lines.
    """

    def __init__(self, every: int = 100) -> None:
        self.every = every

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401 - Lightning's signature
        batch: dict[str, Any],
        batch_idx: int,
    ) -> None:
        """Print a line when it is time."""
        steps = int(trainer.estimated_stepping_batches)
        if trainer.global_step % self.every and trainer.global_step != steps:
            return
        terms = "  ".join(
            f"{name.removeprefix('train/')} {float(value):.2f}"
            for name, value in trainer.callback_metrics.items()
        )
        get_console().print(f"step {trainer.global_step:>5}/{steps}  {terms}", highlight=False)


class SampleFaces(pl.Callback):
    """Logs some validation faces with the labels and both views' probabilities, to W&B.

    Args:
        faces: how many.
        every: epochs between two looks; the last epoch is looked at always.
    """

    def __init__(self, faces: int = 8, every: int = 5) -> None:
        self.faces, self.every = faces, every

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Look at the first faces of the validation split."""
        logger, epoch = trainer.logger, trainer.current_epoch + 1
        due = epoch % self.every == 0 or epoch == trainer.max_epochs
        if not isinstance(logger, WandbLogger) or not due or trainer.state.fn != "fit":
            return
        assert isinstance(pl_module, CoTraining)
        batch = next(iter(trainer.datamodule.val_dataloader()))  # type: ignore[attr-defined]
        images = batch["images"][: self.faces].to(pl_module.device)
        with torch.no_grad():
            logits = pl_module.judged(images).logits
        both = pl_module.calibration.probabilities(fuse(*logits))
        captions = [
            _caption(pl_module.hparams["aus"], *columns)
            for columns in zip(
                batch["labels"], logits[0].sigmoid(), logits[1].sigmoid(), both, strict=False
            )
        ]
        pixels = [image.permute(1, 2, 0).cpu().numpy() for image in images]
        logger.log_image("val/faces", pixels, caption=captions)


def _caption(aus: list[str], labels: Any, *columns: Any) -> str:  # noqa: ANN401 - tensors of C
    said = {0: "0", 1: "1"}
    return "\n".join(
        f"{au} {said.get(int(labels[j]), '?')}: "
        + " / ".join(f"{float(column[j]):.2f}" for column in columns)
        for j, au in enumerate(aus)
    )


class GraphReport(pl.Callback):
    """Draws the AUs' co-occurrence before and after learning into the run, and to W&B."""

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Draw both graphs."""
        if not trainer.is_global_zero:
            return
        assert isinstance(pl_module, CoTraining)
        network = pl_module.judged
        figure = draw_graph(
            list(pl_module.hparams["aus"]),
            {
                "co-occurrence in the training labels": network.relation,
                "co-occurrence in validation predictions": pl_module.predicted_relation,
                "adjacency before learning": normalize_adjacency(network.relation),
                "what learning added to it": network.adjacency_residual.detach(),
            },
        )
        figure.savefig(f"{trainer.default_root_dir}/graph.png", dpi=100)
        if isinstance(trainer.logger, WandbLogger):
            trainer.logger.log_image("graph", [figure])
        plt.close(figure)


def draw_graph(aus: list[str], matrices: dict[str, torch.Tensor]) -> Figure:
    """Draw four (C, C) matrices as heat maps under their titles, white where they are 0."""
    figure, axes = plt.subplots(2, 2, figsize=(13, 11), layout="constrained")
    for axis, (title, matrix) in zip(axes.flat, matrices.items(), strict=True):
        most = float(matrix.abs().max()) or 1.0
        picture = axis.imshow(matrix.cpu().numpy(), cmap="RdBu_r", vmin=-most, vmax=most)
        axis.set_title(title)
        axis.set_xticks(range(len(aus)), aus, rotation=90)
        axis.set_yticks(range(len(aus)), aus)
        figure.colorbar(picture, ax=axis, shrink=0.8)
    return figure
