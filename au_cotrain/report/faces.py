"""Faces: small pictures inside the page."""

import base64
import io

import numpy as np
from PIL import Image

THUMBNAIL = 128
"""Pixels of the longer side."""


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
