"""What was made of a frame: its faces and their AUs, and the rows it is in a table."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

IDENTITY = (
    "input", "frame", "timestamp", "face", "success", "confidence", "x", "y", "width", "height",
)  # fmt: skip
"""Columns before the AUs', in order."""
INTEGERS = ("frame", "face", "success")
"""Of these, the whole numbers; an AU's ``_c`` is one too. Other columns but ``input`` are real."""


class ScoredFace(NamedTuple):
    """A face of a frame."""

    number: int
    """In a picture 0 for the largest; in a video the same as long as the face is followed."""
    box: tuple[float, float, float, float]
    """x and y of its upper left corner, width, height: pixels of the frame's ``size``."""
    confidence: float | None
    """Of the face's detection, 0 to 1; None where nobody looked for faces."""
    probabilities: np.ndarray
    """(C,) float32, calibrated."""
    occurs: np.ndarray
    """(C,) bool: the probability reaches the AU's own threshold."""


class ScoredFrame(NamedTuple):
    """A picture, or a frame of a video or a camera."""

    recording: int
    """Which of the pictures and videos that were found, from 0 on."""
    input: str
    """Its name, as it was given or found."""
    number: int
    """0-based within the video; 0 for a picture."""
    timestamp: float | None
    """Seconds from the video's start; None for a picture."""
    faces: tuple[ScoredFace, ...]
    pixels: np.ndarray | None
    """(H, W, 3) uint8 RGB; None where they were not asked for, or cannot be read."""
    size: tuple[int, int] | None
    """Width and height in pixels; ``pixels`` has less where a large JPEG was decoded smaller."""
    trouble: str
    """Why it cannot be read, in one line; "" if it can."""


def columns(aus: Sequence[str]) -> list[str]:
    """Names of a table's columns, in order."""
    return [*IDENTITY, *(f"{au}_p" for au in aus), *(f"{au}_c" for au in aus)]


def rows(frame: ScoredFrame, aus: int) -> list[tuple[Any, ...]]:
    """A row a face, one without face and AUs where there is none; None is an empty cell.

    Probabilities have 6 digits, confidences 4, seconds 6; a box is in hundredths of a pixel.

    Args:
        frame: what was made of it.
        aus: C.
    """
    timestamp = None if frame.timestamp is None else round(frame.timestamp, 6)
    place = (frame.input, frame.number, timestamp)
    if not frame.faces:
        return [(*place, None, 0, *[None] * (5 + 2 * aus))]
    return [
        (
            *place,
            face.number,
            1,
            None if face.confidence is None else round(face.confidence, 4),
            *(round(float(side), 2) for side in face.box),
            *(round(p, 6) for p in face.probabilities.tolist()),
            *face.occurs.astype(int).tolist(),
        )
        for face in frame.faces
    ]
