"""How heads differ: named, smooth shape modes, in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

from data_modules.synthetic.muscles import Crease, Pull

EYE_MODES = ("eye_spacing", "eye_height", "eye_tilt", "eye_width", "lid_fold")
"""Modes that act on the eyes' opening rather than on skin (see `eyes`)."""


@dataclass(frozen=True)
class ShapeMode:
    """One way in which heads differ, at +1 standard deviation.

    Args:
        pulls: local displacement.
        stretch: (x, y, z) relative growth of the whole head about the point between the ears.
        jaw: relative growth in width, fading in from the mouth's height to the jaw's edge.
        lower: relative growth in height below the nose.
        lips: growth of the lips' red in cm (upper, lower).
        skew: sideways shift in cm of the lower face.
        sides: outwards shift in cm of each half beside the eyes and the mouth.
    """

    pulls: tuple[Pull, ...] = ()
    stretch: tuple[float, float, float] = (0.0, 0.0, 0.0)
    jaw: float = 0.0
    lower: float = 0.0
    lips: tuple[float, float] = (0.0, 0.0)
    skew: float = 0.0
    sides: float = 0.0


def _pull(x: float, y: float, sx: float, sy: float, *shift: float) -> Pull:
    return Pull((x, y), (sx, sy), (shift[0], shift[1], shift[2]))


SHAPE_MODES: dict[str, ShapeMode] = {
    "head_width": ShapeMode(stretch=(0.045, 0.0, 0.0)),
    "head_depth": ShapeMode(stretch=(0.0, 0.0, 0.03)),
    "face_width": ShapeMode(sides=0.18),
    "weight": ShapeMode(
        (
            _pull(4.3, -5.4, 1.9, 2.2, 0.16, 0, 0.15),
            _pull(0, -11.2, 2.2, 0.8, 0, -0.10, 0.10),
            _pull(3.2, -1.4, 1.3, 0.5, 0, 0, 0.06),
            _pull(1.2, -4.2, 0.6, 0.7, 0.03, 0, 0.02),
        ),
        jaw=0.035,
        sides=0.10,
    ),
    "jaw_width": ShapeMode(jaw=0.034),
    "jaw_angle": ShapeMode((_pull(5.4, -8.0, 1.3, 1.5, 0.11, -0.03, 0.05),)),
    "jowls": ShapeMode((_pull(3.3, -9.4, 1.1, 0.9, 0.08, -0.14, 0.07),)),
    "lower_face": ShapeMode(lower=0.055),
    "chin_forward": ShapeMode((_pull(0, -10.2, 1.3, 1.0, 0, 0, 0.35),)),
    "chin_drop": ShapeMode((_pull(0, -10.8, 1.6, 1.2, 0, -0.35, 0),)),
    "chin_width": ShapeMode((_pull(1.5, -10.6, 1.2, 1.0, 0.4, 0, 0.1),)),
    "cheekbones": ShapeMode((_pull(4.8, -2.2, 1.3, 1.0, 0.12, 0, 0.20),)),
    "cheek_fullness": ShapeMode((_pull(4.4, -5.4, 1.4, 1.6, 0.08, 0, 0.18),)),
    "nose_length": ShapeMode((_pull(0, -4.4, 1.6, 0.9, 0, -0.22, 0),)),
    "nose_width": ShapeMode(
        (_pull(1.3, -4.3, 0.8, 0.8, 0.11, 0, 0.0), _pull(0.9, -2.2, 0.7, 1.3, 0.06, 0, 0.04))
    ),
    "nose_forward": ShapeMode((_pull(0, -4.0, 1.0, 1.1, 0, 0, 0.24),)),
    "nose_bridge": ShapeMode((_pull(0, -0.8, 1.0, 1.3, 0, 0, 0.18),)),
    "nose_hump": ShapeMode((_pull(0, -2.1, 0.75, 0.8, 0, 0, 0.10),)),
    "nose_tip": ShapeMode((_pull(0, -4.3, 0.7, 0.6, 0, 0.18, 0.04),)),
    "nose_ball": ShapeMode((_pull(0.7, -4.0, 0.5, 0.5, 0.06, 0, 0.05),)),
    "nostrils": ShapeMode((_pull(1.27, -4.4, 0.40, 0.45, 0.04, 0.07, 0.08),)),
    "brow_ridge": ShapeMode((_pull(2.2, 1.4, 1.8, 0.6, 0, 0, 0.16),)),
    "eye_depth": ShapeMode((_pull(2.9, 0.8, 1.5, 0.55, 0, 0, -0.13),)),
    "brow_height": ShapeMode((_pull(3.0, 2.1, 2.4, 0.8, 0, 0.25, 0),)),
    "brow_tilt": ShapeMode(
        (_pull(1.3, 2.0, 0.9, 0.55, 0, -0.07, 0), _pull(4.6, 2.1, 1.0, 0.6, 0, 0.14, 0))
    ),
    "brow_gap": ShapeMode((_pull(1.5, 2.0, 0.9, 0.5, 0.15, 0, 0),)),
    "forehead": ShapeMode((_pull(0, 5.0, 3.5, 2.0, 0, 0, 0.28),)),
    "temple": ShapeMode((_pull(6.0, 2.0, 1.5, 2.0, 0.2, 0, 0.0),)),
    "mouth_width": ShapeMode((_pull(2.4, -7.0, 1.1, 1.0, 0.15, 0, 0),)),
    "mouth_height": ShapeMode((_pull(0, -7.0, 2.6, 1.2, 0, 0.22, 0),)),
    "mouth_forward": ShapeMode((_pull(0, -7.0, 1.9, 1.4, 0, 0, 0.20),)),
    "mouth_corners": ShapeMode((_pull(2.5, -7.0, 0.8, 0.6, 0, 0.09, 0),)),
    "upper_lip": ShapeMode(lips=(0.13, 0.0)),
    "lower_lip": ShapeMode(lips=(0.0, 0.14)),
    "eye_bags": ShapeMode((_pull(3.2, -1.2, 1.0, 0.3, 0, 0, 0.10),)),
    "skew": ShapeMode(skew=0.10),
}
"""Modes that displace skin, by name."""

REST_FOLDS = (
    Crease(((1.75, -3.9), (2.35, -4.9), (2.95, -6.0), (3.2, -6.8)), 0.17, 0.13, 0.42),
    Crease(((1.7, -0.55), (2.4, -1.25), (3.4, -1.55)), 0.16, 0.10, 0.38),
    Crease(((0.0, 3.6), (2.0, 3.75), (4.0, 3.5)), 0.12, 0.05, 0.22),
    Crease(((0.0, 4.7), (2.0, 4.8), (3.8, 4.6)), 0.12, 0.05, 0.22),
    Crease(((2.75, -7.5), (2.85, -8.3), (2.65, -9.1)), 0.13, 0.07, 0.28),
    Crease(((4.95, -0.1), (5.5, -0.1), (6.1, 0.1)), 0.09, 0.05, 0.3),
)
"""Folds that age leaves at rest."""
