"""Action units of the lower face: one entry each.

An entry says which muscle pulls which skin where (cm at intensity 1), which folds appear, and how
the lids' margins, lips and jaw move. Coordinates are those of `anatomy`: pupils at y 0, brows 1.8,
nose tip -4, lips -7, chin -10.5.

Source: Ekman, Friesen and Hager, Facial Action Coding System (2002).
"""

from __future__ import annotations

from data_modules.synthetic.muscles import ActionUnit, Crease, Pull

_NASOLABIAL = ((1.75, -3.9), (2.35, -4.9), (2.95, -6.0), (3.3, -7.0))

LOWER_FACE = (
    ActionUnit(
        "AU09",
        "levator labii superioris alaeque nasi",
        (0.0, -6.6, 3.2, 2.6),
        pulls=(
            Pull((1.2, -4.4), (0.7, 0.9), (0.05, 0.50, 0.10)),
            Pull((1.2, -6.0), (1.0, 0.8), (0.0, 0.25, 0.05)),
            Pull((1.1, 1.5), (1.0, 0.6), (-0.25, -0.35, 0.10)),
        ),
        creases=(
            Crease(((0.0, 0.25), (0.5, 0.15), (1.0, -0.25)), 0.11, 0.12, 0.6),
            Crease(((0.4, -0.4), (0.9, -0.9), (1.4, -1.0)), 0.11, 0.12, 0.6),
            Crease(((0.45, -1.1), (0.95, -1.6), (1.5, -1.6)), 0.11, 0.10, 0.5),
            Crease(((1.5, -3.3), (2.1, -4.2), (2.4, -5.2)), 0.15, 0.14, 0.6),
        ),
        lower_lid=0.08,
    ),
    ActionUnit(
        "AU10",
        "levator labii superioris",
        (0.0, -7.4, 3.6, -3.2),
        pulls=(
            Pull((1.1, -6.6), (1.15, 0.75), (0.0, 0.52, 0.12), lip="upper"),
            Pull((1.5, -5.6), (0.9, 0.8), (0.05, 0.30, 0.12)),
            Pull((1.35, -4.45), (0.5, 0.5), (0.12, 0.22, 0.05)),
            Pull((2.9, -4.1), (0.7, 0.7), (0.0, 0.20, 0.20)),
        ),
        creases=(Crease(((1.65, -3.5), (2.2, -4.3), (2.6, -5.2), (2.75, -6.1)), 0.15, 0.20, 0.8),),
        opens=0.6,
    ),
    ActionUnit(
        "AU12",
        "zygomaticus major",
        (0.0, -8.4, 5.0, -3.0),
        pulls=(
            Pull((2.6, -7.0), (0.95, 0.8), (0.80, 0.85, -0.30)),
            Pull((1.4, -7.1), (0.9, 0.6), (0.12, -0.05, -0.12)),
            Pull((1.2, -7.7), (0.8, 0.4), (0.0, -0.14, 0.0)),
            Pull((3.9, -3.9), (1.1, 1.0), (0.15, 0.42, 0.32)),
            Pull((3.9, -6.0), (0.7, 1.0), (0.30, 0.20, 0.10)),
            Pull((1.35, -4.45), (0.5, 0.5), (0.15, 0.0, 0.0)),
        ),
        creases=(
            Crease(_NASOLABIAL, 0.24, 0.24, 0.55),
            Crease(((3.0, -6.3), (3.35, -7.0), (3.2, -7.7)), 0.13, 0.08, 0.45),
        ),
        lower_lid=0.03,
        thin=0.22,
    ),
    ActionUnit(
        "AU14",
        "buccinator",
        (0.0, -8.6, 4.8, -5.4),
        pulls=(
            Pull((2.55, -7.0), (0.6, 0.6), (0.32, 0.10, -0.35)),
            Pull((3.7, -7.0), (0.5, 0.9), (-0.10, 0.0, 0.22)),
            Pull((2.5, -7.75), (0.6, 0.4), (0.0, 0.10, 0.14)),
        ),
        creases=(
            Crease(((2.75, -6.2), (3.02, -6.9), (2.95, -7.7)), 0.15, 0.22, 1.1),
            Crease(((2.1, -6.98), (2.5, -7.02), (2.9, -6.95)), 0.13, 0.06, 0.6),
        ),
        thin=0.25,
    ),
    ActionUnit(
        "AU15",
        "depressor anguli oris",
        (0.8, -10.0, 4.4, -6.0),
        pulls=(
            Pull((2.55, -7.15), (0.75, 0.65), (0.26, -0.75, 0.0)),
            Pull((2.6, -8.4), (0.6, 0.5), (0.0, -0.20, 0.16)),
            Pull((0.0, -9.6), (1.0, 0.6), (0.0, 0.0, -0.10)),
        ),
        creases=(
            Crease(((2.7, -6.9), (3.05, -7.6), (3.0, -8.5), (2.7, -9.3)), 0.14, 0.14, 0.75),
            Crease(((0.6, -8.75), (1.5, -8.75), (2.3, -8.5)), 0.14, 0.10, 0.40),
        ),
    ),
    ActionUnit(
        "AU17",
        "mentalis",
        (0.0, -11.4, 2.6, -6.3),
        pulls=(
            Pull((0.0, -9.8), (1.3, 0.8), (0.0, 0.55, 0.22)),
            Pull((0.0, -7.7), (1.3, 0.7), (0.0, 0.38, 0.26)),
            Pull((0.0, -6.9), (1.4, 0.5), (0.0, 0.16, 0.10)),
        ),
        creases=(
            Crease(((0.0, -8.65), (0.9, -8.72), (1.5, -8.95), (1.9, -9.3)), 0.20, 0.22, 0.75),
        ),
        dimples=0.055,
        paired=False,
    ),
    ActionUnit(
        "AU20",
        "risorius with platysma",
        (0.8, -8.6, 5.0, -6.0),
        pulls=(
            Pull((2.6, -7.1), (1.0, 0.8), (0.75, -0.10, -0.15)),
            Pull((1.4, -7.1), (0.9, 0.5), (0.15, 0.0, -0.10)),
        ),
        creases=(Crease(((3.3, -6.0), (3.6, -7.0), (3.4, -8.2)), 0.16, 0.12, 0.5),),
        thin=0.25,
    ),
    ActionUnit(
        "AU23",
        "orbicularis oris, tightening",
        (0.0, -8.6, 3.2, -5.6),
        pulls=(
            Pull((2.4, -7.0), (0.7, 0.7), (-0.48, 0.0, 0.10)),
            Pull((1.0, -7.0), (1.0, 0.55), (-0.12, 0.0, 0.14)),
        ),
        creases=(
            Crease(((0.55, -5.75), (0.50, -6.15), (0.45, -6.6)), 0.07, 0.06, 0.55),
            Crease(((1.15, -5.85), (1.0, -6.25), (0.9, -6.65)), 0.07, 0.06, 0.55),
            Crease(((1.75, -6.1), (1.5, -6.4), (1.3, -6.75)), 0.07, 0.06, 0.55),
            Crease(((0.6, -8.4), (0.5, -7.9), (0.4, -7.4)), 0.07, 0.06, 0.5),
            Crease(((1.4, -8.2), (1.2, -7.8), (1.0, -7.35)), 0.07, 0.06, 0.5),
        ),
        press=0.3,
        thin=0.45,
        paired=False,
    ),
    ActionUnit(
        "AU24",
        "orbicularis oris, pressing",
        (0.0, -8.8, 3.2, -5.6),
        pulls=(
            Pull((0.9, -7.0), (1.2, 0.35), (0.0, 0.0, -0.25)),
            Pull((1.2, -6.1), (1.1, 0.25), (0.0, 0.0, 0.22)),
            Pull((1.2, -8.0), (1.1, 0.25), (0.0, 0.05, 0.22)),
        ),
        creases=(
            Crease(((0.0, -7.02), (1.3, -7.0), (2.2, -7.05), (2.8, -7.2)), 0.13, 0.12, 1.0),
            Crease(((2.45, -6.5), (2.85, -7.0), (2.6, -7.6)), 0.12, 0.10, 0.55),
        ),
        press=0.9,
        thin=0.72,
        paired=False,
    ),
    ActionUnit(
        "AU25",
        "depressor labii inferioris or relaxed orbicularis oris",
        (0.0, -8.8, 2.6, -6.2),
        pulls=(
            Pull((0.0, -7.5), (1.9, 0.75), (0.0, -0.62, 0.0), lip="lower"),
            Pull((0.0, -6.6), (1.9, 0.6), (0.0, 0.16, 0.0), lip="upper"),
        ),
        opens=1.0,
        paired=False,
    ),
    ActionUnit(
        "AU26",
        "masseter, relaxed, with temporalis and internal pterygoid",
        (0.0, -13.6, 4.6, -6.6),
        jaw=2.2,
        opens=0.8,
        paired=False,
    ),
)
"""Nose, cheeks, lips and chin."""
