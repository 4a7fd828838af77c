"""Matrices: a value for each two AUs, as shades with numbers."""

from collections.abc import Sequence

import numpy as np

from au_cotrain.report import numerals
from au_cotrain.report.drawing import Drawing

CELL, HEAD = 26, 28
FULLEST = 0.8
"""Opacity of the fullest colour: numbers stay readable on it."""


def draw_matrix(
    aus: Sequence[str],
    numbers: np.ndarray,
    label: str,
    shades: np.ndarray | None = None,
    most: float | None = None,
    said: str = "{row}, {column}: {value:.2f}",
    above: np.ndarray | None = None,
) -> Drawing:
    """Draw a square matrix.

    Args:
        aus: C names of rows and columns.
        numbers: (C, C) written into the cells in hundredths; NaN: nothing is known of the two.
        label: what it shows, for those who do not see it.
        shades: (C, C) that colour the cells, blue above 0, orange below; ``numbers`` if None.
        most: the value of the fullest colour; the largest off the diagonal if None.
        said: of a cell, to a pointer held over it.
        above: (C,) shown as one more row, named all.
    """
    size, top = HEAD + CELL * len(aus), HEAD + (0 if above is None else CELL + 8)
    shades = numbers if shades is None else shades
    if most is None:
        most = _largest(shades)
    drawing = Drawing(label, class_="matrix", viewBox=f"0 0 {size} {size + top - HEAD}", width=size)
    for place, au in enumerate(aus):
        short, middle = au.removeprefix("AU"), HEAD + CELL * (place + 0.5)
        drawing.add(
            "text", short, class_="side", x=HEAD - 6, y=top - HEAD + middle + 4, text_anchor="end"
        )
        drawing.add("text", short, class_="side", x=middle, y=HEAD - 8, text_anchor="middle")
    if above is not None:
        drawing.add(
            "text", "all", class_="side", x=HEAD - 6, y=HEAD + CELL / 2 + 3.5, text_anchor="end"
        )
        for column, value in enumerate(above):
            _write(drawing, value, HEAD + CELL * column, HEAD, strong=False)
    for row, first in enumerate(aus):
        for column, second in enumerate(aus):
            x, y = HEAD + CELL * column, top + CELL * row
            number, shade = numbers[row, column], shades[row, column]
            unknown = bool(np.isnan(number))
            strength = 0.0 if np.isnan(shade) else min(abs(shade) / most, 1.0)
            tone = "diagonal" if row == column else "unknown" if unknown else _tone(shade)
            opacity = FULLEST * strength if tone in ("more", "less") else None
            told = None if unknown else said.format(row=first, column=second, value=number)
            drawing.add(
                "rect", told, class_=f"cell {tone}", x=x + 0.5, y=y + 0.5, width=CELL - 1,
                height=CELL - 1, fill_opacity=opacity,
            )  # fmt: skip
            if not unknown and row != column:
                _write(drawing, number, x, y, strong=strength > 0.65)
    return drawing


def _write(drawing: Drawing, number: float, x: float, y: float, strong: bool) -> None:
    if np.isnan(number):
        return
    written = f"{round(abs(number) * 100):d}"
    minus = numerals.MINUS if number < 0 and written != "0" else ""
    drawing.add(
        "text", minus + written, class_="number strong" if strong else "number",
        x=x + CELL / 2, y=y + CELL / 2 + 3.5, text_anchor="middle",
    )  # fmt: skip


def filled(matrix: Sequence[Sequence[float | None]] | None) -> np.ndarray | None:
    """A matrix of the metrics as floats, NaN where it says null."""
    return None if matrix is None else np.array(matrix, dtype=float)


def _tone(shade: float) -> str:
    return "less" if shade < 0 else "more"


def _largest(shades: np.ndarray) -> float:
    apart = shades[~np.eye(len(shades), dtype=bool)]
    known = np.abs(apart[~np.isnan(apart)])
    return float(known.max(initial=0.0)) or 1.0
