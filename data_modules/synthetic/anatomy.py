"""Where things lie on the mean face, and how far they stand out.

Frame: centimetres; x to the picture's right, y up, z towards the camera; the origin lies between
the ears at the height of the pupils. Sizes follow adult means of facial anthropometry (pupils
6.6 cm apart, eyes to chin 11.6 cm, head 15 cm wide).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[np.float64]

LIP_Y = -7.0
MOUTH_HALF_WIDTH = 2.5
BREADTH = 1.11
"""Growth in width of everything once it is laid out; `anchor` stays as it was."""
EYE_CENTRE = (3.15 * BREADTH, 0.0, 6.55)
"""Centre of the left-hand (picture's right) eyeball; the other mirrors it."""
EYE_RADIUS = 1.5
"""Larger than an anatomical eyeball (1.2 cm), so that lids and eye share one sphere."""


def bump(x: Array, y: Array, cx: float, cy: float, sx: float, sy: float) -> Array:
    """Gaussian of height 1 at (cx, cy) and, mirrored, at (-cx, cy); smooth on the midline."""
    right = np.exp(-0.5 * ((x - cx) / sx) ** 2)
    left = np.exp(-0.5 * ((x + cx) / sx) ** 2)
    across: Array = (right + left) / (1.0 + np.exp(-0.5 * (2 * cx / sx) ** 2))
    return across * np.exp(-0.5 * ((y - cy) / sy) ** 2)


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 at `low`, 1 at `high`, smooth between; `low` may exceed `high`."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    result: Array = t * t * (3.0 - 2.0 * t)
    return result


def mouth_opening(x: Array) -> Array:
    """How far the lips can part at x: 1 in the middle, 0 from the corners outwards."""
    result: Array = np.clip(1.0 - (x / MOUTH_HALF_WIDTH) ** 2, 0.0, 1.0) ** 0.75
    return result


def lip_line(x: Array) -> Array:
    """Height of the closed lips' line."""
    result: Array = (
        LIP_Y
        - 0.10 * np.exp(-((x / 0.45) ** 2))
        + 0.05 * np.exp(-(((np.abs(x) - 1.2) / 0.6) ** 2))
        - 0.04 * np.exp(-(((np.abs(x) - 2.6) / 0.5) ** 2))
    )
    return result


def upper_lip_height(x: Array) -> Array:
    """Height of the red of the upper lip, with the cupid's bow."""
    arch = np.clip(1.0 - (np.abs(x) / 2.5) ** 1.9, 0.0, 1.0) ** 0.85
    bow = 0.10 * np.exp(-(((np.abs(x) - 0.5) / 0.38) ** 2)) - 0.10 * np.exp(-((x / 0.25) ** 2))
    result: Array = 0.70 * arch + bow
    return result


def lower_lip_height(x: Array) -> Array:
    """Height of the red of the lower lip."""
    result: Array = 0.92 * np.clip(1.0 - (np.abs(x) / 2.4) ** 2, 0.0, 1.0) ** 0.7
    return result


def _profile(*knots: tuple[float, float]) -> PchipInterpolator:
    heights, values = zip(*sorted(knots), strict=True)
    return PchipInterpolator(heights, values, extrapolate=True)


# Midline without nose and lips, half width, and back of the head, by height.
FRONT = _profile(
    (11.8, 2.0),
    (10.5, 5.6),
    (9, 7.4),
    (7, 8.7),
    (5, 9.25),
    (3, 9.45),
    (1.7, 9.5),
    (0.3, 9.1),
    (-1, 8.9),
    (-3, 8.9),
    (-5, 9.05),
    (-6.2, 9.25),
    (-7, 9.2),
    (-8, 9.1),
    (-8.8, 9.0),
    (-10.2, 9.3),
    (-11.1, 9.1),
    (-11.6, 8.7),
)
WIDTH = _profile(
    (11.8, 2.2),
    (10.5, 4.7),
    (9, 5.9),
    (7, 6.65),
    (5, 7.0),
    (3, 7.12),
    (0, 7.05),
    (-2, 6.85),
    (-5, 6.35),
    (-7, 5.9),
    (-9, 5.4),
    (-11.6, 4.75),
)
BACK = _profile((11.8, 3), (9, 7.5), (5, 9.5), (0, 9.5), (-5, 8), (-7, 7), (-11.6, 6))
JAW_EDGE = _profile(
    (0, -11.6),
    (12, -11.55),
    (25, -11.2),
    (40, -10.5),
    (55, -9.7),
    (70, -9.1),
    (85, -8.7),
    (180, -8.4),
)


def features(x: Array, y: Array, side: Array) -> Array:
    """Relief in cm along z that turns the smooth head into a face."""
    ridge_height = np.interp(-y, [-1.2, 0.0, 1.5, 3.2, 4.2], [0.0, 0.25, 1.0, 1.75, 2.05])
    ridge_height = (
        ridge_height * smoothstep(-5.4, -4.3, y - 0.22 * np.abs(x)) * smoothstep(1.8, 0.2, y)
    )
    ridge_width = np.interp(-y, [0.0, 1.5, 3.0, 4.2], [0.60, 0.62, 0.72, 0.80])
    relief = ridge_height * np.exp(-((np.abs(x) / ridge_width) ** 2.3) * 0.7)
    relief += 0.36 * bump(x, y, 0.0, -4.05, 0.60, 0.48)
    relief += 1.05 * bump(x, y, 1.28, -4.42, 0.38, 0.36)
    relief += 0.55 * bump(x, y, 0.0, -4.95, 0.22, 0.25)
    relief -= 0.28 * bump(x, y, 1.95, -4.25, 0.22, 0.5)
    relief += 0.22 * bump(x, y, 2.6, 1.55, 1.5, 0.5)
    relief -= 0.60 * bump(x, y, 1.75, 0.10, 0.70, 0.8)
    relief -= 0.45 * bump(x, y, 3.2, 0.95, 1.3, 0.42)
    relief -= 0.30 * bump(x, y, 3.0, -1.35, 1.2, 0.45)
    relief += 0.40 * bump(x, y, 4.6, -2.3, 1.4, 1.1)
    relief -= 0.28 * bump(x, y, 4.7, -6.0, 1.2, 1.5)
    relief += 0.45 * bump(x, y, 0.0, -6.8, 2.1, 1.6)
    relief -= 0.12 * bump(x, y, 0.0, -5.75, 0.2, 0.4)
    relief += 0.07 * bump(x, y, 0.42, -5.75, 0.16, 0.4)
    relief -= 0.30 * bump(x, y, 0.0, -8.75, 1.3, 0.34)
    relief -= 0.20 * bump(x, y, 2.75, -7.1, 0.35, 0.45)
    relief += 0.30 * bump(x, y, 0.0, -10.2, 1.1, 0.8)
    line = lip_line(x)
    opening = mouth_opening(x)
    upper = np.exp(-0.5 * ((y - line - 0.36) / 0.27) ** 2) * opening
    lower = np.exp(-0.5 * ((y - line + 0.45) / 0.33) ** 2) * opening
    relief += np.where(side > 0, 0.30 * upper, 0.40 * lower)
    relief -= 0.16 * np.exp(-0.5 * ((y - line) / 0.14) ** 2) * smoothstep(3.1, 2.2, np.abs(x))
    return relief
