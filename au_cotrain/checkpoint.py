"""Checkpoints: whole or not there, often enough to lose little, and of the last finite state."""

import errno
import os
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.io.torch_io import TorchCheckpointIO
from pytorch_lightning.callbacks import Checkpoint
from torch.optim import Optimizer

from au_cotrain.errors import SettingError

LAST = "last.ckpt"


class WholeFiles(TorchCheckpointIO):
    """Writes a checkpoint beside its place, and puts it there when all of it is on the disk.

    Lightning's own goes through the folder for temporary files and **copies** from there where that
    is another disk: a run killed then would have half a checkpoint.
    """

    def save_checkpoint(
        self,
        checkpoint: dict[str, Any],
        path: Any,  # noqa: ANN401 - Lightning's signature
        storage_options: Any = None,  # noqa: ANN401
    ) -> None:
        """Write a file.

        Raises:
            SettingError: the disk is full or not to be written on; what was there is untouched.
        """
        file = Path(path)
        partial = file.with_name(f".{file.name}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as stream:
                torch.save(checkpoint, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(partial, file)
        except (OSError, RuntimeError) as error:  # torch says a full disk as a RuntimeError
            partial.unlink(missing_ok=True)
            raise SettingError(
                f"{file}: cannot be written ({_reason(error)}); the checkpoints before it are as "
                "they were: make room and go on with ckpt_path=last"
            ) from error


def _reason(error: BaseException) -> str:
    while error.__context__ is not None and not isinstance(error, OSError):
        error = error.__context__
    return str(getattr(error, "strerror", None) or os.strerror(errno.ENOSPC))


class LastState(Checkpoint):
    """Keeps the state from which a stopped run goes on: after each epoch, and within it.

    Args:
        file: where.
        every: steps between two savings within an epoch.
    """

    def __init__(self, file: Path, every: int) -> None:
        self.file, self.every = file, every

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401 - Lightning's signature
        batch: Any,  # noqa: ANN401
        batch_idx: int,
    ) -> None:
        """Save when it is time; an epoch's last step waits for its validation."""
        done = batch_idx + 1
        if done % self.every == 0 and done < trainer.num_training_batches:
            trainer.save_checkpoint(self.file, weights_only=False)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save, validation included."""
        trainer.save_checkpoint(self.file, weights_only=False)


class FiniteSteps(pl.Callback):
    """Stops a run before a step that would spoil its weights.

    Args:
        file: where the state before that step goes.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def on_train_batch_start(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        batch: dict[str, Any],
        batch_idx: int,
    ) -> None:
        """Remember whose faces the step is of."""
        self.paths: list[str] = batch["paths"]

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Look at the gradients: those of a loss that is not finite are not finite either.

        Raises:
            SettingError: one of them is not finite.
        """
        if trainer.precision == "16-mixed":
            return  # there they overflow now and then; the scaler leaves such steps out
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        if torch.nn.utils.get_total_norm(gradients).isfinite():
            return
        trainer.save_checkpoint(self.file, weights_only=False)
        raise SettingError(
            f"step {trainer.global_step}: the loss or a gradient is not a finite number; lower "
            f"method.learning_rate, or look at this batch's faces. The state before it is in "
            f"{self.file}. The faces: {', '.join(self.paths)}"
        )
