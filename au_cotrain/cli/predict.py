"""``au-cotrain predict``: scores of the faces in pictures, videos and what a camera sees."""

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import PredictorError


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
        align_model: the landmarker's file, see ``landmarker.find_model``.
        crops: the inputs are crops already.

    Raises:
        PredictorError: no predictor, no such table or overlay, or not one face was scored.
        DataError: nothing to score, or the landmarker cannot be opened.
        OSError: the disk is full, or not to be written on.
        SystemExit: stopped.
    """
    from au_cotrain.predictor.scores_table import ScoresTable, check_table

    check_table(out)
    table: ScoresTable | None = None
    with _stoppable():
        try:
            from contextlib import ExitStack, closing

            from au_cotrain.cli.overlay import Overlay
            from au_cotrain.predictor.predictor import load_predictor
            from au_cotrain.predictor.tally import Tally
            from data_modules.progress import pace, progress_of
            from data_modules.recording import find_recordings

            scorer, recordings = load_predictor(predictor), find_recordings(inputs)
            card, tally = scorer.card, Tally()
            if any(_is_same(out, recording.name) for recording in recordings):
                raise PredictorError(f"{out}: is an input; name another table with -o")
            if isinstance(card.alignment, str) and not crops:
                print(
                    "taken as crops, since the predictor does not say how its training faces were "
                    f"cut out ({card.alignment})"
                )
            counted = "frames" if any(of.kind != "picture" for of in recordings) else "pictures"
            lengths = [recording.length for recording in recordings]
            total = None if None in lengths else sum(filter(None, lengths))
            with ExitStack() as opened:
                drawn = overlay and opened.enter_context(
                    Overlay(overlay, recordings, card.aus, card.thresholds)
                )
                table = opened.enter_context(ScoresTable(out, card.aus))
                frames = scorer.watch(recordings, crops, align_model, batch, bool(drawn))
                opened.enter_context(closing(frames))
                report = opened.enter_context(progress_of("scoring faces", counted))
                report(0, total)
                started = time.monotonic()
                for frame in frames:
                    table.write([frame])
                    if drawn:
                        drawn.write(frame)
                    _tell(tally.count(frame))
                    report(tally.frames, total)
                _tell(tally.finish())
                took = time.monotonic() - started
        except KeyboardInterrupt as stop:
            there = (
                f"{table.count:,} rows are in {table.place}"
                if table and table.count
                else ("nothing was scored yet")
            )
            print(f"stopped; {there}", file=sys.stderr)
            sys.exit(128 + (stop.args[0] if stop.args else signal.SIGINT))
    if not tally.faces:
        raise PredictorError(
            f"no face found in {tally.frames:,} {counted}; {out} says so in a row each"
        )
    print(
        f"{out}: {table.count:,} rows, {tally.faces:,} faces; {tally.empty:,} {counted} show none; "
        + pace(tally.frames, took, counted)
    )


def _tell(lines: Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _is_same(out: Path, name: str) -> bool:
    return name.endswith(out.suffix) and out.exists() and Path(name).exists() and out.samefile(name)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Signals that end a process raise KeyboardInterrupt, with their number, while this lasts."""

    def stop(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        wanted = []  # no other thread may set handlers
    kept = {number: signal.getsignal(number) for number in wanted}
    kept = {number: old for number, old in kept.items() if old != signal.SIG_IGN}  # as nohup sets
    try:
        for number in kept:
            signal.signal(number, stop)
        yield
    finally:
        for number, old in kept.items():
            signal.signal(number, old)
