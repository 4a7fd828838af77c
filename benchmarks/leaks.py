"""Does memory grow? Many predict calls, and many short trainings, in one process.

    python benchmarks/leaks.py [--calls 2000] [--fits 20]

A call scores a rendered photograph, read from its file (`predict`, its crop given); a training is
train.py, of 10 steps, its data sets, validation and
export included. Printed is the memory in use (resident, in MB) at ten times of each; what a process
keeps for good (thread pools, caches) is there by the third.
"""

import argparse
import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytorch_lightning as pl
from PIL import Image
from watched_run import run_watched

from au_cotrain import load_predictor
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from data_modules.synthetic import load_world, render_manifest

TIMES = 10
SMALL = [
    "data.people.labeled=4", "data.people.val=2", "data.people.unlabeled=200",
    "data.people.test=8", "data.steps_per_epoch=5", "trainer.max_epochs=2",
]  # fmt: skip


def grown(name: str, times: int, work: Callable[[], object]) -> None:
    """Do some work many times; print the memory in use."""
    used = []
    for number in range(1, times + 1):
        work()
        if number % max(1, times // TIMES) == 0:
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            used.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
    growth = used[-1] - used[min(2, len(used) - 1)]
    print(f"{times} {name}: {' '.join(f'{mb:.0f}' for mb in used)}; grown by {growth:+.0f} MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--fits", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = render_manifest(folder / "faces", load_world("web"), 1, 256, seed=0)
        face = folder / "face.jpg"
        Image.open(next(table.parent.rglob("*.png"))).convert("RGB").save(face)
        card = PredictorCard(
            aus=["AU06", "AU12"], backbones=["test_resnet", "test_efficientnet"], feature_dim=64,
            image_size=64, scaled_size=69, temperatures=[1.0] * 2, thresholds=[0.5] * 2,
            alignment="as drawn", provenance={}, metrics={},
        )  # fmt: skip
        for onnx in (True, False):
            write_predictor(folder / "predictor", card, PredictorNetwork(card).eval(), onnx)
            predictor = load_predictor(folder / "predictor")
            engine = "ONNX Runtime" if onnx else "torch"
            grown(
                f"calls by {engine}", asked.calls, lambda p=predictor: p.predict(face, crops=True)
            )
    grown("trainings", asked.fits, lambda: run_watched(SMALL, pl.Callback()))


if __name__ == "__main__":
    main()
