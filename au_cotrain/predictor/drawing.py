"""A frame with its faces' boxes and the bars of their AUs, to be looked at."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from au_cotrain.predictor.scored_frame import ScoredFace, ScoredFrame

COLOURS = (
    (86, 180, 233), (240, 170, 30), (60, 200, 140), (240, 228, 66), (230, 110, 60), (214, 130, 180),
)  # fmt: skip
"""Of faces by their number; colour-blind eyes tell them apart too (Okabe and Ito, 2008)."""
_INK, _QUIET, _GROUND, _TRACK = (255, 255, 255), (165, 172, 180), (16, 20, 26), (58, 64, 72)
_CLEAR = 0.72  # of a panel's ground: what lies below can still be made out
_SMALLEST = 360  # pixels of a drawn frame's shorter side, below which nobody can read bars


class Rectangle(NamedTuple):
    """Left, top, right, bottom, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Rectangle") -> float:
        """Pixels that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


def draw(frame: ScoredFrame, aus: Sequence[str], thresholds: Sequence[float]) -> np.ndarray:
    """Draw boxes, numbers and bars into a copy of a frame.

    A bar is an AU's probability, its tick the threshold; it has the box's colour where the AU
    occurs. Where many faces leave no room for bars, the AUs that occur are named below the face.
    Small frames are scaled up, and a crop that is nothing but a face gets its bars beside it.

    Args:
        frame: with its pixels.
        aus: C names.
        thresholds: C.

    Returns:
        (H, W, 3) uint8 RGB, of the same size for all frames of one size, crops or not.

    Raises:
        ValueError: the frame has no pixels.
    """
    if frame.pixels is None:
        raise ValueError("a frame without pixels cannot be drawn")
    image = Image.fromarray(frame.pixels)
    full = frame.size or image.size
    scale = max(1, -(-_SMALLEST // min(image.size)))
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC)
    else:
        image = image.copy()  # it may share the frame's memory
    boxes = [_scaled(face.box, image.width / full[0]) for face in frame.faces]
    unit = min(image.size) / 480
    if [face.box for face in frame.faces] == [(0, 0, *full)]:
        row = min(20 * unit, image.height / (len(aus) + 1))
        panel = _panel(frame.faces[0], aus, thresholds, row)
        wide = Image.new("RGB", (image.width + panel.width, image.height), _GROUND)
        wide.paste(image, (0, 0))
        wide.paste(panel, (image.width, (image.height - panel.height) // 2))
        return np.asarray(wide)
    largest = sorted(range(len(boxes)), key=lambda i: -boxes[i].overlap(boxes[i]))
    for i in largest:
        _outline(image, boxes[i], frame.faces[i].number, unit)
    taken: list[Rectangle] = []
    for i in largest:
        face, others = frame.faces[i], [*(boxes[j] for j in largest if j != i), *taken]
        for row in _row_heights(boxes[i], len(aus), unit):
            size = _panel_size(len(aus), row)
            corner = _free_place(boxes[i], size, image.size, others, alone=len(boxes) == 1)
            if corner is not None:
                tile = _panel(face, aus, thresholds, row)
                break
        else:
            tile = _names(face, aus, unit)
            corner = _inside(boxes[i].left, boxes[i].bottom, tile.size, image.size)
        _blend(image, tile, corner)
        taken.append(Rectangle(*corner, corner[0] + tile.width, corner[1] + tile.height))
    return np.asarray(image)


def colour(number: int) -> tuple[int, int, int]:
    """Of a face."""
    return COLOURS[number % len(COLOURS)]


def _scaled(box: Sequence[float], scale: float) -> Rectangle:
    x, y, width, height = (side * scale for side in box)
    return Rectangle(x, y, x + width, y + height)


def _row_heights(box: Rectangle, aus: int, unit: float) -> Iterable[float]:
    """Of bars, in pixels: as the face is high, then the smallest that can be read."""
    least, most = 10 * unit, 16 * unit
    return dict.fromkeys((min(most, max(least, (box.bottom - box.top) / (aus + 1))), least))


def _panel_size(aus: int, row: float) -> tuple[int, int]:
    return round(9.6 * row), round((aus + 0.8) * row)


def _free_place(
    box: Rectangle,
    size: tuple[int, int],
    frame: tuple[int, int],
    others: Sequence[Rectangle],
    alone: bool,
) -> tuple[int, int] | None:
    """The upper left corner of a panel beside, below or above a face, if there is room.

    A face that is alone gets its panel in any case: over the edge of its own box.
    """
    gap = 0.25 * size[0] / 9.6
    wanted = [
        (box.right + gap, box.top), (box.left - gap - size[0], box.top),
        (box.left, box.bottom + gap), (box.left, box.top - gap - size[1]),
    ]  # fmt: skip
    best: tuple[float, tuple[int, int]] | None = None
    for x, y in wanted:
        corner = _inside(x, y, size, frame)
        here = Rectangle(*corner, corner[0] + size[0], corner[1] + size[1])
        covered = here.overlap(box)
        if not alone and (covered or any(here.overlap(other) for other in others)):
            continue
        if best is None or covered < best[0]:
            best = covered, corner
    return best and best[1]


def _inside(x: float, y: float, size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """The corner nearest to x and y from which something of a size lies in the frame."""
    return (
        round(max(0, min(x, frame[0] - size[0]))),
        round(max(0, min(y, frame[1] - size[1]))),
    )


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(6, size))


def _outline(image: Image.Image, box: Rectangle, number: int, unit: float) -> None:
    """A face's box with its number on the upper edge."""
    canvas = ImageDraw.Draw(image)
    line = max(1, round(2 * unit))
    left, top, right, bottom = map(round, box)
    canvas.rounded_rectangle(
        (left, top, max(left, right), max(top, bottom)), 5 * unit, outline=colour(number),
        width=line,
    )  # fmt: skip
    text, font = f"face {number}", _font(round(12 * unit))
    width, height = round(canvas.textlength(text, font)) + round(8 * unit), round(15 * unit)
    x, y = _inside(left, top - height, (width, height), image.size)
    canvas.rectangle((x, y, x + width, y + height), fill=colour(number))
    canvas.text((x + width / 2, y + height / 2), text, _GROUND, font, anchor="mm")


