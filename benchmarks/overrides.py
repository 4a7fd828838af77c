"""Do mixed precision, the memory layout and compiled kernels learn the same, and how fast?

    python benchmarks/overrides.py [--steps 24] [setting=value ...]

Runs `train.py` with these settings in float32, and again with one override each. Printed are the
largest difference of the loss, step by step, as a part of its size, and float32's median seconds a
step over the override's (the first five steps, in which kernels are compiled, do not count).
"""

import argparse
import time
from statistics import median
from typing import Any

import numpy as np
import pytorch_lightning as pl
from watched_run import run_watched, wait_for

OVERRIDES = (
    "trainer.precision=32-true",
    "trainer.precision=bf16-mixed",
    "model.channels_last=false",
    "model.compile=true",
)
FIRST = 5


class Steps(pl.Callback):
    """The loss and the seconds of each step."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.ends: list[float] = []

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401 - Lightning's signature
        batch: dict[str, Any],
        batch_idx: int,
    ) -> None:
        """Note them."""
        wait_for(pl_module.device)
        self.ends.append(time.perf_counter())
        self.losses.append(float(outputs["loss"]))

    @property
    def seconds(self) -> float:
        """Median of a step, the first ones left out."""
        return median(np.diff(self.ends)[FIRST:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("settings", nargs="*")
    asked = parser.parse_args()
    lines, plain = [], Steps()
    for override in OVERRIDES:
        steps = Steps() if lines else plain
        whole = [f"data.steps_per_epoch={asked.steps}", "trainer.max_epochs=1"]
        run_watched([*whole, OVERRIDES[0], *asked.settings, override], steps)
        apart = np.abs(np.array(steps.losses) / np.array(plain.losses) - 1).max()
        speed = plain.seconds / steps.seconds
        lines.append(f"{override:<30} loss within {apart:.1e}, {speed:.2f} times as fast")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
