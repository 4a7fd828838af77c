"""``au-cotrain evaluate``: a predictor judged on coded faces, and the report."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import PredictorError, SettingError
from data_modules.facs import AU_NAMES

if TYPE_CHECKING:
    import numpy as np

    from au_cotrain.evaluation.outcome import Outcome


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "evaluate", help="score a predictor on coded faces, with a report",
        description="Score a predictor on coded faces: F1, AUC, average precision, balanced "
        "accuracy, ICC where intensities exist, calibration error, per AU, pooled over all faces, "
        "with intervals of 95 % from resampled people.",
        epilog="OUT gets index.html (the report), metrics.json (every number) and "
        "predictions.parquet (a row a face).",
    )  # fmt: skip
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument(
        "manifest", type=Path,
        help="CSV or Parquet table of coded faces, or a folder that prepare wrote",
    )  # fmt: skip
    verb.add_argument("-o", "--out", type=Path, required=True, help="folder of the report")
    verb.add_argument(
        "--against", type=Path, metavar="PREDICTOR", help="compare with another, on the same faces"
    )
    verb.add_argument(
        "--test-people", action="store_true",
        help="only the people whom the predictor's fold tests (trained with data=bp4d or disfa)",
    )  # fmt: skip
    verb.add_argument(
        "--threshold", type=int, metavar="1..5",
        help="intensity from which an AU occurs (default: the labels as they stand)",
    )  # fmt: skip
    verb.add_argument(
        "--within", type=Path, metavar="FOLDER",
        help="that the manifest may not name pictures outside of (default: its own)",
    )  # fmt: skip
    verb.add_argument(
        "--resamples", type=int, default=1000, help="of people, for intervals (default: 1000)"
    )
    verb.add_argument("--seed", type=int, default=0, help="of the resamples")
    verb.add_argument("--batch", type=int, default=64, help="faces scored at once")
    verb.add_argument("--workers", type=int, default=2, help="processes that read pictures")
    verb.set_defaults(run=evaluate)


def evaluate(
    predictor: Path,
    manifest: Path,
    out: Path,
    against: Path | None = None,
    test_people: bool = False,
    threshold: int | None = None,
    within: Path | None = None,
    resamples: int = 1000,
    seed: int = 0,
    batch: int = 64,
    workers: int = 2,
) -> None:
    """Judge a predictor, print its scores, write ``index.html``, ``metrics.json`` and predictions.

    Args:
        predictor: its folder.
        manifest: table, or a folder that ``au-cotrain prepare`` wrote.
        out: folder of the report; an earlier report in it is replaced when all is done.
        against: another predictor, compared on the same faces.
        test_people: leave out the people whom the predictor's fold does not test.
        threshold: intensity, 1 to 5, from which an AU occurs; None for the labels as they stand.
        within: see ``manifest.read_manifest``.
        resamples: of people; 0 for no intervals.
        seed: of the resamples.
        batch: faces scored at once.
        workers: processes that read pictures; 0 reads in this one.

    Raises:
        SettingError: a number that is none, a folder in other use, or stopped by the keyboard.
        PredictorError: no predictor, or two without an AU in common.
        DataError: the manifest cannot be used, see ``read_coded_faces``, or one of its pictures.
    """
    limits = {"resamples": (resamples, 0), "seed": (seed, 0), "batch": (batch, 1)}
    for name, (number, least) in (limits | {"workers": (workers, 0)}).items():
        if number < least:
            raise SettingError(f"--{name} is {number}; give {least} or more")

    from rich import get_console

    from au_cotrain.cli.candidate import Candidate
    from au_cotrain.evaluation import folder
    from au_cotrain.evaluation.comparison import compare
    from au_cotrain.evaluation.document import metrics
    from au_cotrain.evaluation.measurement import measure
    from au_cotrain.evaluation.remarks import remarks
    from au_cotrain.evaluation.screen import print_evaluation
    from data_modules.picture import read_picture
    from data_modules.progress import progress_of

    folder.claim(out)
    done = ""
    try:
        candidates = [Candidate(path) for path in (predictor, against) if path is not None]
        for candidate in candidates:
            candidate.read(manifest, threshold, within, candidates[0] if test_people else None)
        first = candidates[0]
        if against and not set(first.coded.manifest.aus) & set(candidates[1].coded.manifest.aus):
            raise PredictorError(f"{against}: none of its AUs is one of {predictor} and {manifest}")
        get_console().print(first.description, soft_wrap=True, highlight=False, markup=False)
        measured, dependence = [], []
        for candidate in candidates:
            done = "while scoring faces"
            with progress_of(f"scoring faces with {candidate.path.name}") as report:
                judgement = candidate.judge(batch, workers, report)
            outcome = candidate.outcome(judgement)
            dependence.append(judgement.dependence(outcome.labels))
            done = "while resampling people"
            with progress_of("resampling people") as report:
                measured.append(measure(outcome, resamples, seed, first.coded.nameless, report))
        said = {"manifest": str(manifest), "made": _made(), "seed": seed}
        # What makes the other's scores too good makes the comparison unfair.
        of_other = [f"{of.path}: {note}" for of in candidates[1:] for note in of.notes]
        documents = [
            metrics(
                measurement, candidate.predictor.card, depends,
                [
                    *candidate.notes, *remarks(measurement, first.coded.nameless),
                    *(of_other if candidate is first else []),
                ],
                compare(*measured) if against and candidate is first else None, **said,
            )
            for candidate, measurement, depends in zip(
                candidates, measured, dependence, strict=True
            )
        ]  # fmt: skip
        done = "while writing"
        paths = first.coded.manifest.paths
        with folder.filling(out) as partial:
            for prefix, document, of in zip(
                ("", folder.AGAINST), documents, measured, strict=False
            ):
                folder.write_metrics(partial / (prefix + folder.METRICS), document)
                folder.write_predictions(partial / (prefix + folder.PREDICTIONS), of.outcome)
            _write_page(
                partial,
                documents,
                [of.outcome for of in measured],
                lambda face: read_picture(paths[face].as_py(), 160),
            )
    except KeyboardInterrupt:
        raise SettingError(
            f"stopped {done}; {out} is as it was before".replace("  ", " ")
        ) from None
    print_evaluation(documents[0])
    print(f"{out / folder.PAGE}: the report; {folder.METRICS} and {folder.PREDICTIONS} beside it")


def _made() -> dict[str, Any]:
    """When, by which code, and how."""
    from datetime import datetime
    from importlib.metadata import version

    from au_cotrain.revision import revision

    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "au_cotrain": version("au_cotrain"),
        "revision": revision(),
        "command": shlex.join(["au-cotrain", *sys.argv[1:]]),
    }


def _write_page(
    folder: Path,
    documents: list[dict[str, Any]],
    outcomes: list[Outcome],
    picture: Callable[[int], np.ndarray],
) -> None:
    from au_cotrain.report import write_report

    other = outcomes[1] if len(outcomes) > 1 else None
    other_metrics = documents[1] if len(documents) > 1 else None
    write_report(folder, documents[0], outcomes[0], picture, AU_NAMES, other, other_metrics)
