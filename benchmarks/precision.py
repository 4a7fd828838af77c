"""What do bfloat16 and the memory layout bring? A backbone's training step, four ways in turns.

    python benchmarks/precision.py [BACKBONE:SIZE:FACES ...] [--seconds 15]

Printed are the medians of float32's seconds with channels last, and how many times as fast the
others are. What `trainer.precision=auto` does is known from here (`au_cotrain/precision.py`).
"""

import argparse
import time
from statistics import median

import torch

from au_cotrain.precision import gains
from au_cotrain.views import Encoder

BACKBONES = [
    "resnet34:224:10", "resnet18:96:32", "resnet50:224:10", "regnety_008:224:10",
    "resnext50_32x4d:224:10", "densenet121:224:10", "vit_tiny_patch16_224:224:10",
    "convnext_tiny:224:10", "efficientnet_b0:224:10", "tf_efficientnet_lite0:96:48",
    "mobilenetv3_large_100:96:32", "test_resnet:64:48", "test_efficientnet:64:48",
]  # fmt: skip
WAYS = {
    "float32": (True, False),
    "float32, contiguous": (False, False),
    "bfloat16": (True, True),
    "bfloat16, contiguous": (False, True),
}
FIRST = 2


class Training:
    """A backbone that learns to give zeros."""

    def __init__(self, name: str, size: int, last: bool, reduced: bool) -> None:
        self.encoder = Encoder(name, size, channels_last=last)
        self.optimizer = torch.optim.AdamW(self.encoder.parameters())
        self.autocast = torch.autocast("cpu", torch.bfloat16, enabled=reduced)

    def step(self, images: torch.Tensor) -> float:
        """Seconds of a step."""
        started = time.perf_counter()
        self.optimizer.zero_grad()
        with self.autocast:
            features = self.encoder(images)
        features.float().square().mean().backward()
        self.optimizer.step()
        return time.perf_counter() - started


def measure(name: str, size: int, faces: int, seconds: float) -> str:
    """A line of the table."""
    images = torch.randint(0, 256, (faces, 3, size, size), dtype=torch.uint8)
    trainings = {way: Training(name, size, *how) for way, how in WAYS.items()}
    spent: dict[str, list[float]] = {way: [] for way in WAYS}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(spent["float32"]) < FIRST + 3:
        for way, training in trainings.items():
            spent[way].append(training.step(images))
    medians = {way: median(each[FIRST:]) for way, each in spent.items()}
    others = [f"{way} {medians['float32'] / medians[way]:.2f}" for way in list(WAYS)[1:]]
    auto = "bfloat16" if gains(trainings["float32"].encoder, "cpu") else "float32"
    own = f"{name:<24}{size:>4} px {faces:>3} faces {medians['float32']:.3f} s"
    return "  ".join([own, *others, f"auto: {auto}"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backbones", nargs="*", default=BACKBONES, metavar="BACKBONE:SIZE:FACES")
    parser.add_argument("--seconds", type=float, default=15)
    asked = parser.parse_args()
    for backbone in asked.backbones:
        name, size, faces = backbone.split(":")
        print(measure(name, int(size), int(faces), asked.seconds), flush=True)


if __name__ == "__main__":
    main()
