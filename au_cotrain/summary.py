"""The end of a run on the screen: scores per AU, where everything lies, what to try next."""

import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box, get_console
from rich.table import Table

from au_cotrain.cross_validation import Spread
from au_cotrain.metrics import AUScore, mean_score

HEADINGS = {
    "f1": "F1\nat 0.5",
    "f1_fitted": "F1\nfitted",
    "auc": "\nAUC",
    "calibration_error_before": "calibr.\nerror",
    "calibration_error": "\nafter",
}
"""Score → its column; the predictor's card holds the others."""


def print_scores(title: str, scores: Sequence[AUScore], names: dict[str, str]) -> None:
    """Print a table of scores.

    Args:
        title: above the table.
        scores: one an AU.
        names: AU → what FACS calls it.
    """
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    table.add_column("\nAU", no_wrap=True)
    table.add_column("")
    for column in ("\nknown", "\noccurs", *HEADINGS.values()):
        table.add_column(column, justify="right", no_wrap=True)
    for score in scores:
        table.add_row(
            score.au, names.get(score.au, ""), f"{score.known:,}",
            _number(score.prevalence), *(_number(getattr(score, name)) for name in HEADINGS),
        )  # fmt: skip
    table.add_section()
    table.add_row("mean", "", "", "", *(_number(mean_score(scores, name)) for name in HEADINGS))
    get_console().print(table)
    undefined = [score.au for score in scores if score.auc is None]
    if undefined:
        get_console().print(
            f"not scored, for want of known faces with and without it: {', '.join(undefined)}"
        )


def print_spread(title: str, spreads: Mapping[str, Spread], names: dict[str, str]) -> None:
    """Print one score per AU and fold, with mean and spread over the folds.

    Args:
        title: above the table.
        spreads: AU → its spread; the last stands apart.
        names: AU → what FACS calls it.
    """
    table = Table(title=title, title_justify="left")
    table.add_column("AU")
    table.add_column("")
    folds = dict.fromkeys(fold for of in spreads.values() for fold in of.folds)
    for column in (*(f"fold {fold}" for fold in folds), "mean", "sd"):
        table.add_column(column, justify="right")
    for place, (au, of) in enumerate(spreads.items()):
        if place == len(spreads) - 1:
            table.add_section()
        values = [*(of.folds.get(fold) for fold in folds), of.mean, of.deviation]
        table.add_row(au, names.get(au, ""), *map(_number, values))
    get_console().print(table)


def print_whereabouts(
    run: Path, log: str, picture: Path, minutes: float, crop: bool = False
) -> None:
    """Print where a run and its predictor lie, and the command that tries it on a picture.

    Args:
        run: folder.
        log: where it was logged.
        picture: held out.
        minutes: it took.
        crop: the predictor would cut faces out of pictures, which this one is already.
    """
    command, predictor = Path(sys.executable).with_name("au-cotrain"), _relative(run / "predictor")
    get_console().print(
        f"trained in {minutes:.1f} min, peak memory {peak_memory_gb():.1f} GB",
        f"run        {_relative(run)}",
        f"log        {log}",
        f"predictor  {predictor}",
        f"try it     {_relative(command)} predict {predictor} {_relative(picture)} -o aus.csv"
        + " --crops" * crop,
        sep="\n",
        soft_wrap=True,
        highlight=False,
    )


def peak_memory_gb() -> float:
    """The most memory this process ever held, in GB; processes that read pictures not counted."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e9 if sys.platform == "darwin" else 1e6)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _relative(path: Path) -> Path:
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
