"""How fast do faces come? What bare decoding takes over what a batch takes, on one core.

    python benchmarks/input_speed.py [--faces 320] [--size 224] [--quality 92]
        [--photographs FOLDER]

Rendered faces, which are smooth and quickly decoded, or the middle squares of photographs, are
written as JPEGs of 15/14 of the size. Batch by batch, their files are decoded
alone (Pillow, to RGB pixels), and read as in training: decoded, augmented, brought together. A line
per augmentation; with a teacher each face is decoded once and looked at twice.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pyarrow as pa
from PIL import Image

from data_modules import transforms
from data_modules.dataset import FaceDataset
from data_modules.manifest import Manifest
from data_modules.picture import read_picture
from data_modules.pool import find_pictures
from data_modules.synthetic import load_world, render_manifest

BATCH = 32


def rendered(folder: Path, faces: int, side: int) -> list[str]:
    """Pictures of rendered faces."""
    table = render_manifest(folder / "rendered", load_world("web"), faces, side, seed=0)
    return sorted(map(str, table.parent.rglob("*.png")))


def jpegs(folder: Path, pictures: list[str], side: int, quality: int) -> list[str]:
    """Paths of pictures, written anew as JPEGs."""
    paths = [str(folder / f"{number:05}.jpg") for number in range(len(pictures))]
    for picture, path in zip(pictures, paths, strict=True):
        Image.fromarray(read_picture(picture, side)).save(path, quality=quality)
    return paths


def decode(paths: list[str]) -> None:
    """Decode files and do nothing with them."""
    for path in paths:
        with Image.open(path) as image:
            np.asarray(image.convert("RGB"))


def ratio(
    paths: list[str], size: int, look: str | None, teacher: str | None
) -> tuple[float, float]:
    """Medians over batches: decoding's time over a batch's, and a batch's seconds a face."""
    manifest = Manifest(
        Path("faces.csv"), pa.array(paths), pa.array([""] * len(paths)), ("AU12",),
        np.zeros((len(paths), 1), np.int8), np.arange(len(paths)),
    )  # fmt: skip
    looks = [None if name is None else transforms.training(size, name) for name in (look, teacher)]
    dataset = FaceDataset([manifest], size, round(size * 15 / 14), *looks)
    ratios, seconds = [], []
    for start in range(0, len(paths), BATCH):
        begun = time.perf_counter()
        decode(paths[start : start + BATCH])
        decoded = time.perf_counter()
        dataset[[(face, face) for face in range(start, min(start + BATCH, len(paths)))]]
        seconds.append((time.perf_counter() - decoded) / BATCH)
        ratios.append((decoded - begun) / (seconds[-1] * BATCH))
    return median(ratios[1:]), median(seconds[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=320)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--quality", type=int, default=92)
    parser.add_argument("--photographs", type=Path)
    asked = parser.parse_args()
    side = round(asked.size * 15 / 14)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        pictures = (
            find_pictures(asked.photographs)[: asked.faces]
            if asked.photographs
            else rendered(Path(folder), asked.faces, side)
        )
        paths = jpegs(Path(folder), pictures, side, asked.quality)
        print(f"{sum(map(os.path.getsize, paths)) / len(paths) / 1000:.1f} kB a face")
        for look, teacher in (
            (None, None), ("paper", None), ("standard", None), ("strong", None),
            ("standard", "paper"), ("strong", "paper"),
        ):  # fmt: skip
            part, seconds = ratio(paths, asked.size, look, teacher)
            name = f"{look or 'none'}{f' and {teacher} for a teacher' if teacher else ''}"
            print(f"{name:<34} {part:.2f} of bare decoding, {1 / seconds:,.0f} faces a second")


if __name__ == "__main__":
    main()
