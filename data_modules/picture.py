"""Pictures: from a file to pixels."""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from rich import get_console
from rich.progress import track

from data_modules.errors import DataError
from data_modules.shard import member

if TYPE_CHECKING:  # pandas comes with it, which reading pictures does without
    from data_modules.manifest import Manifest

# Pillow's warning is about uploads by strangers; from twice as many pixels on it is an error.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


class PictureError(DataError):
    """A file is missing, truncated, or no picture; the message names it and says why."""


def read_picture(path: str | Path, size: int) -> np.ndarray:
    """Decode a picture, turn it upright, and scale its middle square.

    Args:
        path: a file of any format Pillow knows, perhaps within a tar (``000000.tar/key.jpg``);
            grey, 16-bit and transparent ones become RGB.
        size: pixels of a side of the result.

    Returns:
        (size, size, 3) uint8 RGB.

    Raises:
        PictureError: there is no whole picture in that file.
    """
    try:
        upright, _ = _decode(path, lambda _: (size, size))
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error
    return middle_square(upright, size)


def middle_square(picture: Image.Image | np.ndarray, size: int) -> np.ndarray:
    """Scale the middle square of a picture, (H, W, 3) if it is an array, to (size, size, 3)."""
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    if image.size != (size, size):  # else it would be copied
        image = ImageOps.fit(image, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(image)


def central_crop(face: np.ndarray, size: int) -> np.ndarray:
    """The middle (size, size, 3) of a face: what validation, test and prediction see."""
    top = (face.shape[0] - size) // 2
    left = (face.shape[1] - size) // 2
    return face[top : top + size, left : left + size]


def read_whole(source: str | Path | BinaryIO, longer: int = 1600) -> np.ndarray:
    """Decode a picture and turn it upright.

    Args:
        source: a file, opened or not, of any format Pillow knows; grey, 16-bit and transparent
            ones become RGB.
        longer: pixels; a JPEG whose longer side is twice this or more is decoded smaller, but
            never below it.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        PictureError: there is no whole picture in that file; the message says only why.
    """
    return read_sized(source, longer)[0]


def read_sized(
    source: str | Path | BinaryIO, longer: int = 1600
) -> tuple[np.ndarray, tuple[int, int]]:
    """As ``read_whole``, and the upright picture's width and height before it was made smaller."""

    def least(image: Image.Image) -> tuple[int, int]:
        part = min(1.0, longer / max(image.size))
        return max(1, int(image.width * part)), max(1, int(image.height * part))

    upright, size = _decode(source, least)
    return np.asarray(upright), size


def _decode(
    source: str | Path | BinaryIO, least: Callable[[Image.Image], tuple[int, int]]
) -> tuple[Image.Image, tuple[int, int]]:
    """The upright picture in RGB and its full size; JPEGs decode to ``least`` pixels or more."""
    try:
        inside = member(source) if isinstance(source, str | Path) else None
        with Image.open(inside or source) as image:
            width, height = image.size
            turned = image.getexif().get(ExifTags.Base.Orientation, 1)
            if turned in (5, 6, 7, 8):  # lies on its side
                width, height = height, width
            image.draft("RGB", least(image))
            image.load()
            if turned != 1:
                ImageOps.exif_transpose(image, in_place=True)  # a copy of 100 megapixels is 400 MB
            upright = _eight_bit(image)
            return upright if upright.mode == "RGB" else upright.convert("RGB"), (width, height)
    except FileNotFoundError as error:
        raise PictureError("no such file") from error
    except Image.DecompressionBombError as error:
        raise PictureError("more than 178 million pixels; save it smaller") from error
    except UnidentifiedImageError as error:
        raise PictureError("not a picture") from error  # Pillow's words hold a memory address
    except Exception as error:
        # Broken files raise whatever Pillow trips over: OSError, SyntaxError, struct.error, ...
        told = error.strerror if isinstance(error, OSError) else None
        raise PictureError(told or str(error) or type(error).__name__) from error


def _eight_bit(image: Image.Image) -> Image.Image:
    """What ``convert`` makes RGB without loss or warning.

    Of a 16-bit grey picture the upper eight bits: it would be clipped to white.
    """
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers; save it with 8 bits")
    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))


def check_pictures(faces: "Manifest", size: int) -> None:
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

    console = get_console()
    with ThreadPoolExecutor(2) as threads:
        for _ in track(
            threads.map(check, range(len(faces))),
            f"checking pictures of {faces.source.name}",
            total=len(faces),
            console=console,
            transient=True,
            disable=not console.is_terminal,  # in a log it would be empty lines
        ):
            pass
