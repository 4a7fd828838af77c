"""From a plan to a manifest and its crops; a stopped preparation goes on where it was."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import pandas as pd

from data_modules.alignment import Alignment
from data_modules.landmarker import find_model, import_mediapipe
from data_modules.preparation.claim import (
    REQUEST,
    WORKING,
    check_request,
    locked,
    note_request,
    read_request,
    requested,
)
from data_modules.preparation.crew import cut_all
from data_modules.preparation.crop_name import crop_names
from data_modules.preparation.footage import container_of
from data_modules.preparation.listing import Prepared, read_listing, write_listing
from data_modules.preparation.plan import Plan
from data_modules.preparation.segment import Cutting, shots_of
from data_modules.prepared_set import MANIFEST
from data_modules.shard import import_webdataset
from data_modules.video import import_av


def prepare(
    plan: Plan,
    root: Path,
    out: Path,
    alignment: Alignment,
    model: Path | None = None,
    shards: bool = False,
    workers: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Prepared:
    """Cut the faces of a plan out, and list them; what is there already is not cut again.

    Args:
        plan: what to cut.
        root: the data set's folder.
        out: folder for ``manifest.parquet``, ``left_out.csv`` and ``crops/`` or ``shards/``.
        alignment: how faces are cut out.
        model: the landmarker's file, see ``landmarker.find_model``.
        shards: write tars of 1000 rows of the plan, ``shards/000000.tar``, as webdataset reads
            them: ``KEY.jpg`` with its row of the manifest as ``KEY.json``; KEY is the row's number
            in the plan.
        workers: processes; 0 cuts in this one. The bytes do not depend on it. They are spawned, so
            a script needs its ``__main__`` guard.
        progress: called with (faces done, faces in all).

    Returns:
        What came of it. The manifest's columns: path (posix, relative to OUT), subject, task,
        frame, source, and the plan's AUs and intensities.

    Raises:
        DataError: the folder holds something else, is in use, or the data set has changed since;
            the landmarker or a library is missing; a worker was killed.
        OSError: the folder cannot be written.
    """
    request = requested(plan, alignment.parameters(), shards)
    there = read_request(out)
    if there is not None:
        check_request(out, there, request)
        if (out / MANIFEST).is_file() and not (out / WORKING).exists():
            return read_listing(out, already=True)
    _check_libraries(plan, alignment, model, shards)
    with locked(out):
        if not (out / REQUEST).exists():
            note_request(out, request)
        cutting = Cutting(root, out, shards)
        faces = _with_paths(plan.faces, root, shards)
        segments = range(0, -(-len(faces) // cutting.segment_size))
        todo = [number for number in segments if _reasons(cutting, faces, number) is None]
        before = len(faces) - sum(len(_rows(cutting, faces, number)) for number in todo)

        def report(done: int) -> None:
            if progress is not None:
                progress(before + done, len(faces))

        report(0)
        began = time.monotonic()
        if todo:
            parts = _parts(cutting, faces, todo, workers)
            crew = min(workers, len(parts))
            cut_all(
                cutting,
                (pd.concat([_rows(cutting, faces, number) for number in part]) for part in parts),
                alignment, model, crew, report,
            )  # fmt: skip
        seconds = time.monotonic() - began
        reasons: list[str | None] = []
        for number in segments:
            reasons += _reasons(cutting, faces, number) or []
        write_listing(plan, out, faces, reasons, request["alignment"])
        shutil.rmtree(out / WORKING)
    return replace(read_listing(out, already=False), cut=len(faces) - before, seconds=seconds)


def _check_libraries(plan: Plan, alignment: Alignment, model: Path | None, shards: bool) -> None:
    """Say what is missing before anything is read."""
    aligned = alignment.method != "none"
    if aligned:
        find_model(model)
    for needed, name, load in (
        (aligned, "mediapipe", import_mediapipe),
        (shards, "webdataset", import_webdataset),
        (plan.faces["place"].notna().any(), "av", import_av),
    ):
        if needed and find_spec(name) is None:  # they take seconds to load: only to complain
            load()


def _with_paths(faces: pd.DataFrame, root: Path, shards: bool) -> pd.DataFrame:
    """The manifest's columns, and place."""
    if shards:
        paths = [f"shards/{row // 1000:06d}.tar/{row:08d}.jpg" for row in range(len(faces))]
    else:
        frames = [None if pd.isna(frame) else int(frame) for frame in faces["frame"]]
        paths = [f"crops/{name}" for name in crop_names(root, shots_of(faces), frames)]
    first = ["subject", "task", "frame", "source", "place"]
    codes = [column for column in faces.columns if column not in first]
    table = faces[first + codes].reset_index(drop=True)
    table.insert(0, "path", pd.Series(paths, dtype="string"))
    return table


def _rows(cutting: Cutting, faces: pd.DataFrame, segment: int) -> pd.DataFrame:
    return faces.iloc[segment * cutting.segment_size : (segment + 1) * cutting.segment_size]


def _reasons(cutting: Cutting, faces: pd.DataFrame, segment: int) -> list[str | None] | None:
    return cutting.reasons(segment, list(_rows(cutting, faces, segment)["path"]))


def _parts(cutting: Cutting, faces: pd.DataFrame, todo: list[int], workers: int) -> list[list[int]]:
    """Segments that one process should cut in one go, since they lie in one video or tar.

    A video longer than a worker's share is cut by several, who decode what is before their parts.
    """
    longest = -(-len(todo) // max(1, workers))

    def container(segment: int) -> tuple[str, object]:
        first = shots_of(faces.iloc[segment * cutting.segment_size :][:1])[0]
        found = container_of(cutting.root, first)
        return found.kind, found.file or segment

    parts = []
    for _, together in groupby(todo, container):
        segments = list(together)
        parts += [segments[start : start + longest] for start in range(0, len(segments), longest)]
    return parts
