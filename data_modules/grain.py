"""Grain: the noise of a sensor."""

from statistics import NormalDist
from typing import Any

import albumentations as A
import cv2
import numpy as np

QUANTILES = np.array([NormalDist().inv_cdf((byte + 0.5) / 256) for byte in range(256)])
"""A random byte's place in the normal distribution, which ends at 2.9 deviations therefore."""


class Grain(A.ImageOnlyTransform):  # type: ignore[misc] # albumentations has no types
    """Gaussian noise, drawn for each colour of each pixel.

    An eighth of the time of ``albumentations.GaussNoise``: random bytes are looked up in a table.

    Args:
        least: smallest standard deviation, part of 255.
        most: largest.
        p: probability of any.
    """

    def __init__(self, least: float, most: float, p: float) -> None:
        super().__init__(p=p)
        self.least, self.most = least, most

    def get_params(self) -> dict[str, Any]:
        """How much."""
        return {"deviation": 255 * self.py_random.uniform(self.least, self.most)}

    def apply(self, img: np.ndarray, deviation: float, **params: Any) -> np.ndarray:  # noqa: ANN401
        """Lay it over an (H, W, 3) uint8 face."""
        drawn = np.frombuffer(self.random_generator.bytes(img.size), np.uint8).reshape(img.shape)
        noise = cv2.LUT(drawn, np.rint(deviation * QUANTILES).astype(np.int16))
        grained: np.ndarray = cv2.add(img, noise, dtype=cv2.CV_8U)
        return grained
