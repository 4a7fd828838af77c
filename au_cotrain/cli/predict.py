"""``au-cotrain predict``: scores of the faces in pictures, videos and what a camera sees."""

import os
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from au_cotrain.cli.stop import Stopped, stoppable
from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import PredictorError, SettingError

if TYPE_CHECKING:
    from au_cotrain.cli.overlay import Overlay
    from au_cotrain.predictor.scored_frame import ScoredFrame
    from au_cotrain.predictor.scores_table import ScoresTable
    from au_cotrain.predictor.tally import Tally


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser("predict", help="score faces in pictures and videos")
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument(
        "inputs", nargs="+", metavar="input",
        help="pictures, videos, folders of them, patterns such as 'clips/**/*.mp4'; 0: the camera",
    )  # fmt: skip
    verb.add_argument(
        "-o", "--out", type=Path, required=True, help="table to write (.csv or .parquet)"
    )
    verb.add_argument(
        "--overlay", type=Path, metavar="PATH",
        help="draw boxes and AUs: a .mp4 for one video, else a folder",
    )  # fmt: skip
    verb.add_argument("--batch", type=int, default=32, help="faces scored at once")
    verb.add_argument(
        "--shard", metavar="I/N",
        help="score the I-th of N shares of the inputs; the last share to finish merges the tables",
    )  # fmt: skip
    way = verb.add_mutually_exclusive_group()
    way.add_argument("--align-model", type=Path, metavar="PATH", help="the landmarker's file")
    way.add_argument(
        "--crops", action="store_true", help="inputs are cut out already, as in training"
    )
    verb.set_defaults(run=predict)


def predict(
    predictor: Path,
    inputs: Sequence[str],
    out: Path,
    overlay: Path | None = None,
    batch: int = 32,
    shard: str | None = None,
    align_model: Path | None = None,
    crops: bool = False,
) -> None:
    """Score faces and write a table, see ``Predictor.predict``.

    Stopped by Ctrl-C or SIGTERM the table holds what was scored by then.

    Args:
        predictor: its folder.
        inputs: see ``recording.find_recordings``.
        out: table to write, see ``ScoresTable``.
        overlay: where to draw, see ``Overlay``.
        batch: faces scored at once.
        shard: "2/8" for the second of eight shares, see ``share.Share``.
        align_model: the landmarker's file, see ``landmarker.find_model``.
        crops: the inputs are crops already.

    Raises:
        SettingError: batches of no face, or no such share.
        PredictorError: no predictor, no such table or overlay, not one face was scored, or the
            other shares are of another collection.
        DataError: nothing to score, or the landmarker cannot be opened.
        OSError: the disk is full, or not to be written on.
        SystemExit: stopped.
    """
    if batch < 1:
        raise SettingError(f"--batch is {batch}; give 1 or more")
    table = None
    with stoppable():
        try:  # imports take seconds too, in which one may press Ctrl-C
            from au_cotrain.cli.overlay import Overlay
            from au_cotrain.predictor.predictor import load_predictor
            from au_cotrain.predictor.scores_table import ScoresTable, check_table
            from au_cotrain.predictor.share import Share
            from data_modules.progress import pace
            from data_modules.recording import find_recordings

            check_table(out)
            share = Share.parse(shard) if shard else None
            scorer, collection = load_predictor(predictor), find_recordings(inputs)
            recordings = share.of(collection) if share else collection
            card = scorer.card
            if any(_is_same(out, recording.name) for recording in recordings):
                raise PredictorError(f"{out}: is an input; name another table with -o")
            if isinstance(card.alignment, str) and not crops:
                print(
                    "taken as crops, since the predictor does not say how its training faces were "
                    f"cut out ({card.alignment})"
                )
            counted = "frames" if any(of.kind != "picture" for of in recordings) else "pictures"
            lengths = [recording.length for recording in recordings]
            drawn = Overlay(overlay, recordings, card.aus, card.thresholds) if overlay else None
            frames = scorer.watch(recordings, crops, align_model, batch, pixels=bool(drawn))
            started = time.monotonic()
            table = ScoresTable(share.unfinished(out) if share else out, card.aus)
            tally = _write(frames, lengths, counted, table, drawn)
            seconds = time.monotonic() - started
        except Stopped as stop:
            there = f"{table.count:,} rows are in {table.place}" if table and table.count else ""
            print(f"stopped; {there or 'nothing was scored yet'}", file=sys.stderr)
            sys.exit(stop.status)
        except OSError as error:
            if table is None or not table.count or error.filename == str(table.place):
                raise
            told = f"{error.strerror or error}; {table.count:,} rows are in {table.place}"
            raise OSError(error.errno, told, error.filename) from error
    written = share.place(out) if share else out
    if share:
        os.replace(table.place, written)
    if not tally.faces and not share:
        raise PredictorError(
            f"no face found in {tally.frames:,} {counted}; {out} says so in a row each"
        )
    print(
        f"{written}: {table.count:,} rows, {tally.faces:,} faces in "
        f"{tally.frames - tally.empty:,} of {pace(tally.frames, seconds, counted)}"
    )
    rows = share.merge(out, [of.name for of in collection], card.aus) if share else None
    if share and rows is not None:
        print(f"{out}: {rows:,} rows of all {share.shares} shares")


def _write(
    frames: Generator["ScoredFrame", None, None],
    lengths: Sequence[int | None],
    counted: str,
    table: "ScoresTable",
    drawn: "Overlay | None",
) -> "Tally":
    """Write all frames as they come, and tell what is amiss with a recording once it ends."""
    from au_cotrain.predictor.tally import Tally
    from data_modules.progress import progress_of

    known = [length for length in lengths if length is not None]
    total = sum(known) if len(known) == len(lengths) else None
    tally = Tally()
    with ExitStack() as opened:
        if drawn:
            opened.enter_context(drawn)
        opened.enter_context(table)
        opened.enter_context(closing(frames))
        report = opened.enter_context(progress_of("scoring faces", counted))
        opened.callback(lambda: _tell(tally.finish()))
        report(0, total)
        for frame in frames:
            table.write([frame])
            if drawn:
                drawn.write(frame)
            _tell(tally.count(frame))
            report(tally.frames, total)
    return tally


def _tell(lines: Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _is_same(out: Path, name: str) -> bool:
    return name.endswith(out.suffix) and out.exists() and Path(name).exists() and out.samefile(name)
