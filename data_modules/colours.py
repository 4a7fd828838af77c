"""Colours of a face, changed at random by one pass over its pixels."""

import math
from typing import Any

import albumentations as A
import cv2
import numpy as np

YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]]
)
"""Rows: luminance and the two axes of colour (NTSC) of red, green and blue."""
RGB = np.linalg.inv(YIQ)


class ColourJitter(A.ImageOnlyTransform):  # type: ignore[misc] # albumentations has no types
    """Brightness, contrast, saturation and hue, drawn evenly around no change.

    All four are linear in a pixel's colours once hue is an angle around luminance, so they are one
    (3, 4) matrix: an eighth of the time of ``albumentations.ColorJitter``, which goes through the
    pixels for each and through HSV for the hue.

    Args:
        brightness: b; colours times 1 - b to 1 + b.
        contrast: c; distance to the face's mean luminance times 1 - c to 1 + c.
        saturation: s; distance to the pixel's luminance times 1 - s to 1 + s.
        hue: h; turned by -h to h of a whole turn.
        p: probability of any change.
    """

    def __init__(
        self, brightness: float, contrast: float, saturation: float, hue: float, p: float
    ) -> None:
        super().__init__(p=p)
        self.ranges = (brightness, contrast, saturation, hue)

    def get_params(self) -> dict[str, Any]:
        """How much of each."""
        return {"changes": [self.py_random.uniform(-most, most) for most in self.ranges]}

    def apply(self, img: np.ndarray, changes: list[float], **params: Any) -> np.ndarray:  # noqa: ANN401
        """Change an (H, W, 3) uint8 RGB face."""
        brightness, contrast, saturation = (1 + change for change in changes[:3])
        grey = brightness * float(YIQ[0] @ cv2.mean(img)[:3])
        turn = 2 * math.pi * changes[3]
        cosine, sine = saturation * math.cos(turn), saturation * math.sin(turn)
        chroma = np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])
        colours = brightness * contrast * (RGB @ chroma @ YIQ)
        offset = np.full((3, 1), (1 - contrast) * grey)
        changed: np.ndarray = cv2.transform(img, np.hstack([colours, offset]))
        return changed
