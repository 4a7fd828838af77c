"""Pictures: from a file to a square of pixels."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from rich.progress import track

from data_modules.manifest import DataError, Manifest


class PictureError(Exception):
    """A file is missing, truncated, or no picture; the message names it and says why."""


def read_picture(path: str | Path, size: int) -> np.ndarray:
    """Decode a picture, turn it upright, and scale its middle square.

    Args:
        path: a file of any format Pillow knows; grey, 16-bit and transparent ones become RGB.
        size: pixels of a side of the result.

    Returns:
        (size, size, 3) uint8 RGB.

    Raises:
        PictureError: there is no whole picture in that file.
    """
    try:
        with Image.open(path) as image:
            image.draft("RGB", (size, size))  # JPEGs decode near the size wanted, never below
            upright = ImageOps.exif_transpose(image).convert("RGB")
            square = ImageOps.fit(upright, (size, size), Image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # Pillow says which file only for some; SyntaxError is what broken PNGs raise.
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise PictureError(f"{path}: {reason}") from error
    return np.asarray(square)


def check_pictures(faces: Manifest, size: int) -> None:
    """Decode every picture of a labeled split once, before any training.

    Raises:
        DataError: one cannot be read; the message names its table and row.
    """

    def check(face: int) -> None:
        try:
            read_picture(faces.paths[face].as_py(), size)
        except PictureError as error:
            raise DataError(
                f"{faces.where(face)}: unreadable picture {error}; mend it or remove the row"
            ) from error

    with ThreadPoolExecutor(2) as threads:
        checked = threads.map(check, range(len(faces)))
        for _ in track(
            checked, f"checking pictures of {faces.source.name}", len(faces), transient=True
        ):
            pass
