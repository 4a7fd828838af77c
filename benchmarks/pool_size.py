"""Does a pool's size cost anything? A pool of a million faces against one of a thousand.

    python benchmarks/pool_size.py [--faces 1000000] [--kind table|shards|folder] [--batches 300]

A rendered face's JPEG is in every place of tar files of 10,000 members (hard links of one tar),
which a Parquet table lists; with `--kind shards` the pool is the folder of tars, with `--kind
folder` a folder of links. Printed for each size, measured in a process of its own: seconds until
the data module is set up, seconds until the first batch is there, faces a second after it, and peak
memory before, and at each of the three.
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from data_modules.faces import Faces
from data_modules.synthetic import load_world, render_manifest

PER_TAR = 10_000


def build(folder: Path, faces: int, kind: str) -> Path:
    """A pool, as data.unlabeled takes it."""
    jpeg = folder / "face.jpg"
    per_tar = min(PER_TAR, faces)
    pool = folder / f"pool{faces}"
    pool.mkdir()
    paths = []
    if kind == "folder":
        for number in range(faces):
            if number % PER_TAR == 0:
                source, below = pool / f"{number:07}", pool / f"{number:07}"
                below.mkdir()
                (below / "first.jpg").write_bytes(jpeg.read_bytes())
            else:
                os.link(source / "first.jpg", below / f"{number:07}.jpg")
        return pool
    tar = folder / f"{per_tar}.tar"
    if not tar.exists():
        with tarfile.open(tar, "w") as file:
            for number in range(per_tar):
                member = tarfile.TarInfo(f"{number:08}.jpg")
                member.size = jpeg.stat().st_size
                file.addfile(member, io.BytesIO(jpeg.read_bytes()))
    for number in range(faces // per_tar):
        os.link(tar, pool / f"{number:06}.tar")
        paths += [f"pool{faces}/{number:06}.tar/{member:08}.jpg" for member in range(per_tar)]
    if kind == "shards":
        return pool
    pq.write_table(pa.table({"path": paths}), folder / f"pool{faces}.parquet")
    return folder / f"pool{faces}.parquet"


def measure(labeled: Path, val: Path, pool: Path, batches: int) -> str:
    """What the data module needs, in this process."""

    def megabytes() -> str:
        peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
        return f"{int(peak) / 1024:,.0f} MB"

    before = megabytes()
    started = time.perf_counter()
    data = Faces(
        labeled, val, unlabeled=pool, size=96, labeled_per_batch=16, unlabeled_per_batch=48,
        steps_per_epoch=batches,
    )  # fmt: skip
    data.setup()
    ready, at_ready = time.perf_counter() - started, megabytes()
    loader = iter(data.train_dataloader())
    next(loader)
    first, at_first = time.perf_counter() - started, megabytes()
    seen = sum(len(batch["images"]) for batch in loader)
    speed = seen / (time.perf_counter() - started - first)
    return (
        f"{len(data.pool or ()):>9,} faces: set up {ready:6.1f} s, first batch {first:6.1f} s, "
        f"{speed:6.0f} faces/s; {before}, {at_ready}, {at_first}, {megabytes()}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=("table", "shards", "folder"), default="table")
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--measure", nargs=3, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(measure(*asked.measure, asked.batches))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = [
            render_manifest(folder / split, load_world("lab"), 64, 103, seed=seed, frames=4)
            for seed, split in enumerate(("labeled", "val"))
        ]
        face = next((folder / "labeled").rglob("*.png"))
        Image.open(face).convert("RGB").save(folder / "face.jpg", quality=92)
        for faces in (1000, asked.faces):
            pool = build(folder, faces, asked.kind)
            command = [sys.executable, __file__, "--batches", str(asked.batches), "--measure"]
            subprocess.run([*command, *map(str, tables), str(pool)], check=True)


if __name__ == "__main__":
    main()
