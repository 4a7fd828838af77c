"""Curves: precision and recall, and how far probabilities can be taken at their word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from au_cotrain.report import numerals
from au_cotrain.report.drawing import Drawing, line_through

SIDE, LEFT, TOP = 150, 26, 8
COUNTS = 26
"""Height of the bars below a reliability curve."""


@dataclass(frozen=True)
class Curve:
    """One small figure: an AU, its drawing (None where nothing can be drawn), a line below it."""

    au: str
    drawing: Drawing | None
    said: str


def draw_precision_recall(
    metrics: Mapping[str, Any],
    probabilities: np.ndarray,
    labels: np.ndarray,
    other: Mapping[str, Any] | None = None,
) -> list[Curve]:
    """A precision-recall curve an AU, with the operating points marked.

    Args:
        metrics: see ``write_report``.
        probabilities: (N, C), of the AUs of the metrics, in their order.
        labels: (N, C) 1, 0, −1 unknown.
        other: metrics of another predictor, whose curves lie behind.
    """
    drawn = []
    for place, au in enumerate(metrics["aus"]):
        of, curve = metrics["per_au"][au], _curve(metrics, au)
        if curve is None:
            drawn.append(Curve(au, None, "not defined: nobody is coded as showing it"))
            continue
        precision = numerals.score((of["scores"].get("average_precision") or {}).get("value"))
        drawing = _square(f"Precision over recall for {au}, average precision {precision}")
        prevalence = of["prevalence"] or 0.0
        drawing.add(
            "line", class_="chance", x1=_x(0), x2=_x(1), y1=_y(prevalence), y2=_y(prevalence)
        )
        behind = _curve(other, au)
        if behind is not None:
            drawing.add("path", class_="curve other", d=behind)
        drawing.add("path", class_="curve", d=curve)
        points = {"at half": 0.5, "at fitted": of["threshold"]}
        for kind, threshold in points.items():
            point = _operating_point(probabilities[:, place], labels[:, place], threshold)
            if point is not None:
                drawing.add(
                    "circle", f"threshold {threshold:.2f}: recall {point[0]:.2f}, "
                    f"precision {point[1]:.2f}", class_=kind, cx=_x(point[0]), cy=_y(point[1]),
                    r="4.5" if kind == "at half" else "4",
                )  # fmt: skip
        drawn.append(Curve(au, drawing, f"AP {precision}, threshold {of['threshold']:.2f}"))
    return drawn


def draw_reliability(metrics: Mapping[str, Any]) -> list[Curve]:
    """A reliability curve an AU, before and after calibration, over how many faces it speaks of.

    Args:
        metrics: see ``write_report``.
    """
    drawn = []
    for au in metrics["aus"]:
        bins = (metrics["curves"].get(au) or {}).get("reliability") or {}
        after = [of for of in bins.get("after") or [] if of["faces"]]
        before = [of for of in bins.get("before") or [] if of["faces"]]
        if not after:
            drawn.append(Curve(au, None, "not defined: nobody is coded"))
            continue
        scores = metrics["per_au"][au]["scores"]
        errors = [
            numerals.score((scores.get(key) or {}).get("value"), 3)
            for key in ("calibration_error_before", "calibration_error")
        ]
        drawing = _square(
            f"Share of faces that show {au} over the probability given; calibration error "
            f"{errors[0]} before, {errors[1]} after calibration",
            COUNTS,
        )
        drawing.add("line", class_="chance", x1=_x(0), x2=_x(1), y1=_y(0), y2=_y(1))
        most = max(of["faces"] for of in after)
        for of in after:
            height = (COUNTS - 6) * of["faces"] / most
            drawing.add(
                "rect", f"{of['faces']:,} faces around {of['mean_p']:.2f}", class_="count",
                x=_x(of["mean_p"]) - 3, y=TOP + SIDE + COUNTS - height, width="6", height=height,
            )  # fmt: skip
        for kind, chosen in (("before", before), ("after", after)):
            points = [(_x(of["mean_p"]), _y(of["share"])) for of in chosen]
            drawing.add("path", class_=f"curve {kind}", d=line_through(points))
            for x, y in points:
                drawing.add("circle", class_=f"dot {kind}", cx=x, cy=y, r="2.6")
        drawn.append(Curve(au, drawing, f"error {errors[0]} → {errors[1]}"))
    return drawn


def _curve(metrics: Mapping[str, Any] | None, au: str) -> str | None:
    curve = ((metrics or {}).get("curves", {}).get(au) or {}).get("precision_recall")
    if not curve or not curve["precision"]:
        return None
    pairs: Sequence[tuple[float, float]] = list(
        zip(curve["recall"], curve["precision"], strict=True)
    )
    return line_through([(_x(recall), _y(precision)) for recall, precision in pairs])


def _operating_point(
    probabilities: np.ndarray, labels: np.ndarray, threshold: float
) -> tuple[float, float] | None:
    """Recall and precision; None where either is undefined."""
    said, shown = (probabilities >= threshold) & (labels >= 0), labels == 1
    if not said.any() or not shown.any():
        return None
    right = float((said & shown).sum())
    return right / float(shown.sum()), right / float(said.sum())


def _square(label: str, below: int = 0) -> Drawing:
    """A plot of the unit square, its axes numbered at 0, a half and 1."""
    width, height = LEFT + SIDE + 10, TOP + SIDE + below + 18
    drawing = Drawing(label, viewBox=f"0 0 {width} {height}", width="100%")
    for value, said in ((0, "0"), (0.5, ".5"), (1, "1")):
        drawing.add("line", class_="grid", x1=_x(0), x2=_x(1), y1=_y(value), y2=_y(value))
        drawing.add("line", class_="grid", x1=_x(value), x2=_x(value), y1=_y(0), y2=_y(1))
        drawing.add("text", said, class_="tick", x=LEFT - 5, y=_y(value) + 4, text_anchor="end")
        drawing.add("text", said, class_="tick", x=_x(value), y=height - 4, text_anchor="middle")
    return drawing


def _x(value: float) -> float:
    return LEFT + SIDE * value


def _y(value: float) -> float:
    return TOP + SIDE * (1 - value)
