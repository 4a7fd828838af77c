"""Where a face lies in the picture that the network sees."""

import math
from typing import Any

import albumentations as A
import cv2
import numpy as np


class Placement(A.DualTransform):  # type: ignore[misc] # albumentations has no types
    """A face turned, stretched and shifted, cropped and mirrored, by one look at each pixel.

    As ``albumentations``' ``Affine``, ``RandomCrop`` and ``HorizontalFlip`` one after the other, in
    less than half of their time.

    Args:
        size: pixels of a side of the result, at most the face's.
        turn: degrees; turned around its middle by -turn to turn.
        stretch: s; each axis times 1 - s to 1 + s.
        shift: part of a side; each axis moved by -shift to shift.
        moved: probability of turning, stretching and shifting; else the face is only cropped.
        mirror: whether every other face is mirrored.
    """

    def __init__(
        self,
        size: int,
        turn: float = 0,
        stretch: float = 0,
        shift: float = 0,
        moved: float = 0,
        mirror: bool = True,
    ) -> None:
        super().__init__(p=1)
        self.size, self.turn, self.stretch, self.shift = size, turn, stretch, shift
        self.moved, self.mirror = moved, mirror

    def get_params_dependent_on_data(
        self,
        params: dict[str, Any],
        data: dict[str, Any],
    ) -> dict[str, Any]:
        """How a face of that shape moves, if it does, and what is cut out of it."""
        height, width = params["shape"][:2]
        moved = self.py_random.random() < self.moved
        return {
            "movement": self._movement(height, width) if moved else None,
            "left": self.py_random.randint(0, width - self.size),
            "top": self.py_random.randint(0, height - self.size),
            "mirrored": self.mirror and self.py_random.random() < 0.5,
        }

    def _movement(self, height: int, width: int) -> np.ndarray:
        """The (2, 3) matrix from a pixel to its place: stretched, then turned, then shifted."""

        def drawn(most: float) -> Any:  # noqa: ANN401 - the library has no types
            return self.py_random.uniform(-most, most)

        angle = math.radians(drawn(self.turn))
        cosine, sine = math.cos(angle), math.sin(angle)
        stretches = [1 + drawn(self.stretch), 1 + drawn(self.stretch)]
        linear = np.array([[cosine, sine], [-sine, cosine]]) * stretches
        middle = np.array([width - 1, height - 1]) / 2
        shifts = [width * drawn(self.shift), height * drawn(self.shift)]
        return np.column_stack([linear, middle - linear @ middle + shifts])

    def apply(
        self,
        img: np.ndarray,
        movement: np.ndarray | None,
        left: int,
        top: int,
        mirrored: bool,
        **params: Any,  # noqa: ANN401
    ) -> np.ndarray:
        """Place an (H, W, 3) uint8 face: (size, size, 3)."""
        placed: np.ndarray
        if movement is None:
            placed = np.ascontiguousarray(img[top : top + self.size, left : left + self.size])
            return cv2.flip(placed, 1) if mirrored else placed
        placed = cv2.warpAffine(
            cv2.cvtColor(img, cv2.COLOR_RGB2RGBA),  # four channels take half the time of three
            self._matrix(movement, left, top, mirrored),
            (self.size, self.size),
            borderMode=cv2.BORDER_REPLICATE,
        )
        placed = cv2.cvtColor(placed, cv2.COLOR_RGBA2RGB)
        return placed

    def apply_to_keypoints(
        self,
        keypoints: np.ndarray,
        movement: np.ndarray | None,
        left: int,
        top: int,
        mirrored: bool,
        **params: Any,  # noqa: ANN401
    ) -> np.ndarray:
        """Move (K, 5) points, of which the first two are x and y in pixels, with the face."""
        matrix = self._matrix(movement, left, top, mirrored)
        placed = keypoints.copy()
        placed[:, :2] = keypoints[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        return placed

    def _matrix(
        self, movement: np.ndarray | None, left: int, top: int, mirrored: bool
    ) -> np.ndarray:
        matrix = np.eye(2, 3) if movement is None else movement.copy()
        matrix[:, 2] -= [left, top]
        if mirrored:
            matrix[0] *= -1
            matrix[0, 2] += self.size - 1
        return matrix
