"""Forests: differences between two predictors, with intervals, around a line at none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from au_cotrain.report import numerals
from au_cotrain.report.axis import axis_over
from au_cotrain.report.drawing import Drawing, percent

HEIGHT, TALL = 36, 50
"""Of a row of an AU, and of one whose name takes two lines."""


@dataclass(frozen=True)
class Difference:
    """One row: what is compared, its drawing, and the same in numbers."""

    name: str
    drawing: Drawing
    value: str
    interval: str
    p: str
    sides: str
    """Both scores, where they are known."""


@dataclass(frozen=True)
class Forest:
    """Rows of differences over one axis."""

    title: str
    lower_is_better: bool
    of_aus: bool
    """Whether a row is an AU, or a score."""
    rows: list[Difference]
    axis: Drawing


def draw_forest(
    title: str, rows: Mapping[str, Mapping[str, Any]], key: str = "", of_aus: bool = False
) -> Forest:
    """Draw differences.

    Args:
        title: above them.
        rows: name → difference with interval and p, and both scores as ``sides`` or none.
        key: the score, where all rows are of one.
        of_aus: whether a row is an AU.
    """
    ends = [of.get(end) for of in rows.values() for end in ("value", "low", "high")]
    axis = axis_over(ends, (0.0,), steps=3)
    drawn = []
    for name, of in rows.items():
        height = HEIGHT if of_aus else TALL
        drawing = Drawing(width="100%", height=height)
        axis.grid(drawing)
        x = percent(axis.place(0.0))
        drawing.add("line", class_="zero", x1=x, x2=x, y1="0", y2="100%")
        middle = height / 2
        low, high = of.get("low"), of.get("high")
        apart = low is not None and high is not None and (low > 0 or high < 0)
        kind = "sure" if apart else "unsure"
        if low is not None and high is not None:
            drawing.add(
                "line", class_=f"whisker {kind}", x1=percent(axis.place(low)),
                x2=percent(axis.place(high)), y1=middle, y2=middle,
            )  # fmt: skip
        if of.get("value") is not None:
            x = percent(axis.place(of["value"]))
            drawing.add("circle", class_=f"difference {kind}", cx=x, cy=middle, r="4.5")
        drawn.append(
            Difference(
                name,
                drawing,
                numerals.score(of.get("value"), 3, signed=True),
                numerals.interval(of, 3, signed=True),
                numerals.chance(of.get("p")),
                of.get("sides", ""),
            )
        )
    lower = key.startswith("calibration_error")
    return Forest(title, lower, of_aus, drawn, axis.labels())
