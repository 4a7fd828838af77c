"""Webs: AUs in a ring, the edges of their graph as arcs between them."""

from collections.abc import Sequence

import numpy as np

from au_cotrain.report.drawing import Drawing

SIZE, RADIUS, WIDEST = 320, 122, 9
EDGES = 40
"""The strongest edges are drawn; more of them is a tangle."""
MOVED = 5e-4
"""An adjacency that moves less, in all its entries, counts as unchanged."""


def draw_web(aus: Sequence[str], adjacency: np.ndarray, most: float, label: str) -> Drawing:
    """Draw a graph without its loops; an edge is the mean of both directions.

    Args:
        aus: C names, clockwise from the top.
        adjacency: (C, C); blue above 0, orange below.
        most: the weight of the widest arc.
        label: what it shows, for those who do not see it.
    """
    drawing = Drawing(label, viewBox=f"0 0 {SIZE} {SIZE}", width="100%", class_="web")
    angles = 2 * np.pi * np.arange(len(aus)) / len(aus)
    x, y = SIZE / 2 + RADIUS * np.sin(angles), SIZE / 2 - RADIUS * np.cos(angles)
    weights = (adjacency + adjacency.T) / 2
    pairs = np.argwhere(np.triu(np.abs(weights) > 0.02 * most, 1))
    strength = np.abs(weights[tuple(pairs.T)])
    for first, second in pairs[np.argsort(strength, kind="stable")[-EDGES:]]:
        weight = float(weights[first, second])
        share = min(abs(weight) / most, 1.0)
        middle = [0.35 * (at[first] + at[second]) / 2 + 0.65 * SIZE / 2 for at in (x, y)]
        drawing.add(
            "path", f"{aus[first]} and {aus[second]}: {weight:+.3f}",
            class_=f"edge {'less' if weight < 0 else 'more'}",
            d=f"M{x[first]:.1f} {y[first]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} "
            f"{x[second]:.1f} {y[second]:.1f}",
            stroke_width=0.5 + WIDEST * share, stroke_opacity=0.25 + 0.7 * share,
        )  # fmt: skip
    node = min(14.0, 0.9 * np.pi * RADIUS / len(aus))
    for place, au in enumerate(aus):
        drawing.add("circle", class_="node", cx=x[place], cy=y[place], r=node)
        drawing.add(
            "text", au.removeprefix("AU"), class_="node-name", x=x[place], y=y[place] + 0.31 * node,
            text_anchor="middle", font_size=0.86 * node,
        )  # fmt: skip
    return drawing


def largest_edge(*matrices: np.ndarray) -> float:
    """The largest weight off the diagonals, 1 if all are 0."""
    most = max(float(np.abs(matrix - np.diag(np.diag(matrix))).max()) for matrix in matrices)
    return most or 1.0
