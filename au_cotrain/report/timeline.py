"""Time lines: what was said of an AU over the frames of a sequence, and what was coded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from au_cotrain.report.drawing import Drawing, line_through, percent

SEQUENCES, AUS = 4, 4
"""Shown at most, and AUs of each."""
FRAMES = 8
"""A sequence has at least so many, or it is no time line."""
WIDTH, HEIGHT, POINTS = 1000, 64, 400
GAP = 2.5
"""Usual distances of frames, beyond which those between are missing."""


@dataclass(frozen=True)
class Line:
    """One AU of a sequence."""

    au: str
    drawing: Drawing
    said: str


@dataclass(frozen=True)
class Timeline:
    """One sequence, its first and last frame, its AUs."""

    sequence: str
    frames: int
    first: int
    last: int
    lines: list[Line]


def draw_timelines(
    aus: Sequence[str],
    probabilities: np.ndarray,
    labels: np.ndarray,
    thresholds: np.ndarray,
    sequences: Sequence[str],
    frames: np.ndarray,
    subjects: Sequence[str],
    behind: np.ndarray | None = None,
) -> tuple[list[Timeline], int]:
    """Draw the sequences that say most: those with most AUs coded both present and absent.

    Between equals the one whose labels change oftener; one of each person.

    Args:
        aus: C names.
        probabilities: (N, C).
        labels: (N, C) 1, 0, −1 unknown.
        thresholds: (C,).
        sequences: N, empty where a face is in none.
        frames: (N,), −1 unknown.
        subjects: N.
        behind: (N, C) probabilities of another predictor, if there is one.

    Returns:
        At most ``SEQUENCES``, and from how many they were chosen.
    """
    of: dict[str, list[int]] = {}
    for row, sequence in enumerate(sequences):
        if sequence and frames[row] >= 0:
            of.setdefault(sequence, []).append(row)
    chosen = []
    for sequence, found in of.items():
        # Where a frame's number comes twice, several recordings are mixed, and none is a line.
        if len(found) >= FRAMES and len(np.unique(frames[found])) == len(found):
            rows = np.array(found)[np.argsort(frames[found], kind="stable")]
            both, changes = _states(labels[rows])
            chosen.append((-int(both.sum()), -int(changes.sum()), sequence, rows))
    shown: dict[str, tuple[str, np.ndarray]] = {}
    for _, _, sequence, rows in sorted(chosen, key=lambda choice: choice[:3]):
        if len(shown) < SEQUENCES:
            shown.setdefault(subjects[rows[0]], (sequence, rows))
    timelines = []
    for sequence, rows in shown.values():
        both, changes = _states(labels[rows])
        order = np.lexsort((np.arange(len(aus)), -changes, ~both))[:AUS]
        lines = [
            _line(
                aus[j],
                frames[rows],
                probabilities[rows, j],
                labels[rows, j],
                thresholds[j],
                None if behind is None else behind[rows, j],
            )
            for j in sorted(order)
        ]
        ends = int(frames[rows[0]]), int(frames[rows[-1]])
        timelines.append(Timeline(sequence, len(rows), *ends, lines))
    return timelines, len(chosen)


def _states(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(C,) whether an AU is coded both present and absent, and how often that changes."""
    both = (labels == 1).any(0) & (labels == 0).any(0)
    changes = (np.abs(np.diff(labels.astype(int), axis=0)) == 1) & (labels[1:] + labels[:-1] == 1)
    return both, changes.sum(0)


def _line(
    au: str,
    frames: np.ndarray,
    probabilities: np.ndarray,
    labels: np.ndarray,
    threshold: float,
    behind: np.ndarray | None,
) -> Line:
    first, last = int(frames[0]), int(frames[-1])
    right = ((probabilities >= threshold) == (labels == 1))[labels >= 0]
    said = f"{right.sum():,} of {len(right):,} frames right" if len(right) else "nobody coded it"
    drawing = Drawing(
        f"{au} over frames {first} to {last}: probability as a line, coded presence as a band; "
        f"{said}",
        width="100%", height=HEIGHT,
    )  # fmt: skip
    step = float(np.median(np.diff(frames)))

    def x(frame: float) -> float:
        return (frame - first + step / 2) / (last - first + step)

    bands = [
        (kind, frames[start] - step / 2, frames[end] + step / 2)
        for state, kind in ((1, "shown"), (-1, "uncoded"))
        for start, end in _runs(labels == state, frames, GAP * step)
    ]
    # Of frames that are not in the table nobody said anything: they are neither.
    gaps = np.flatnonzero(np.diff(frames) > GAP * step)
    bands += [("uncoded", frames[i] + step / 2, frames[i + 1] - step / 2) for i in gaps]
    for kind, start, end in bands:
        drawing.add(
            "rect", class_=kind, x=percent(x(start)), y="0", height=HEIGHT,
            width=percent(x(end) - x(start)),
        )  # fmt: skip
    y = 4 + (HEIGHT - 8) * (1 - threshold)
    drawing.add("line", class_="threshold", x1="0", x2="100%", y1=y, y2=y)
    for of, kind in ((behind, "curve other"), (probabilities, "curve")):
        if of is not None:
            seen = _seen(frames, of, step)
            points = [(WIDTH * x(f), 4 + (HEIGHT - 8) * (1 - p)) for f, p in seen]
            drawing.add_stretched("path", WIDTH, HEIGHT, class_=kind, d=line_through(points))
    return Line(au, drawing, said)


def _runs(inside: np.ndarray, frames: np.ndarray, gap: float) -> list[tuple[int, int]]:
    """First and last place of each run of True; one ends where frames lie further apart."""
    apart = np.diff(frames) > gap
    starts = inside & np.concatenate([[True], ~inside[:-1] | apart])
    ends = inside & np.concatenate([~inside[1:] | apart, [True]])
    return list(zip(np.flatnonzero(starts), np.flatnonzero(ends), strict=True))


def _seen(frames: np.ndarray, probabilities: np.ndarray, step: float) -> list[tuple[float, float]]:
    """Points of the line: lowest and highest of each stretch where frames outnumber pixels."""
    keep = np.arange(len(frames))
    if len(frames) > POINTS:
        stretches = np.array_split(keep, POINTS // 2)
        ends = [(s[np.argmin(probabilities[s])], s[np.argmax(probabilities[s])]) for s in stretches]
        keep = np.unique(np.array(ends))
    gap = GAP * max(step, (frames[-1] - frames[0]) / max(len(keep), 1))
    points: list[tuple[float, float]] = []
    for before, here in zip([keep[0], *keep[:-1]], keep, strict=True):
        if frames[here] - frames[before] > gap:
            points.append((float("nan"), float("nan")))
        points.append((float(frames[here]), float(probabilities[here])))
    return points
