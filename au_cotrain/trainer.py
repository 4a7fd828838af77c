"""The trainer of a run: Lightning's, with our observers and the choice of the epoch."""

import logging
import os
import warnings
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import LearningRateMonitor, ModelCheckpoint, RichProgressBar
from pytorch_lightning.loggers import Logger
from rich import get_console

from au_cotrain.callbacks import EpochLines, GraphReport, SampleFaces, TermLines
from au_cotrain.checkpoint import LAST, FiniteSteps, LastState, WholeFiles
from au_cotrain.errors import SettingError

MONITORS = ("val/auc", "val/f1", "val/average_precision")


def build_trainer(
    run: Path, logger: Logger, monitor: str, every: int, settings: dict[str, Any]
) -> pl.Trainer:
    """A trainer that keeps the last epoch and the one that validation likes best.

    Args:
        run: folder of the run; checkpoints go to ``run/checkpoints/{best,last}.ckpt``.
        logger: of the run.
        monitor: validation metric, the higher the better.
        every: steps between two savings of ``last.ckpt`` within an epoch.
        settings: further arguments of ``pytorch_lightning.Trainer``.

    Raises:
        SettingError: validation gives no such metric.
    """
    if monitor not in MONITORS:
        raise SettingError(f"monitor is {monitor!r}; it can be {' or '.join(MONITORS)}")
    _quieten()
    if settings["devices"] not in (1, "1") and settings["strategy"] == "auto":
        # The graph takes no part in stage 1, and plain DDP waits for its gradients for ever.
        settings = settings | {"strategy": "ddp_find_unused_parameters_true"}
    checkpoints = run / "checkpoints"
    terminal = get_console().is_terminal  # the bar is for people; a log has the epochs' lines
    return pl.Trainer(
        default_root_dir=run,
        logger=logger,
        callbacks=[
            ModelCheckpoint(
                checkpoints, "best", monitor=monitor, mode="max", enable_version_counter=False
            ),
            LastState(checkpoints / LAST, every),
            FiniteSteps(checkpoints / "diverged.ckpt"),
            LearningRateMonitor("step"),
            EpochLines(monitor),
            SampleFaces(),
            GraphReport(),
            *([RichProgressBar(leave=False)] if terminal else []),
        ],
        enable_progress_bar=terminal,
        enable_model_summary=False,
        use_distributed_sampler=False,  # our samplers part the faces among the ranks themselves
        num_sanity_val_steps=0,
        plugins=[WholeFiles()],
        **settings,
    )  # fmt: skip


def device_of(accelerator: str) -> str:
    """The kind of device that a trainer takes: "cuda", "mps", "cpu" or another accelerator's name.

    Args:
        accelerator: of ``pytorch_lightning.Trainer``.
    """
    if accelerator in ("auto", "gpu"):
        found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
        return next((name for name, there in found.items() if there), "cpu")
    return accelerator


def _quieten() -> None:
    """Leave out what a user of this project can do nothing about."""
    # Lightning's adverts and device lists; its warnings go on being printed.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    # Lightning calls torch in ways that the newest torch deprecates; theirs to mend.
    warnings.filterwarnings("ignore", "`isinstance\\(treespec, LeafSpec\\)`", FutureWarning)
    warnings.filterwarnings("ignore", "torch.distributed.nn.functional.all_gather is deprecated")
    # Our batches are drawn whole and hold few faces; whether workers pay is the user's to say.
    warnings.filterwarnings("ignore", ".*does not have many workers")
    # Samplers begin where the stopped run was; Lightning cannot know.
    warnings.filterwarnings("ignore", "You're resuming from a checkpoint that ended before")
    warnings.filterwarnings("ignore", "Checkpoint directory .* exists and is not empty")
    # The teacher's modules: they see in evaluation mode on purpose.
    warnings.filterwarnings("ignore", r".*module\(s\) in eval mode at the start of training")


def build_pretrainer(out: Path, between: int) -> tuple[pl.Trainer, Path]:
    """A trainer of a backbone alone, and the checkpoint from which a stopped run goes on.

    Args:
        out: file of the weights; the checkpoint lies beside it while the training runs.
        between: steps between two checkpoints.
    """
    _quieten()
    last = out.with_name(f"{out.name}.partial.ckpt")
    terminal = get_console().is_terminal
    trainer = pl.Trainer(
        max_epochs=1,
        logger=False,
        callbacks=[
            LastState(last, between),
            TermLines(),
            *([RichProgressBar(leave=False)] if terminal else []),
        ],
        enable_progress_bar=terminal,
        enable_model_summary=False,
        plugins=[WholeFiles()],
    )  # fmt: skip
    return trainer, last


def leave_processes() -> None:
    """Forget the processes a trainer started, so that a sweep's next job starts its own.

    Lightning leaves their group and its address in place; a second trainer would wait in it.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    for variable in ("LOCAL_RANK", "NODE_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        os.environ.pop(variable, None)
