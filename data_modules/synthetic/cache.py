"""Renders a world once, into a folder of pictures and a manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import cv2

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.parameters import BP4D_AUS, OCCURRENCE, FaceParameters
from data_modules.synthetic.renderer import render
from data_modules.synthetic.worlds import sample

_REQUEST = "request.json"


def fingerprint() -> str:
    """Twelve hexadecimal digits that change whenever this package's source does."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def render_manifest(
    folder: Path,
    world: str,
    people: int,
    frames: int,
    size: int,
    seed: int,
    workers: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Render people x frames faces and list them; what is there already is not rendered again.

    Args:
        folder: where the pictures (`faces/`) and `manifest.csv` go; made if missing.
        world: a world of `sample`.
        people: number of people.
        frames: frames of each person.
        size: side of the pictures in pixels.
        seed: seed of the world.
        workers: processes; 0 renders in this process. The bytes do not depend on it. Outside of
            Linux they are spawned, so a script needs its `__main__` guard.
        progress: called with (faces done, faces in all).

    Returns:
        The manifest's path. Columns: path (relative, posix), subject, the twelve action units
        (0 or 1), intensity of every action unit, and how each picture was taken.

    Raises:
        ValueError: the folder holds a rendering of something else, or of another version.
    """
    manifest = folder / "manifest.csv"
    _claim(
        folder,
        {
            "world": world,
            "people": people,
            "frames": frames,
            "size": size,
            "seed": seed,
            "renderer": fingerprint(),
        },
    )
    if manifest.exists():
        return manifest
    total = people * frames
    done = 0
    for count in _render_people(folder, world, people, frames, size, seed, workers):
        done += count
        if progress is not None:
            progress(done, total)
    partial = _partial(manifest)
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = None
        for subject in range(people):
            for frame in range(frames):
                row = _row(world, subject, frame, seed)
                if writer is None:
                    writer = csv.DictWriter(file, list(row), lineterminator="\n")
                    writer.writeheader()
                writer.writerow(row)
    os.replace(partial, manifest)
    return manifest


def _claim(folder: Path, request: dict[str, object]) -> None:
    """Note what the folder is for, or refuse it when it is for something else."""
    note = folder / _REQUEST
    text = json.dumps(request, sort_keys=True)
    if note.exists():
        found = note.read_text(encoding="utf-8")
        if found != text:
            raise ValueError(f"{folder} holds another rendering: {found}, asked for {text}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = _partial(note)
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, note)


def _render_people(
    folder: Path, world: str, people: int, frames: int, size: int, seed: int, workers: int
) -> Iterator[int]:
    settings = [repeat(value) for value in (folder, world, frames, size, seed)]
    if workers == 0:
        yield from map(_render_person, range(people), *settings)
        return
    cv2.setNumThreads(1)  # its threads would not survive a fork
    render(FaceParameters(), 16)  # compiles once, so that the workers find the machine code
    # A spawned process imports the whole main program again: a trainer's takes longer than this.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        chunk = max(1, min(16, people // (4 * workers)))
        yield from pool.map(_render_person, range(people), *settings, chunksize=chunk)


def _render_person(
    subject: int, folder: Path, world: str, frames: int, size: int, seed: int
) -> int:
    for frame in range(frames):
        path = folder / _path(world, subject, frame, seed)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = render(sample(world, subject, frame, seed), size)
        done, code = cv2.imencode(".png", picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 4])
        if not done:
            raise RuntimeError(f"the PNG encoder refused {path}")
        partial = _partial(path)
        partial.write_bytes(code.tobytes())
        os.replace(partial, path)
    return frames


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _subject(world: str, subject: int, seed: int) -> str:
    return f"{world}-{seed}-p{subject:03d}"


def _path(world: str, subject: int, frame: int, seed: int) -> str:
    return f"faces/{_subject(world, subject, seed)}/{frame:04d}.png"


def _row(world: str, subject: int, frame: int, seed: int) -> dict[str, object]:
    face = sample(world, subject, frame, seed)
    row: dict[str, object] = {
        "path": _path(world, subject, frame, seed),
        "subject": _subject(world, subject, seed),
    }
    for name in BP4D_AUS:
        row[name] = int(face.action_units.get(name, 0.0) >= OCCURRENCE)
    for name in ACTION_UNITS:
        row[f"intensity_{name}"] = face.action_units.get(name, 0.0)
    for group in ("pose", "light", "quality"):
        for key, value in asdict(getattr(face, group)).items():
            if isinstance(value, tuple):
                for channel, part in zip("rgb", value, strict=True):
                    row[f"{group}_{key}_{channel}"] = part
            else:
                row[f"{group}_{key}"] = value
    return row
