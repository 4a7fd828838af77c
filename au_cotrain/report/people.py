"""People: a dot a person, and the table of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from au_cotrain.report import numerals
from au_cotrain.report.axis import axis_over
from au_cotrain.report.drawing import Drawing, percent

FEWEST = 10
"""Faces of a person, below which that person's own score is chance and is not drawn."""
LISTED = 500
"""People in the table at most: those with the lowest scores."""
HEIGHT = 44


@dataclass(frozen=True)
class Strip:
    """One row: what is scored, a dot a person, and where the middle half of them lies."""

    name: str
    drawing: Drawing
    people: str
    median: str
    quartiles: str


@dataclass(frozen=True)
class People:
    """How a score is spread over people."""

    score: str
    strips: list[Strip]
    axis: Drawing
    columns: list[str]
    rows: list[tuple[str, str, list[str]]]
    """Subject, faces, its scores in the order of the columns; lowest first."""
    left_out: int
    """People not in the table."""
    too_few: int
    """People with too few faces to be drawn for any AU."""


def draw_people(metrics: Mapping[str, Any], key: str) -> People:
    """Dots for the mean over AUs and for each AU.

    Args:
        metrics: see ``write_report``.
        key: the score.
    """
    people = metrics["per_person"]
    often = [of for of in people.values() if of["faces"] >= FEWEST]
    values = {"mean": [of["mean"].get(key) for of in often]}
    for au in metrics["aus"]:
        coded = [of["aus"][au] for of in often if au in of["aus"]]
        values[au] = [of.get(key) for of in coded if of["known"] >= FEWEST]
    axis = axis_over((value for row in values.values() for value in row), (0.0, 1.0))
    strips = []
    for name, row in values.items() if often else ():
        known = np.sort([value for value in row if value is not None])
        drawing = Drawing(width="100%", height=HEIGHT)
        axis.grid(drawing)
        if len(known):
            low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
            places = [axis.place(value) for value in (low, middle, high)]
            drawing.add(
                "rect", class_="half", x=percent(places[0]), width=percent(places[2] - places[0]),
                y="6", height=HEIGHT - 12, rx="3",
            )  # fmt: skip
            _dots(drawing, np.array([axis.place(value) for value in known]))
            x = percent(places[1])
            drawing.add("line", class_="median", x1=x, x2=x, y1="4", y2=HEIGHT - 4)
            said = numerals.score(middle), f"[{numerals.score(low)}, {numerals.score(high)}]"
        else:
            said = numerals.UNDEFINED, ""
        strips.append(Strip(name, drawing, numerals.count(len(known)), *said))
    keys = [key for key in metrics["scores"] if key != "calibration_error_before"]
    order = sorted(people, key=lambda who: (_last(people[who]["mean"].get(key)), who))
    rows = [
        (
            who,
            numerals.count(people[who]["faces"]),
            [
                numerals.score(people[who]["mean"].get(name), numerals.digits_of(name))
                for name in keys
            ],
        )
        for who in order[:LISTED]
    ]
    return People(
        metrics["scores"][key], strips, axis.labels(), [metrics["scores"][key] for key in keys],
        rows, max(len(people) - LISTED, 0), len(people) - len(often),
    )  # fmt: skip


def _last(value: float | None) -> float:
    return float("inf") if value is None else value


def _dots(drawing: Drawing, places: np.ndarray) -> None:
    """Dots that stand above one another where they would overlap, in a nested wide drawing."""
    columns = np.round(places * 120).astype(int)
    drawn = []
    for column in np.unique(columns):
        here = places[columns == column]
        step = min(6.0, (HEIGHT - 10) / len(here))
        offsets = (np.arange(len(here)) - (len(here) - 1) / 2) * step
        dots = zip(here, offsets, strict=True)
        drawn += [f"M{1000 * x:.0f} {HEIGHT / 2 + y:.4g}h0" for x, y in dots]
    few = "few" if len(places) <= 60 else "many"
    drawing.add_stretched("path", 1000, HEIGHT, class_=f"people {few}", d="".join(drawn))
