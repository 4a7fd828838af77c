"""How fast is training? Ratios of things that one run did in turns, step by step.

    python benchmarks/train_speed.py [--turns 6] [setting=value ...]

Runs `train.py` itself with these settings. After every 16 of its steps the same batches, already in
memory, are learned from by other loops:

bare: the same two networks (the teacher too, where there is one), terms of the loss and optimizer
in plain PyTorch, with the same precision and memory format; fed: the same, reading its batches.

reference: two backbones as the paper's release has them, float32, contiguous, Adam, on the same
loss without a teacher.

Printed are the medians over such turns of each loop's seconds a step, and of the ratios turn by
turn: steps a second of train.py over those of another loop. Of a turn of train.py the first steps
do not count, for which batches were read ahead while the others learned. Other work on the machine
slows all alike, but run it on an idle one.
"""

import argparse
import copy
import itertools
import time
from statistics import median
from typing import Any

import pytorch_lightning as pl
import torch
from watched_run import run_watched, wait_for

from au_cotrain.losses import UNKNOWN, co_regularization_loss, multi_view_loss, recognition_loss
from au_cotrain.network import CoTrainingNetwork
from au_cotrain.task import CoTraining
from au_cotrain.teacher import Teacher
from au_cotrain.views import fuse

TURN = 16
READ_AHEAD = 6
LOOPS = ("train.py", "bare", "fed", "reference")


class Loop:
    """A plain training loop over a network of two views."""

    def __init__(self, task: CoTraining, network: CoTrainingNetwork, taught: bool) -> None:
        self.weight: Any = task.hparams
        self.network = network.train()
        self.teacher = Teacher(network, self.weight.teacher_decay) if taught else None
        self.pseudo_labels = copy.deepcopy(task.pseudo_labels) if taught else None
        self.shares = task.shares
        self.autocast = _autocast(task)
        self.steps = 0

    def step(self, batch: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
        """Learn from a batch."""
        labels, weight = batch["labels"], self.weight
        optimizer.zero_grad()
        with self.autocast:
            if self.teacher is not None:
                told = fuse(*self.teacher(batch["teacher_images"]).logits)
            views = self.network(batch["images"], batch.get("images_2"))
        loss = 0.5 * sum(recognition_loss(z, labels, self.shares) for z in views.logits)
        if weight.lambda_mv:
            loss = loss + weight.lambda_mv * multi_view_loss(*views.classifiers)
        if weight.lambda_cr:
            loss = loss + weight.lambda_cr * co_regularization_loss(*views.logits)
        if self.pseudo_labels is not None:
            unknown = labels == UNKNOWN
            self.pseudo_labels.observe(labels, told[unknown.all(1)])
            for logits in views.logits:
                loss = loss + 0.5 * self.pseudo_labels(logits, told, unknown)
        loss.backward()
        optimizer.step()
        self.steps += 1
        if self.teacher is not None:
            self.teacher.follow(self.network, self.steps)


class Turns(pl.Callback):
    """After each turn of the trainer, one of every other loop; the clock of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {name: [] for name in LOOPS}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Build the other loops."""
        assert isinstance(pl_module, CoTraining)
        weight: Any = pl_module.hparams
        same = copy.deepcopy(pl_module.network)
        plain = copy.deepcopy(pl_module.network).to(memory_format=torch.contiguous_format)
        for encoder in plain.encoders:
            encoder.layout = torch.contiguous_format
        bare = Loop(pl_module, same, pl_module.teacher is not None)
        reference = Loop(pl_module, plain, False)
        reference.autocast = torch.autocast("cpu", enabled=False)
        self.loops = {
            "bare": (
                bare,
                torch.optim.AdamW(same.parameters(), lr=1e-3, weight_decay=weight.weight_decay),
            ),
            "reference": (reference, torch.optim.Adam(plain.parameters(), lr=1e-3)),
        }
        self.loops["fed"] = self.loops["bare"]
        self.loader = iter(trainer.datamodule.train_dataloader())  # type: ignore[attr-defined]
        self.batches: list[dict[str, Any]] = []
        self.resumed = time.perf_counter()

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401 - Lightning's signature
        batch: dict[str, Any],
        batch_idx: int,
    ) -> None:
        """Let the others learn from the same batches, when it is their turn."""
        self.batches.append(batch)
        if len(self.batches) == READ_AHEAD:
            wait_for(pl_module.device)
            self.resumed = time.perf_counter()
        if len(self.batches) < TURN:
            return
        wait_for(pl_module.device)
        counted = self.batches[READ_AHEAD:]
        self.seconds["train.py"].append((time.perf_counter() - self.resumed) / len(counted))
        for name in LOOPS[1:]:
            loop, optimizer = self.loops[name]
            faces = itertools.islice(self.loader, len(counted)) if name == "fed" else counted
            started = time.perf_counter()
            for each in faces:
                loop.step(each, optimizer)
            wait_for(pl_module.device)
            self.seconds[name].append((time.perf_counter() - started) / len(counted))
        self.batches = []


def _autocast(task: CoTraining) -> torch.autocast:
    reduced = "bf16" in str(task.trainer.precision)
    return torch.autocast(task.device.type, torch.bfloat16, enabled=reduced)


def measured(settings: list[str], turns: int) -> dict[str, list[float]]:
    """Seconds a step of each loop, turn by turn, after a first turn that does not count."""
    clocks = Turns()
    steps = f"data.steps_per_epoch={(turns + 1) * TURN}"
    run_watched([steps, *settings, "trainer.max_epochs=1"], clocks)
    return {name: seconds[1:] for name, seconds in clocks.seconds.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("settings", nargs="*")
    asked = parser.parse_args()
    seconds = measured(asked.settings, asked.turns)
    for name, each in seconds.items():
        ratios = [own / other for own, other in zip(each, seconds["train.py"], strict=True)]
        print(
            f"{name:<10} {median(each):.4f} s/step (least {min(each):.4f})   "
            f"train.py's steps a second over its: {median(ratios):.3f}"
        )


if __name__ == "__main__":
    main()
