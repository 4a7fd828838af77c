"""The page: what an evaluation found, drawn and written into one file that asks for nothing."""

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from au_cotrain.report import numerals
from au_cotrain.report.bars import draw_bars
from au_cotrain.report.curves import draw_precision_recall, draw_reliability
from au_cotrain.report.faces import draw_worst
from au_cotrain.report.forest import draw_forest
from au_cotrain.report.graph import draw_graph, draw_relations
from au_cotrain.report.pairs import draw_pairs
from au_cotrain.report.people import FEWEST, draw_people
from au_cotrain.report.timeline import draw_timelines
from au_cotrain.report.web import EDGES

if TYPE_CHECKING:
    from au_cotrain.evaluation.outcome import Outcome

PAGE = "index.html"


def write_report(
    folder: Path,
    metrics: dict[str, Any],
    outcome: "Outcome",
    picture: Callable[[int], np.ndarray],
    names: dict[str, str],
    other: "Outcome | None" = None,
    other_metrics: dict[str, Any] | None = None,
) -> Path:
    """Write ``index.html``: no script, no other file, nothing fetched from anywhere.

    Args:
        folder: where; made if it is not there.
        metrics: what ``metrics.json`` says; null wherever something is undefined.
        outcome: what the predictor says of each face.
        picture: gives face i as (H, W, 3) uint8 RGB; asked for the worst errors only.
        names: AU → what FACS calls it.
        other: of the predictor it is compared with, if there is one.
        other_metrics: of that predictor.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, unfinished = folder / PAGE, folder / f".{PAGE}.part"
    said = render(metrics, outcome, picture, names, other, other_metrics)
    # A path may hold bytes that are no text; they are no reason to lose the page.
    unfinished.write_bytes(said.encode("utf-8", "replace"))
    os.replace(unfinished, page)
    return page


def render(
    metrics: Mapping[str, Any],
    outcome: "Outcome",
    picture: Callable[[int], np.ndarray],
    names: Mapping[str, str],
    other: "Outcome | None" = None,
    other_metrics: Mapping[str, Any] | None = None,
) -> str:
    """The page as text; see ``write_report``."""
    environment = Environment(
        loader=PackageLoader("au_cotrain.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "moment": numerals.moment, "commit": numerals.commit,
        "score": numerals.score, "interval": numerals.interval, "count": numerals.count,
        "share": numerals.share, "digits_of": numerals.digits_of,
    }  # fmt: skip
    assert environment.loader is not None
    style = environment.loader.get_source(environment, "style.css")[0]
    return environment.get_template("page.html").render(
        metrics=metrics,
        names=names,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **_drawings(metrics, outcome, picture, other, other_metrics),
    )


def _drawings(
    metrics: Mapping[str, Any],
    outcome: "Outcome",
    picture: Callable[[int], np.ndarray],
    other: "Outcome | None",
    other_metrics: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the sections show, by the names their templates use."""
    scores, aus = metrics["scores"], metrics["aus"]
    columns = [outcome.aus.index(au) for au in aus]
    probabilities, labels = outcome.probabilities[:, columns], outcome.labels[:, columns]
    behind = None if other is None else _of(other, aus)
    pair = [key for key in ("f1", "f1_fitted") if key in scores]
    errors = [key for key in ("calibration_error_before", "calibration_error") if key in scores]
    single = [key for key in scores if key not in (*pair, *errors)]
    timelines, candidates = draw_timelines(
        aus, probabilities, labels, outcome.thresholds[columns], outcome.sequences,
        outcome.frames, outcome.subjects, behind,
    )  # fmt: skip
    return {
        "f1": draw_bars(metrics, pair, "F1") if pair else None,
        "bars": [
            *(draw_bars(metrics, [key]) for key in single),
            *([draw_bars(metrics, errors, "calibration error")] if errors else []),
        ],
        "people": draw_people(metrics, pair[-1] if pair else single[0]),
        "precision_recall": draw_precision_recall(metrics, probabilities, labels, other_metrics),
        "reliability": draw_reliability(metrics),
        "pairs": draw_pairs(aus, metrics["pairs"]),
        "graph": draw_graph(aus, metrics["graph"]),
        "edges": EDGES,
        "fewest": FEWEST,
        "relations": draw_relations(aus, metrics["graph"]),
        "worst": draw_worst(metrics["worst"], outcome.paths, outcome.frames, picture),
        "compared": None if other is None else other.name,
        "timelines": timelines,
        "candidates": candidates,
        "forests": _forests(metrics),
    }


def _of(other: "Outcome", aus: list[str]) -> np.ndarray:
    """(N, C) probabilities of these AUs, NaN for those it does not know."""
    found = np.full((len(other.probabilities), len(aus)), np.nan)
    for place, au in enumerate(aus):
        if au in other.aus:
            found[:, place] = other.probabilities[:, other.aus.index(au)]
    return found


def _forests(metrics: Mapping[str, Any]) -> list[Any]:
    """The means' differences, then each score's, AU by AU."""
    compared, scores = metrics["comparison"], metrics["scores"]
    if compared is None:
        return []
    means = {key: {**of, "sides": _sides(of, key)} for key, of in compared["mean"].items()}
    errors = {key: means.pop(key) for key in numerals.FINE if key in means}
    each = {au: of.get("scores", of) for au, of in compared["per_au"].items()}
    forests = []
    for title, rows, key in (
        ("Mean over the AUs", means, ""),
        ("Calibration error, mean over the AUs", errors, numerals.FINE[0]),
    ):
        if rows:
            named = {scores.get(name, name): of for name, of in rows.items()}
            forests.append(draw_forest(title, named, key))
    # What is read first stands first.
    for key in sorted(scores, key=lambda key: key not in ("f1_fitted", "auc")):
        rows = {au: {**of[key], "sides": ""} for au, of in each.items() if key in of}
        if rows and key != "calibration_error_before":
            forests.append(draw_forest(scores[key], rows, key, of_aus=True))
    return forests


def _sides(of: Mapping[str, Any], key: str) -> str:
    values = of.get("sides") or ()
    return " / ".join(numerals.score(value, numerals.digits_of(key)) for value in values)
