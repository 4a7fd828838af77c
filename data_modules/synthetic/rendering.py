"""Renders many faces of a world: pictures, or shards of them, and the manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from data_modules.errors import DataError
from data_modules.shard import import_webdataset, open_shard
from data_modules.synthetic.parameters import FaceParameters
from data_modules.synthetic.record import occurrences, to_row
from data_modules.synthetic.renderer import render
from data_modules.synthetic.world import World

Row = dict[str, object]
_REQUEST = "request.json"
_IN_FOLDER, _IN_SHARD = 1000, 1000
_AT_ONCE = 50  # faces a worker renders between two reports


def fingerprint() -> str:
    """Twelve hexadecimal digits that change whenever this package does."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted([*package.glob("*.py"), *package.glob("worlds/*.yaml")]):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class _Job:
    folder: Path
    world: World
    count: int
    frames: int
    size: int
    seed: int

    def face(self, number: int) -> FaceParameters:
        return self.world.sample(*divmod(number, self.frames), self.seed)

    def subject(self, number: int) -> str:
        return f"{self.world.origin}-{self.seed}-p{number // self.frames:06d}"

    def row(self, path: str, number: int, face: FaceParameters) -> Row:
        """A line of the manifest."""
        return {
            "path": path, "subject": self.subject(number), **occurrences(face), **to_row(face)
        }  # fmt: skip


def render_manifest(
    folder: Path,
    world: World,
    count: int,
    size: int,
    seed: int,
    frames: int | None = None,
    workers: int = 0,
    shards: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Render faces and list them; what is there already is not rendered again.

    Args:
        folder: where the pictures (`faces/`) and `manifest.csv` go; made if missing.
        world: what faces are drawn from.
        count: number of faces.
        size: side of the pictures in pixels, 16 or more.
        seed: seed of the world.
        frames: faces of each person; the world's own number if None.
        workers: processes; 0 renders in this process. The bytes do not depend on it. Outside of
            Linux they are spawned, so a script needs its `__main__` guard.
        shards: put the pictures into tar files of 1000, `shards/000000.tar`, as webdataset reads
            them: `key.png` with its row of the manifest as `key.json`.
        progress: called with (faces done, faces in all).

    Returns:
        The manifest's path. Columns: path (relative, posix; within shards the shard's path and the
        member's name), subject, every action unit (0 or 1), and all parameters, see `record`.

    Raises:
        DataError: the folder holds something else, or a rendering by another version; or shards
            are asked for and webdataset is not installed.
        OSError: the folder cannot be written.
    """
    job = _Job(folder, world, count, frames or world.frames, size, seed)
    if shards:
        import_webdataset()
    _claim(job, shards)
    manifest = folder / "manifest.csv"
    if manifest.exists():
        return manifest
    piece = _IN_SHARD if shards else _AT_ONCE
    pieces = [range(start, min(start + piece, count)) for start in range(0, count, piece)]
    done = 0
    partial = _partial(manifest)
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for rows in _in_order(_write_shard if shards else _write_pictures, job, pieces, workers):
            if not done:
                writer.writerow(rows[0])
            writer.writerows(row.values() for row in rows)
            done += len(rows)
            if progress is not None:
                progress(done, count)
    os.replace(partial, manifest)
    return manifest


def _claim(job: _Job, shards: bool) -> None:
    """Note what the folder is for, or refuse it when it is for something else."""
    note = job.folder / _REQUEST
    request = {
        "world": job.world.name, "law": json.loads(job.world.law), "count": job.count,
        "frames": job.frames, "size": job.size, "seed": job.seed, "shards": shards,
        "renderer": fingerprint(),
    }  # fmt: skip
    text = json.dumps(request, sort_keys=True, indent=1)
    # Two trainings may claim one folder at once: so this looks before the note, which comes first.
    strange = job.folder.is_dir() and any(
        _REQUEST not in file.name for file in job.folder.iterdir()
    )
    if not note.exists():
        if strange:
            raise DataError(f"{job.folder}: not empty; give a new folder")
        job.folder.mkdir(parents=True, exist_ok=True)
        partial = _partial(note)
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, note)
    elif note.read_text(encoding="utf-8") != text:
        raise DataError(f"{job.folder}: holds another rendering (see {note}); give an empty folder")


def _in_order(
    write: Callable[[_Job, range], list[Row]], job: _Job, pieces: list[range], workers: int
) -> Iterator[list[Row]]:
    if workers == 0:
        yield from (write(job, piece) for piece in pieces)
        return
    cv2.setNumThreads(1)  # its threads would not survive a fork
    render(FaceParameters(), 16)  # compiles once, so that the workers find the machine code
    # A spawned process imports the whole main program again: a trainer's takes longer than this.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = iter(pieces)
        running = [pool.submit(write, job, piece) for piece in islice(waiting, 4 * workers)]
        try:
            while running:  # a window over the pieces, so that memory stays flat
                yield running.pop(0).result()
                running.extend(pool.submit(write, job, piece) for piece in islice(waiting, 1))
        finally:
            for future in running:
                future.cancel()


def _write_pictures(job: _Job, piece: range) -> list[Row]:
    rows = []
    for number in piece:
        name = f"faces/{number // _IN_FOLDER:04d}/{number:07d}.png"
        face, path = job.face(number), job.folder / name
        rows.append(job.row(name, number, face))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = _partial(path)
            partial.write_bytes(_png(render(face, job.size)))
            os.replace(partial, path)
    return rows


def _write_shard(job: _Job, piece: range) -> list[Row]:
    name = f"shards/{piece.start // _IN_SHARD:06d}.tar"
    path = job.folder / name
    faces = [(f"{number:07d}", number, job.face(number)) for number in piece]
    rows = [job.row(f"{name}/{key}.png", number, face) for key, number, face in faces]
    if path.exists():
        return rows
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    with partial.open("wb") as file, open_shard(file) as shard:
        for (key, _, face), row in zip(faces, rows, strict=True):
            picture = _png(render(face, job.size))
            shard.write({"__key__": key, "png": picture, "json": json.dumps(row).encode()})
    os.replace(partial, path)
    return rows


_QUICK = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FAST_FILTERS),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),  # noise has no longer repeats
]


def _png(picture: NDArray[np.uint8]) -> bytes:
    done, code = cv2.imencode(".png", picture[..., ::-1], _QUICK)
    if not done:
        raise RuntimeError("the PNG encoder refused a picture")
    return bytes(code)


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")
