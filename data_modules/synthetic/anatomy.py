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
        - 0.11 * np.exp(-(((np.abs(x) - 2.6) / 0.55) ** 2))
    )
    return result


def upper_lip_height(x: Array) -> Array:
    """Height of the red of the upper lip, with the cupid's bow."""
    arch = np.clip(1.0 - (np.abs(x) / 2.5) ** 1.9, 0.0, 1.0) ** 0.85
    bow = 0.10 * np.exp(-(((np.abs(x) - 0.5) / 0.38) ** 2)) - 0.10 * np.exp(-((x / 0.25) ** 2))
    result: Array = 0.60 * arch + bow
    return result


def lower_lip_height(x: Array) -> Array:
    """Height of the red of the lower lip."""
    result: Array = 0.84 * np.clip(1.0 - (np.abs(x) / 2.4) ** 2, 0.0, 1.0) ** 0.7
    return result


def _profile(*knots: tuple[float, float]) -> PchipInterpolator:
    heights, values = zip(*sorted(knots), strict=True)
    return PchipInterpolator(heights, values, extrapolate=True)


# Midline without nose and lips, half width, and back of the head, by height.
FRONT = _profile(
    (11.8, 2.0),
    (11.2, 3.8),
    (10.2, 5.5),
    (9, 6.85),
    (7.5, 7.95),
    (6, 8.65),
    (4.5, 9.08),
    (3, 9.3),
    (1.7, 9.35),
    (0.3, 9.15),
    (-1, 9.1),
    (-3, 9.2),
    (-5, 9.45),
    (-6.2, 9.6),
    (-7, 9.58),
    (-8.8, 9.42),
    (-10.2, 9.5),
    (-11.6, 9.4),
)
WIDTH = _profile(
    (11.8, 2.2),
    (11.2, 3.6),
    (10.2, 4.9),
    (9, 5.9),
    (7, 6.8),
    (5, 7.25),
    (3, 7.38),
    (0, 7.25),
    (-2, 7.22),
    (-3.5, 7.12),
    (-5, 6.93),
    (-6.4, 6.60),
    (-7.8, 6.10),
    (-9, 5.62),
    (-11.6, 4.75),
)
BACK = _profile((11.8, 3), (9, 7.5), (5, 9.5), (0, 9.5), (-5, 8), (-7, 7), (-11.6, 6))
# Power of the cosine of longitude in the head's depth: 1 is an ellipse, less is fuller.
ROUNDNESS = _profile((11.8, 0.75), (4.0, 0.75), (0, 0.72), (-3, 0.72), (-7.5, 0.80), (-11.6, 0.88))


def jaw_roll(level: Array | float) -> Array:
    """Share of width and depth left towards the jaw's edge, where skin rolls under."""
    rolled = np.clip((-9.0 - np.asarray(level, dtype=np.float64)) / 2.6, 0.0, 1.0)
    result: Array = 1.0 - 0.14 * rolled**2.5
    return result


JAW_EDGE = _profile(
    (0, -11.6),
    (12, -11.5),
    (25, -11.2),
    (40, -10.55),
    (55, -9.85),
    (68, -9.05),
    (78, -8.35),
    (90, -7.75),
    (110, -7.5),
    (180, -8.4),
)
# The nose without tip and wings: how far its back stands out, half width of the back and of the
# slopes that run out into the cheeks.
_NOSE_BACK = _profile(
    (2.2, 0.0),
    (0.9, 0.08),
    (0.1, 0.30),
    (-0.7, 0.62),
    (-1.5, 1.00),
    (-2.3, 1.37),
    (-3.0, 1.62),
    (-3.5, 1.70),
    (-4.0, 1.62),
    (-4.4, 1.44),
    (-4.8, 1.14),
    (-5.15, 0.72),
    (-5.5, 0.28),
    (-6.2, 0.0),
)
_NOSE_WIDTH = _profile((2.2, 0.9), (0.2, 0.62), (-1.2, 0.70), (-2.6, 0.78), (-4.1, 0.86))
_NOSE_SLOPE = _profile((2.2, 1.2), (0.2, 1.05), (-1.2, 1.40), (-2.8, 1.80), (-4.1, 1.75))
_DROP_MIDDLE = _profile(
    (12.0, 0.0),
    (0.0, 0.0),
    (-4.6, 0.0),
    (-5.3, -0.09),
    (-6.0, -0.30),
    (-7.0, -0.57),
    (-8.0, -0.77),
    (-9.5, -1.05),
    (-11.0, -1.48),
    (-12.0, -1.70),
)
_DROP_SIDE = _profile(
    (12.0, 0.0),
    (1.0, 0.0),
    (-2.0, -0.25),
    (-5.0, -0.55),
    (-7.0, -0.9),
    (-9.5, -1.15),
    (-12.0, -1.70),
)


