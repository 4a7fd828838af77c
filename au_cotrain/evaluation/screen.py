"""An evaluation on the screen, in 80 columns: scores with their intervals below them."""

from typing import Any

from rich import box, get_console
from rich.table import Table

HEADINGS = {
    "f1": "F1\nat 0.5",
    "f1_fitted": "F1\nfitted",
    "auc": "\nAUC",
    "average_precision": "average\nprecis.",
    "balanced_accuracy": "balanced\naccuracy",
    "icc": "ICC\n(3,1)",
}
ERROR = "calibr.\nerror"


def print_evaluation(metrics: dict[str, Any]) -> None:
    """Print what ``metrics.json`` holds: scores, views, comparison, notes."""
    console = get_console()
    console.print(_scores(metrics))
    views, depends = metrics["views"]["mean"], metrics["views"]["conditional_dependence"]
    console.print(
        f"views     decide alike on {_part(views['agreement'], '.1%')} of faces, kappa "
        f"{_part(views['kappa'], '.2f')}; divergence {_part(views['divergence'], '.3f')} nats; "
        f"conditional dependence {_part(depends, '.2f')}",
        highlight=False,
    )
    if metrics["comparison"]:
        console.print(_comparison(metrics))
    for note in metrics["notes"]:
        console.print(f"note      {note}", highlight=False, markup=False)


def _scores(metrics: dict[str, Any]) -> Table:
    shown = {name: text for name, text in HEADINGS.items() if name in metrics["scores"]}
    table = Table(
        title=f"{metrics['faces']:,} faces of {metrics['people']:,} people; below each score its "
        "95 % interval\nover people, below the calibration error the one after calibration",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False,
    )  # fmt: skip
    table.add_column("\nAU", no_wrap=True)
    table.add_column("\noccurs", justify="right", no_wrap=True)
    for text in (*shown.values(), ERROR):
        table.add_column(text, justify="right", no_wrap=True)
    for au, of in metrics["per_au"].items():
        table.add_row(au, _part(of["prevalence"], ".1%"), *_cells(of["scores"], shown))
    table.add_section()
    table.add_row("mean", "", *_cells(metrics["mean"], shown))
    return table


def _cells(scores: dict[str, Any], shown: dict[str, str]) -> list[str]:
    cells = [f"{_part(scores[name]['value'], '.3f')}\n{_range(scores[name])}" for name in shown]
    errors = [scores[name]["value"] for name in ("calibration_error_before", "calibration_error")]
    return [*cells, "\n".join(_part(error, ".3f") for error in errors)]


def _range(score: dict[str, Any]) -> str:
    if score["low"] is None:
        return ""
    low, high = (f"{score[end]:.2f}".replace("0.", ".", 1) for end in ("low", "high"))
    return f"[dim]{low}\N{EN DASH}{high}[/]"


def _part(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _comparison(metrics: dict[str, Any]) -> Table:
    compared = metrics["comparison"]
    table = Table(
        title=f"A: {metrics['predictor']}\nB: {compared['other']}\n"
        f"A minus B, mean over {len(compared['aus'])} AUs, paired over people",
        title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.add_column("", no_wrap=True)
    for text in ("A - B", "95 %", "p"):
        table.add_column(text, justify="right", no_wrap=True)
    for name, of in compared["mean"].items():
        ends = f"{of['low']:+.3f} to {of['high']:+.3f}" if of["low"] is not None else ""
        table.add_row(
            metrics["scores"].get(name, name),
            _part(of["value"], "+.3f"), ends, _part(of["p"], ".3f"),
        )  # fmt: skip
    return table