def _panel(
    face: ScoredFace, aus: Sequence[str], thresholds: Sequence[float], row: float
) -> Image.Image:
    """Names, bars and numbers of a face's AUs on a dark ground."""
    tile = Image.new("RGB", _panel_size(len(aus), row), _GROUND)
    canvas, font = ImageDraw.Draw(tile), _font(round(0.78 * row))
    left, right = 3.3 * row, 7.2 * row
    for j, (au, p, occurs) in enumerate(zip(aus, face.probabilities, face.occurs, strict=True)):
        top, ink = (0.4 + j) * row, _INK if occurs else _QUIET
        middle = top + 0.5 * row
        upper, lower = round(top + 0.24 * row), round(top + 0.76 * row)
        canvas.text((0.5 * row, middle), au, ink, font, anchor="lm")
        canvas.rectangle((left, upper, right, lower), fill=_TRACK)
        end = left + float(p) * (right - left)
        if end - left >= 1:
            fill = colour(face.number) if occurs else _QUIET
            canvas.rectangle((left, upper, end, lower), fill=fill)
        tick = round(left + thresholds[j] * (right - left))
        wide = max(1, round(0.09 * row))
        canvas.rectangle((tick, round(top + 0.1 * row), tick + wide - 1, round(top + 0.9 * row)),
                         fill=_INK)  # fmt: skip
        canvas.text((9.25 * row, middle), f"{p:.2f}", ink, font, anchor="rm")
    return tile


def _names(face: ScoredFace, aus: Sequence[str], unit: float) -> Image.Image:
    """The AUs that occur, in one line."""
    present = [au.removeprefix("AU") for au, on in zip(aus, face.occurs, strict=True) if on]
    text = f"AU {' '.join(present)}" if present else "no AU"
    font = _font(round(10 * unit))
    width = ImageDraw.Draw(Image.new("RGB", (1, 1))).textlength(text, font)
    tile = Image.new("RGB", (round(width + 8 * unit), round(14 * unit)), _GROUND)
    ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), text, _INK, font, anchor="mm")
    return tile


def _blend(image: Image.Image, tile: Image.Image, corner: tuple[int, int]) -> None:
    """Lay a tile over the image: its ground lets the image through, its signs do not."""
    below = image.crop((*corner, corner[0] + tile.width, corner[1] + tile.height))
    shown = np.asarray(tile)
    ground = (shown == np.array(_GROUND, np.uint8)).all(axis=2, keepdims=True)
    mixed = Image.blend(below, tile, _CLEAR)
    image.paste(Image.fromarray(np.where(ground, np.asarray(mixed), shown)), corner)
