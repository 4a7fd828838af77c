"""Labels: cells of a table as codes, and the ones that cannot be right."""

import re
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import pandas as pd

from data_modules.doctor.finding import NOTE, Findings
from data_modules.facs import UNKNOWN


def read_codes(cells: Sequence[str], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels or intensities out of a column.

    Args:
        cells: N stripped texts. Numbers may be written 1 or 1.0, as tables with empty cells are.
        most: the greatest code; the least is 0.

    Returns:
        (N,) int8 codes, ``UNKNOWN`` for an empty cell and for one that is no code; and the places
        of the latter.
    """
    number, texts = pd.factorize(np.asarray(cells, dtype=object))
    codes = np.full(len(texts), UNKNOWN, np.int8)
    strange = np.zeros(len(texts), bool)
    for place, text in enumerate(texts):
        match = re.fullmatch(r"([0-9])(?:\.0+)?", text, re.ASCII)
        if match and int(match[1]) <= most:
            codes[place] = int(match[1])
        else:
            strange[place] = text != ""
    return codes[number], np.flatnonzero(strange[number])


def compare_intensities(
    table: Path,
    rows: np.ndarray,
    aus: Sequence[str],
    labels: np.ndarray,
    intensities: dict[str, np.ndarray],
    findings: Findings,
) -> None:
    """Find labels that no threshold of their intensities gives.

    Occurrence is an intensity of at least some threshold, 1 to 5, which may be another for each
    AU. So an AU that occurs with intensity 0, or does not with 5, is wrong by itself, and the
    others together where one that occurs has less than one that does not.

    Args:
        table: for messages.
        rows: (N,) lines in it.
        aus: C names.
        labels: (N, C).
        intensities: AU → (N,).
        findings: gets what is wrong.
    """
    for place, au in enumerate(aus):
        if au not in intensities:
            continue
        label, intensity = labels[:, place], intensities[au]
        absurd = ((label == 1) & (intensity == 0)) | ((label == 0) & (intensity == 5))
        found = np.flatnonzero(absurd)
        findings.add_all(
            table, "label-against-intensity", rows[found],
            (f"{au} is {label[face]} with intensity {intensity[face]}" for face in found),
        )  # fmt: skip
        present = np.flatnonzero((label == 1) & (intensity > 0))
        absent = np.flatnonzero((label == 0) & (intensity >= 0) & (intensity < 5))
        if not len(present) or not len(absent):
            continue
        weakest = present[intensity[present].argmin()]
        strongest = absent[intensity[absent].argmax()]
        if intensity[weakest] <= intensity[strongest]:
            what = (
                f"{au} is 1 with intensity {intensity[weakest]}, but 0 with intensity "
                f"{intensity[strongest]} in row {rows[strongest]}"
            )
            findings.add(table, "label-against-intensity", what, int(rows[weakest]))


def check_occurrence(
    table: Path, rows: np.ndarray, aus: Sequence[str], labels: np.ndarray, findings: Findings
) -> None:
    """Find AUs of which nothing can be learned, and frames of which nothing is known.

    Args: as of ``compare_intensities``.
    """
    if not labels.size:
        return
    unlabeled = rows[(labels == UNKNOWN).all(1)]
    findings.add_all(table, "unlabeled", unlabeled, repeat("every AU is unknown"), NOTE)
    columns = dict(zip(aus, labels.T, strict=True))
    uncoded = [au for au, column in columns.items() if (column == UNKNOWN).all()]
    lacking = {"not-coded": uncoded}
    for code, kind in ((1, "never-positive"), (0, "never-negative")):
        lacking[kind] = [
            au for au, column in columns.items() if code not in column and au not in uncoded
        ]
    for kind, some in lacking.items():
        findings.add_all(table, kind, [0] * len(some), some, NOTE)
