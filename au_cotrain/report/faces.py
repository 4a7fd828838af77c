"""Faces: the worst errors as small pictures inside the page."""

import base64
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

THUMBNAIL = 128
"""Pixels of the longer side."""


@dataclass(frozen=True)
class Face:
    """One error."""

    said: Mapping[str, Any]
    """As ``metrics["worst"]`` has it."""
    source: str
    """A data URI."""
    width: int
    height: int
    frame: int
    """-1 unknown."""
    path: str
    """Below the folder that all pictures share: where that lies is nobody else's concern."""


def draw_worst(
    worst: Sequence[Mapping[str, Any]],
    paths: Sequence[str],
    frames: np.ndarray,
    picture: Callable[[int], np.ndarray],
) -> dict[int, list[Face]]:
    """The errors of either kind: 0 said but not coded, 1 coded but not said.

    Args:
        worst: of the metrics.
        paths: N pictures of the manifest.
        frames: (N,), −1 unknown.
        picture: gives face i as (H, W, 3) uint8 RGB.
    """
    shared = _shared_folder(paths)
    kinds: dict[int, list[Face]] = {0: [], 1: []}
    for error in worst:
        face = error["face"]
        source, width, height = thumbnail(picture(face))
        path = os.path.relpath(error["path"], shared) if shared else error["path"]
        shown = Face(error, source, width, height, int(frames[face]), path)
        kinds[error["label"]].append(shown)
    return kinds


def _shared_folder(paths: Sequence[str]) -> str:
    folders = {os.path.dirname(path) for path in paths}
    alike = len({os.path.isabs(folder) for folder in folders}) == 1
    return os.path.commonpath(folders) if alike else ""


def thumbnail(pixels: np.ndarray) -> tuple[str, int, int]:
    """A small picture as the text of an ``src``.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        the data URI, its width and height in pixels.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=82)
    encoded = base64.b64encode(stream.getvalue()).decode()
    return f"data:image/jpeg;base64,{encoded}", *picture.size
