"""The eyes' opening: where the lids' margins run, and where the eyes look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.anatomy import EYE_CENTRE, Array
from data_modules.synthetic.parameters import FaceParameters, sides

UPPER_LID = 0.50
"""Rise of the relaxed upper lid's margin above the corners' line, cm."""
LOWER_LID = -0.47
"""The same for the lower lid."""


@dataclass(frozen=True)
class Eyes:
    """Both eyes, the person's left (x > 0) first; each opens by itself, they turn together.

    Attributes:
        centres: (2, 3) centres of the eyeballs in head coordinates, cm.
        half_width: half the distance between an eye's corners, cm.
        upper: (2,) height of the upper margin's arch, cm.
        lower: (2,) height of the lower margin's arch, cm.
        tilt: rise of the outer corner, cm per cm.
        fold: strength of the upper lid's fold, 0..1.
        gaze: (3,) unit direction in head coordinates.
        rest: height of the upper margin's arch when relaxed, cm; the fold lies above it.
        lash: length and thickness of the lashes, 1 is common.
    """

    centres: Array
    half_width: float
    upper: Array
    lower: Array
    tilt: float
    fold: float
    gaze: Array
    rest: float
    lash: float


def build_eyes(face: FaceParameters) -> Eyes:
    """Lay the lids' margins for this person with these muscles at work."""
    shape = face.identity.shape
    spread = 0.14 * shape.get("eye_spacing", 0.0)
    x = (EYE_CENTRE[0] + spread) * (1.0 + 0.045 * shape.get("head_width", 0.0))
    z = EYE_CENTRE[2] * (1.0 + 0.03 * shape.get("head_depth", 0.0))
    height = 1.0 + 0.11 * shape.get("eye_height", 0.0)
    margins = np.array([_margins(face, height, side) for side in (0, 1)])
    across, up = np.deg2rad([face.pose.gaze_x, face.pose.gaze_y])
    gaze = np.array([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)])
    return Eyes(
        centres=np.array([[x, EYE_CENTRE[1], z], [-x, EYE_CENTRE[1], z]]),
        half_width=1.47 * (1.0 + 0.04 * shape.get("eye_width", 0.0)),
        upper=margins[:, 0],
        lower=margins[:, 1],
        tilt=0.07 + 0.05 * shape.get("eye_tilt", 0.0),
        fold=float(np.clip(0.6 + 0.35 * shape.get("lid_fold", 0.0), 0.0, 1.0)),
        gaze=gaze,
        rest=UPPER_LID * height,
        lash=0.8 + 0.5 * face.identity.makeup + 0.2 * max(0.0, 1.0 - face.identity.stubble * 2.0),
    )


def _margins(face: FaceParameters, height: float, side: int) -> tuple[float, float]:
    """Heights of one eye's (upper, lower) margin, cm; the upper below the lower when closed."""
    upper, lower = UPPER_LID * height, LOWER_LID * height
    closed = 0.0
    for name, intensity in face.action_units.items():
        unit, value = ACTION_UNITS[name], sides(intensity)[side]
        upper += unit.upper_lid * value
        lower += unit.lower_lid * value
        closed = max(closed, unit.close * value)
    # The upper lid follows the eye up and down.
    upper += 0.012 * float(np.clip(face.pose.gaze_y, -25.0, 12.0))
    upper = max(upper, lower + 0.14)
    # A closed lid's margin rests on the lower lid's, a little above where that was.
    rest = lower + 0.04
    upper += closed * (rest - 0.10 - upper)
    lower += closed * (rest - lower)
    return upper, lower
