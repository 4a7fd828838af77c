"""Action units of the upper face: one entry each.

An entry says which muscle pulls which skin where (cm at intensity 1), which folds appear, and how
the lids' margins, lips and jaw move. Coordinates are those of `anatomy`: pupils at y 0, brows 1.8,
nose tip -4, lips -7, chin -10.5.

Source: Ekman, Friesen and Hager, Facial Action Coding System (2002).
"""

from __future__ import annotations

from data_modules.synthetic.muscles import ActionUnit, Crease, Pull

UPPER_FACE = (
    ActionUnit(
        "AU01",
        "frontalis, pars medialis",
        (0.0, 0.8, 3.4, 6.5),
        pulls=(
            Pull((1.3, 2.0), (1.15, 0.85), (-0.10, 0.75, 0.05)),
            Pull((1.2, 3.6), (1.5, 1.1), (0.0, 0.35, 0.0)),
        ),
        creases=(
            Crease(((0.0, 3.15), (1.2, 3.25), (2.6, 2.95)), 0.15, 0.11, 0.50),
            Crease(((0.0, 4.05), (1.2, 4.15), (2.8, 3.8)), 0.13, 0.10, 0.50),
            Crease(((0.0, 4.95), (1.2, 5.0), (2.6, 4.7)), 0.13, 0.07, 0.40),
        ),
        upper_lid=0.04,
    ),
    ActionUnit(
        "AU02",
        "frontalis, pars lateralis",
        (2.4, 0.8, 6.5, 6.5),
        pulls=(
            Pull((4.4, 2.1), (1.45, 0.8), (0.05, 0.85, 0.05)),
            Pull((4.3, 3.6), (1.3, 1.0), (0.0, 0.35, 0.0)),
        ),
        creases=(
            Crease(((2.4, 3.35), (3.8, 3.7), (5.3, 3.2)), 0.15, 0.11, 0.50),
            Crease(((2.4, 4.25), (3.8, 4.6), (5.4, 4.1)), 0.13, 0.10, 0.45),
        ),
        upper_lid=0.03,
    ),
    ActionUnit(
        "AU04",
        "corrugator supercilii, depressor supercilii, procerus",
        (0.0, 0.2, 4.0, 4.0),
        pulls=(
            Pull((1.5, 1.75), (1.2, 0.65), (-0.45, -0.62, 0.14)),
            Pull((3.6, 1.9), (1.2, 0.6), (-0.18, -0.42, 0.06)),
            Pull((0.75, 1.7), (0.32, 0.7), (0.0, 0.0, 0.14)),
        ),
        creases=(
            Crease(((0.42, 0.7), (0.40, 1.6), (0.55, 2.9)), 0.12, 0.14, 0.75),
            Crease(((0.0, 0.75), (0.45, 0.65), (0.85, 0.35)), 0.11, 0.09, 0.5),
        ),
        upper_lid=-0.10,
    ),
    ActionUnit(
        "AU05",
        "levator palpebrae superioris",
        (1.5, -0.6, 4.8, 1.2),
        creases=(Crease(((2.0, 0.75), (3.2, 1.0), (4.5, 0.65)), 0.10, 0.05, 0.3),),
        upper_lid=0.30,
    ),
    ActionUnit(
        "AU06",
        "orbicularis oculi, pars orbitalis",
        (1.5, -4.0, 6.6, 1.3),
        pulls=(
            Pull((3.9, -2.2), (1.4, 0.75), (0.0, 0.60, 0.32)),
            Pull((3.4, -1.05), (1.1, 0.26), (0.0, 0.12, 0.16)),
            Pull((4.9, 1.3), (0.8, 0.5), (-0.05, -0.22, 0.05)),
        ),
        creases=(
            Crease(((4.85, 0.10), (5.4, 0.40), (6.1, 0.85)), 0.13, 0.11, 0.60),
            Crease(((4.90, -0.25), (5.5, -0.20), (6.3, 0.0)), 0.13, 0.11, 0.60),
            Crease(((4.80, -0.60), (5.3, -0.85), (6.0, -1.05)), 0.13, 0.11, 0.60),
            Crease(((1.9, -0.75), (3.0, -1.35), (4.4, -1.15), (5.1, -0.7)), 0.13, 0.12, 0.60),
        ),
        upper_lid=-0.08,
        lower_lid=0.17,
    ),
    ActionUnit(
        "AU07",
        "orbicularis oculi, pars palpebralis",
        (1.5, -1.1, 4.9, 1.0),
        pulls=(
            Pull((3.15, -0.62), (1.0, 0.20), (0.0, 0.10, 0.15)),
            Pull((3.3, 0.75), (1.1, 0.25), (0.0, -0.10, 0.10)),
        ),
        creases=(Crease(((1.9, -0.50), (3.1, -0.92), (4.5, -0.55)), 0.10, 0.09, 0.55),),
        upper_lid=-0.17,
        lower_lid=0.22,
    ),
    ActionUnit(
        "AU43",
        "levator palpebrae superioris, relaxed",
        (1.5, -0.8, 4.9, 1.0),
        close=1.0,
    ),
)
"""Brows and eyes."""
