"""Bars: one a score and AU, its interval over it, beside what needs no look at a face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from au_cotrain.report import numerals
from au_cotrain.report.axis import Axis, axis_over
from au_cotrain.report.drawing import Drawing, percent

MEAN = "mean"
"""The row of all AUs."""

BLIND = {
    "f1": "always saying yes", "f1_fitted": "always saying yes", "auc": "guessing",
    "balanced_accuracy": "guessing", "average_precision": "guessing", "icc": "guessing",
}  # fmt: skip
"""Score → who reaches the mark without a look at the face."""


@dataclass(frozen=True)
class Bar:
    """One row: an AU, its drawing, and the same in numbers, one (value, interval) a score."""

    au: str
    drawing: Drawing
    numbers: list[tuple[str, str]]


@dataclass(frozen=True)
class Bars:
    """A chart of one or two scores."""

    title: str
    series: list[str]
    """What each score is called, in the order of the bars of a row."""
    blind: str | None
    """What the mark in each row stands for."""
    lower_is_better: bool
    rows: list[Bar]
    axis: Drawing

    @property
    def wide(self) -> bool:
        """Whether its numbers need more room than two decimals without a sign."""
        return max(len(between) for row in self.rows for _, between in row.numbers) > 12


def draw_bars(metrics: Mapping[str, Any], keys: Sequence[str], title: str = "") -> Bars:
    """Bars of scores, for each AU and their mean.

    Args:
        metrics: see ``write_report``.
        keys: one or two scores.
        title: above them; the score's own name if there is none.
    """
    named = [metrics["scores"][key] for key in keys]
    rows = {au: of["scores"] for au, of in metrics["per_au"].items()} | {MEAN: metrics["mean"]}
    ends = [
        scored.get(end)
        for scores in rows.values()
        for scored in (scores.get(key) or {} for key in keys)
        for end in ("value", "low", "high")
    ]
    error = keys[0].startswith("calibration_error")
    axis = axis_over(ends, (0.0, 0.05) if error else (0.0, 1.0))
    bars = []
    for au, scores in rows.items():
        scored = [scores.get(key) or {} for key in keys]
        mark = None if au == MEAN else _blind(keys[-1], metrics["per_au"][au]["prevalence"])
        digits = numerals.digits_of(keys[-1])
        numbers = [
            (numerals.score(of.get("value"), digits), numerals.interval(of, digits))
            for of in scored
        ]
        bars.append(Bar(au, _row(axis, scored, mark), numbers))
    return Bars(title or named[-1], named, BLIND.get(keys[-1]), error, bars, axis.labels())


def _row(axis: Axis, scored: Sequence[Mapping[str, Any]], mark: float | None) -> Drawing:
    height = 34 if len(scored) > 1 else 25
    drawing = Drawing(width="100%", height=height)
    axis.grid(drawing)
    thick = 11 if len(scored) == 1 else 10
    top = (height - thick * len(scored) - 3 * (len(scored) - 1)) / 2
    zero = axis.place(0.0)
    for place, of in enumerate(scored):
        if of.get("value") is None:
            continue
        y, end = top + place * (thick + 3), axis.place(of["value"])
        side = "second" if len(scored) > 1 and place == 0 else "first"
        drawing.add(
            "rect", class_=f"bar {side}", x=percent(min(zero, end)), y=y,
            width=percent(abs(end - zero)), height=thick, rx="1.5",
        )  # fmt: skip
        if of.get("low") is not None and of.get("high") is not None:
            low, high = percent(axis.place(of["low"])), percent(axis.place(of["high"]))
            middle = y + thick / 2
            drawing.add("line", class_="halo", x1=low, x2=high, y1=middle, y2=middle)
            drawing.add("line", class_="whisker", x1=low, x2=high, y1=middle, y2=middle)
            for x in (low, high):
                drawing.add("line", class_="whisker", x1=x, x2=x, y1=middle - 3, y2=middle + 3)
    if mark is not None:
        x = percent(axis.place(mark))
        drawing.add("line", class_="blind", x1=x, x2=x, y1="2", y2=height - 2)
    return drawing


def _blind(key: str, prevalence: float | None) -> float | None:
    if prevalence is None:
        return None
    return {
        "f1": 2 * prevalence / (1 + prevalence),
        "f1_fitted": 2 * prevalence / (1 + prevalence),
        "auc": 0.5,
        "balanced_accuracy": 0.5,
        "average_precision": prevalence,
        "icc": 0.0,
    }.get(key)