def settle(x: Array, y: Array) -> Array:
    """Where a height y of the layout really lies on the mean face, at x (before `BREADTH`), cm.

    The layout is what fields and landmarks refer to; the lower face is a little longer than it.
    """
    share = smoothstep(2.2, 5.2, np.abs(x))
    inside = np.clip(y, -12.0, 12.0)
    result: Array = y + (1.0 - share) * _DROP_MIDDLE(inside) + share * _DROP_SIDE(inside)
    return result


def nose(x: Array, y: Array) -> Array:
    """Relief of the nose in cm: a narrow back on wide slopes, a ball, two wings, nostrils."""
    across = np.abs(x)
    # Below the tip the nostrils' openings rise beside the columella.
    arch = smoothstep(0.15, 0.60, across) * smoothstep(-4.2, -4.7, y)
    level = np.clip(y - 0.20 * arch, -6.2, 2.2)
    held = np.clip(y, -4.1, 2.2)
    back = np.exp(-((across / _NOSE_WIDTH(held)) ** 2))
    slope = np.exp(-((across / _NOSE_SLOPE(held)) ** 2))
    relief = _NOSE_BACK(level) * (0.58 * back + 0.42 * slope)
    # The ball hangs over its lower side more steeply than it rises from the back.
    fall = np.where(y > -3.95, 0.70, 0.58)
    relief += 0.56 * np.exp(-((across / 0.80) ** 2) - ((y + 3.95) / fall) ** 2)
    wing = ((across - 1.36) / 0.50) ** 2 + ((y + 4.30) / 0.58) ** 2
    relief += 0.66 * np.exp(-(wing**1.1))
    # The groove behind and above each wing, and the openings.
    relief -= 0.14 * bump(x, y, 2.02, -4.45, 0.22, 0.45)
    relief -= 0.06 * bump(x, y, 1.50, -3.65, 0.40, 0.25)
    relief -= 0.34 * bump(x, y, 0.68, -4.82, 0.26, 0.17)
    result: Array = relief
    return result


def lips(x: Array, y: Array, side: Array) -> Array:
    """Relief of the lips in cm, on the brow-side (side > 0) or jaw-side sheet."""
    line = lip_line(x)
    opening = mouth_opening(x)
    upper = np.exp(-0.5 * ((y - line - 0.36) / 0.27) ** 2) * opening
    lower = np.exp(-0.5 * ((y - line + 0.45) / 0.33) ** 2) * opening
    relief: Array = np.where(side > 0, 0.30 * upper, 0.38 * lower)
    relief -= 0.16 * np.exp(-0.5 * ((y - line) / 0.14) ** 2) * smoothstep(3.1, 2.2, np.abs(x))
    return relief


def features(x: Array, y: Array, side: Array) -> Array:
    """Relief in cm along z that turns the smooth head into a face."""
    relief = nose(x, y) + lips(x, y, side)
    # Brow ridge, stronger towards the nose, and the rim of the socket's outer half.
    relief += 0.16 * bump(x, y, 1.9, 1.45, 1.1, 0.55)
    relief += 0.14 * bump(x, y, 4.6, 1.3, 1.0, 0.6)
    # Sockets: beside the nose, above and below the eyeball.
    relief -= 0.45 * bump(x, y, 1.80, 0.05, 0.80, 0.85)
    relief -= 0.22 * bump(x, y, 3.2, 0.90, 1.4, 0.45)
    relief -= 0.24 * bump(x, y, 2.7, -1.25, 1.2, 0.55)
    relief -= 0.25 * bump(x, y, 5.2, 0.0, 0.7, 0.9)
    # Cheekbones, full cheeks, temples.
    relief += 0.34 * bump(x, y, 4.5, -2.5, 1.3, 1.1)
    relief += 0.22 * bump(x, y, 3.6, -4.6, 1.6, 1.5)
    relief -= 0.12 * bump(x, y, 6.0, 2.6, 0.8, 1.3)
    # Muzzle, philtrum between its columns, furrow above the chin, chin.
    relief += 0.38 * bump(x, y, 0.0, -6.7, 2.2, 1.6)
    relief -= 0.10 * bump(x, y, 0.0, -5.75, 0.2, 0.45)
    relief += 0.06 * bump(x, y, 0.42, -5.75, 0.16, 0.45)
    relief -= 0.28 * bump(x, y, 0.0, -8.75, 1.3, 0.42)
    relief -= 0.14 * bump(x, y, 2.75, -7.1, 0.35, 0.45)
    relief += 0.32 * bump(x, y, 0.0, -10.2, 1.1, 0.8)
    return relief
