"""The AU graph: before learning, after it, and what moved; co-occurrence beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from au_cotrain.report.drawing import Drawing
from au_cotrain.report.matrix import draw_matrix, filled
from au_cotrain.report.web import MOVED, draw_web, largest_edge


@dataclass(frozen=True)
class Graph:
    """Before, after and what changed, one alone where nothing did; the same as matrices."""

    webs: list[tuple[str, Drawing]]
    matrices: list[tuple[str, Drawing]]
    moved: bool
    """Whether learning changed it."""
    largest: list[tuple[str, str, float, float]]
    """Row, column, before, after: the entries that moved most."""


def draw_graph(aus: Sequence[str], graph: Mapping[str, Any]) -> Graph | None:
    """Draw the adjacency of a predictor's card; None where it holds none, or there is one AU.

    Args:
        aus: C names.
        graph: ``before`` and ``after``, (C, C) or None.
    """
    before, after = filled(graph.get("before")), filled(graph.get("after"))
    if before is None or after is None or len(aus) < 2:
        return None
    change = after - before
    moved = bool(np.nanmax(np.abs(change)) > MOVED)
    most, step = largest_edge(before, after), largest_edge(change)
    if not moved:
        drawn = draw_matrix(aus, after, "Adjacency", most=most)
        return Graph([("", draw_web(aus, after, most, "AU graph"))], [("", drawn)], False, [])
    webs = [
        ("Before learning", draw_web(aus, before, most, "AU graph before learning")),
        ("After learning", draw_web(aus, after, most, "AU graph after learning")),
    ]
    matrices = [
        ("Before learning", draw_matrix(aus, before, "Adjacency before learning", most=most)),
        ("After learning", draw_matrix(aus, after, "Adjacency after learning", most=most)),
    ]
    webs.append(("What changed", draw_web(aus, change, step, "What learning changed")))
    matrices.append(("What changed", draw_matrix(aus, change, "After minus before", most=step)))
    apart = np.abs(change) * ~np.eye(len(aus), dtype=bool)
    places = np.argsort(-apart, axis=None, kind="stable")[:3]
    largest = [
        (aus[i], aus[j], float(before[i, j]), float(after[i, j]))
        for i, j in zip(*np.unravel_index(places, apart.shape), strict=True)
        if apart[i, j] > MOVED
    ]
    return Graph(webs, matrices, True, largest)


def draw_relations(aus: Sequence[str], graph: Mapping[str, Any]) -> list[tuple[str, Drawing]]:
    """Draw co-occurrence in training labels, in this manifest's and in the decisions.

    Args:
        aus: C names.
        graph: ``relation``, ``labels`` and ``found``, (C, C) in [−1, 1] or None.
    """
    if len(aus) < 2:
        return []
    titles = {
        "relation": "Labels it was trained on",
        "labels": "Labels of these faces",
        "found": "Its decisions on these faces",
    }
    drawn = []
    for key, title in titles.items():
        relation = filled(graph.get(key))
        if relation is not None:
            said = "{row} given {column}: {value:+.2f}"
            label = f"Co-occurrence of AUs: {title.lower()}"
            drawn.append((title, draw_matrix(aus, relation, label, most=1.0, said=said)))
    return drawn
