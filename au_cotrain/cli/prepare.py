"""``au-cotrain prepare``: a data set as distributed becomes a manifest and crops."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from au_cotrain.cli.verb import Verbs
from data_modules.errors import DataError
from data_modules.prepared_set import LEFT_OUT, SETS

if TYPE_CHECKING:
    from data_modules.preparation.listing import Prepared
    from data_modules.preparation.plan import Plan

_ONLY = {"camera": "disfa", "labels": "emotionet"}  # option → the set that knows it
_STOPPED = 130  # exit status after Ctrl-C, as shells have it


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "prepare", help="cut and list the faces of a data set as distributed",
        description="Find a data set's labels and pictures, cut the faces out and list them in "
        "OUT/manifest.parquet. A stopped run goes on where it was.",
    )  # fmt: skip
    verb.add_argument("dataset", choices=SETS, metavar="SET", help=", ".join(SETS))
    verb.add_argument("root", type=Path, metavar="ROOT", help="folder with what was distributed")
    verb.add_argument("out", type=Path, metavar="OUT", help="new folder, or that of a stopped run")
    way = verb.add_mutually_exclusive_group()
    way.add_argument("--align-model", type=Path, metavar="PATH", help="the landmarker's file")
    way.add_argument(
        "--no-align", action="store_true", help="take pictures whole, since they are crops already"
    )
    verb.add_argument(
        "--size", type=int, default=256, help="pixels of a crop's side (default: 256)"
    )
    verb.add_argument("--workers", type=int, help="processes (default: one a core)")
    verb.add_argument("--shards", action="store_true", help="tar files, as webdataset reads them")
    verb.add_argument(
        "--camera", choices=("left", "right"), help="which videos of disfa (default: left)"
    )
    verb.add_argument("--labels", choices=("hand", "machine"), help="which lists of emotionet")
    verb.set_defaults(run=prepare)


def prepare(
    dataset: str,
    root: Path,
    out: Path,
    align_model: Path | None = None,
    no_align: bool = False,
    size: int = 256,
    workers: int | None = None,
    shards: bool = False,
    **options: str | None,
) -> None:
    """Read a data set, cut its faces, and say what was assumed and left out.

    Exits with status 130 when stopped by Ctrl-C.

    Args:
        dataset: one of ``SETS``.
        root: where it lies.
        out: where manifest and crops go; a stopped run's folder to go on.
        align_model: the landmarker's file; None for the one fetched.
        no_align: take pictures whole.
        size: pixels of a side of the crops.
        workers: processes; one a core if None, 0 for none besides this one.
        shards: write tar files.
        options: ``camera`` (disfa) and ``labels`` (emotionet); None where not given.

    Raises:
        DataError: what the user can mend, one line.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if _ONLY.get(name) != dataset:
            raise DataError(f"--{name} says nothing about {dataset}; leave it away")
    for name, number, least in (("size", size, 16), ("workers", workers, 0)):
        if number is not None and number < least:
            raise DataError(f"--{name} is {number}; give {least} or more")
    try:
        _prepare(dataset, root, out, align_model, no_align, size, workers, shards, given)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        sys.exit(_STOPPED)


def _prepare(
    dataset: str,
    root: Path,
    out: Path,
    model: Path | None,
    no_align: bool,
    size: int,
    workers: int | None,
    shards: bool,
    options: dict[str, Any],
) -> None:
    import os

    from data_modules import preparation
    from data_modules.alignment import Alignment
    from data_modules.landmarker import find_model
    from data_modules.preparation.cutting import prepare
    from data_modules.progress import progress_of

    if not no_align:
        find_model(model)  # before hours of reading
    if not root.is_dir():
        raise DataError(f"{root}: no such folder; give the one with the data set")
    plan = preparation.READERS[dataset](root, out, **options)
    _tell_plan(plan)
    with progress_of("cutting faces") as progress:
        done = prepare(
            plan, root, out, Alignment(size, "none" if no_align else "similarity"), model,
            shards=shards,
            workers=(os.cpu_count() or 1) if workers is None else workers,
            progress=progress,
        )  # fmt: skip
    _tell_result(done, out)


def _tell_plan(plan: Plan) -> None:
    """Print what was found and what was assumed."""
    faces = plan.faces
    found = [f"{len(faces):,} faces"]
    for column, things in (("subject", "people"), ("task", "tasks")):
        if number := faces[column].nunique():
            found.append(f"{number:,} {things}")
    if videos := faces.loc[faces["place"].notna(), "source"].nunique():
        found.append(f"{videos:,} videos")
    print(f"{plan.dataset}: {', '.join(found)}")
    for line in plan.assumed:
        print(f"assumed: {line}")


def _tell_result(done: Prepared, out: Path) -> None:
    """Print what was written and what was left out, a line a reason."""
    from data_modules.preparation.listing import first_left_out
    from data_modules.progress import pace

    if done.already:
        print(f"{done.manifest}: finished before, nothing to do")
    if done.cut:
        print(pace(done.cut, done.seconds))
    print(f"{done.manifest}: {done.rows:,} faces")
    if done.left_out:
        print(f"left out: {sum(done.left_out.values()):,}, listed in {out / LEFT_OUT}")
        for reason, number, first in first_left_out(out):
            print(f"{number:>9,}  {reason} (first: {first})")
