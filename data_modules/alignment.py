"""Alignment: the same cut-out of a face at training and at prediction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from data_modules.errors import DataError
from data_modules.landmarker import MODEL_SHA256, Landmarker

TEMPLATE: Mapping[int, tuple[float, float]] = {
    33: (0.270, 0.355), 133: (0.410, 0.365), 362: (0.590, 0.365), 263: (0.730, 0.355),
    168: (0.500, 0.344), 2: (0.500, 0.599),
}  # fmt: skip
"""Landmark → where it comes to lie, x and y as parts of the crop's side.

Corners of the eyes, bridge and base of the nose: what expressions hardly move. The proportions are
those of frontal faces; the outer corners of the eyes are 0.46 of the side apart, which leaves room
for the forehead's creases and for a chin that drops.
"""


@dataclass(frozen=True)
class Alignment:
    """How a face is cut out of its picture."""

    size: int = 256
    """S, pixels of a side of the crop."""
    method: str = "similarity"
    """"similarity" turns, scales and shifts the face onto the template; "none" takes the picture
    whole, for pictures that are crops already."""
    template: Mapping[int, tuple[float, float]] = field(default_factory=lambda: dict(TEMPLATE))
    """Landmark → x and y in [0, 1]; empty where the method is "none"."""

    def __post_init__(self) -> None:
        if self.method not in ("similarity", "none"):
            raise DataError(f"alignment by {self.method!r} is not known; similarity and none are")
        if self.method == "none":
            object.__setattr__(self, "template", {})

    def parameters(self) -> dict[str, Any]:
        """Plain values that say it all, for a manifest or a predictor; ``stated`` reads them."""
        said = asdict(self)
        said["template"] = {str(point): list(place) for point, place in self.template.items()}
        if self.method == "similarity":
            said["landmarker_sha256"] = MODEL_SHA256
        return said

    def similarity(self, points: np.ndarray) -> np.ndarray:
        """The similarity transform that brings landmarks nearest to the template.

        Least squares over rotation, scale and shift, without reflection (Umeyama, "Least-squares
        estimation of transformation parameters between two point patterns", 1991), in which a
        plane's points are complex numbers.

        Args:
            points: (478, 2) landmarks, pixels from the upper left corner.

        Returns:
            (2, 3) float64: crop's pixels = matrix @ (x, y, 1).

        Raises:
            ValueError: the points are one, which says no scale.
        """
        here = points[list(self.template)] @ (1, 1j)
        there = self.size * np.array(list(self.template.values())) @ (1, 1j)
        spread = here - here.mean()
        if not np.abs(spread).max() > 0:
            raise ValueError("all landmarks are one point")
        turn = np.vdot(spread, there - there.mean()) / np.vdot(spread, spread).real
        shift = there.mean() - turn * here.mean()
        return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])

    def cut(self, picture: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Cut a face out; beyond the picture its border is repeated.

        Args:
            picture: (H, W, 3) uint8 RGB.
            points: (478, 2) landmarks of the face.

        Returns:
            (S, S, 3) uint8 RGB.
        """
        return self.cut_all(picture, [points])[0]

    def cut_all(self, picture: np.ndarray, faces: Sequence[np.ndarray]) -> list[np.ndarray]:
        """As ``cut``, for several faces of a picture, (478, 2) each."""
        pictures = {1: picture}
        crops: list[np.ndarray] = []
        for points in faces:
            matrix = self.similarity(points)
            shrink = max(1, int(1 / np.hypot(*matrix[:, 0])))
            if shrink > 1:  # a large face: averaged first, or fine lines would alias
                height, width = (max(1, side // shrink) for side in picture.shape[:2])
                matrix = matrix @ np.diag([picture.shape[1] / width, picture.shape[0] / height, 1])
                if shrink not in pictures:
                    pictures[shrink] = cv2.resize(
                        picture, (width, height), interpolation=cv2.INTER_AREA
                    )
            # A pixel's middle is at (0.5, 0.5) for landmarks, at (0, 0) for OpenCV.
            matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
            crop = cv2.warpAffine(
                pictures[shrink],
                matrix,
                (self.size, self.size),
                borderMode=cv2.BORDER_REPLICATE,
            )
            crops.append(crop)
        return crops

    def whole(self, picture: np.ndarray) -> np.ndarray:
        """A picture made square by repeating its border, and scaled to (S, S, 3)."""
        height, width = picture.shape[:2]
        tall, wide = max(0, width - height), max(0, height - width)
        square = cv2.copyMakeBorder(
            picture, tall // 2, tall - tall // 2, wide // 2, wide - wide // 2, cv2.BORDER_REPLICATE
        )
        way = cv2.INTER_AREA if max(height, width) > self.size else cv2.INTER_CUBIC
        scaled: np.ndarray = cv2.resize(square, (self.size, self.size), interpolation=way)
        return scaled


def stated(parameters: Mapping[str, Any]) -> Alignment:
    """The alignment that ``Alignment.parameters`` told.

    Raises:
        DataError: it is none, or was made with another landmarker.
    """
    try:
        alignment = Alignment(
            int(parameters["size"]),
            str(parameters["method"]),
            {int(point): (float(x), float(y)) for point, (x, y) in parameters["template"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"no alignment is stated by {dict(parameters)}") from error
    if parameters.get("landmarker_sha256", MODEL_SHA256) != MODEL_SHA256:
        raise DataError(
            "the faces were aligned by another landmarker "
            f"(sha256 {str(parameters['landmarker_sha256'])[:12]}...) than this version's "
            f"({MODEL_SHA256[:12]}...)"
        )
    return alignment


class Aligner:
    """Cuts the largest face out of a picture.

    A context manager, since the landmarker it opens holds memory and threads.

    Args:
        alignment: how.
        model: the landmarker's file, see ``landmarker.find_model``; not needed for "none".

    Raises:
        DataError: the landmarker cannot be opened.
    """

    def __init__(self, alignment: Alignment, model: Path | None = None) -> None:
        self.alignment = alignment
        self._landmarker = None if alignment.method == "none" else Landmarker(model)

    def __call__(self, picture: np.ndarray) -> np.ndarray | None:
        """The (S, S, 3) uint8 RGB crop of an (H, W, 3) uint8 RGB picture; None: no face found."""
        if self._landmarker is None:
            return self.alignment.whole(picture)
        faces = self._landmarker(picture)
        return self.alignment.cut(picture, faces[0]) if faces else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._landmarker is not None:
            self._landmarker.close()
