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
            Pull((1.2, 2.0), (1.25, 0.90), (-0.12, 0.85, 0.06)),
            Pull((1.2, 3.6), (1.5, 1.1), (0.0, 0.40, 0.0)),
            Pull((2.2, 0.95), (1.0, 0.35), (0.0, 0.14, 0.0)),
        ),
        creases=(
            Crease(((0.0, 3.15), (1.2, 3.25), (2.6, 2.95)), 0.17, 0.11, 0.30),
            Crease(((0.0, 4.05), (1.2, 4.15), (2.8, 3.8)), 0.15, 0.10, 0.30),
            Crease(((0.0, 4.95), (1.2, 5.0), (2.6, 4.7)), 0.15, 0.07, 0.22),
        ),
        upper_lid=0.05,
    ),
    ActionUnit(
        "AU02",
        "frontalis, pars lateralis",
        (2.0, 0.6, 6.5, 6.5),
        pulls=(
            Pull((4.1, 2.1), (2.3, 0.95), (0.05, 0.72, 0.05)),
            Pull((4.5, 3.6), (1.6, 1.1), (0.0, 0.38, 0.0)),
            Pull((4.2, 0.95), (0.9, 0.35), (0.0, 0.16, 0.0)),
        ),
        creases=(
            Crease(((2.2, 3.25), (3.8, 3.65), (5.5, 3.3)), 0.17, 0.10, 0.30),
            Crease(((2.2, 4.2), (3.8, 4.55), (5.5, 4.2)), 0.15, 0.09, 0.26),
        ),
        upper_lid=0.05,
    ),
    ActionUnit(
        "AU04",
        "corrugator supercilii, depressor supercilii, procerus",
        (0.0, 0.0, 4.6, 4.0),
        pulls=(
            Pull((1.5, 1.85), (1.3, 1.0), (-0.44, -0.92, 0.14)),
            Pull((3.6, 1.95), (1.3, 0.8), (-0.30, -0.70, 0.08)),
            Pull((0.75, 1.7), (0.36, 0.8), (0.0, 0.0, 0.08)),
        ),
        creases=(
            Crease(((0.46, 0.75), (0.42, 1.6), (0.60, 2.9)), 0.13, 0.13, 0.45),
            Crease(((0.0, 0.75), (0.45, 0.65), (0.9, 0.35)), 0.12, 0.08, 0.30),
        ),
        upper_lid=-0.10,
    ),
    ActionUnit(
        "AU05",
        "levator palpebrae superioris",
        (1.5, -0.6, 4.8, 1.4),
        pulls=(Pull((3.15, 0.85), (1.2, 0.28), (0.0, 0.16, -0.06)),),
        creases=(Crease(((2.0, 0.80), (3.2, 1.10), (4.5, 0.70)), 0.11, 0.05, 0.22),),
        upper_lid=0.30,
        lower_lid=-0.03,
    ),
    ActionUnit(
        "AU06",
        "orbicularis oculi, pars orbitalis",
        (1.3, -4.6, 6.7, 1.9),
        pulls=(
            Pull((3.8, -2.5), (1.6, 0.95), (-0.08, 0.78, 0.36)),
            Pull((3.3, -1.10), (1.2, 0.30), (0.0, 0.22, 0.20)),
            Pull((5.0, 1.5), (1.0, 0.6), (-0.06, -0.30, 0.08)),
            Pull((5.3, -0.4), (0.7, 0.8), (-0.14, 0.10, 0.06)),
        ),
        creases=(
            Crease(((4.95, 0.15), (5.4, 0.45), (6.0, 0.85)), 0.13, 0.08, 0.26),
            Crease(((5.00, -0.20), (5.5, -0.12), (6.2, 0.08)), 0.13, 0.09, 0.30),
            Crease(((4.90, -0.58), (5.35, -0.78), (6.0, -0.95)), 0.13, 0.08, 0.26),
            Crease(((1.8, -0.80), (2.9, -1.42), (4.2, -1.35), (5.2, -0.85)), 0.17, 0.13, 0.36),
        ),
        upper_lid=-0.06,
        lower_lid=0.18,
    ),
    ActionUnit(
        "AU07",
        "orbicularis oculi, pars palpebralis",
        (1.4, -1.4, 5.0, 1.2),
        pulls=(
            Pull((3.2, -0.66), (1.1, 0.24), (0.0, 0.16, 0.18)),
            Pull((3.3, 0.80), (1.2, 0.30), (0.0, -0.16, 0.10)),
            Pull((4.7, 0.0), (0.5, 0.5), (-0.08, 0.0, 0.0)),
        ),
        creases=(Crease(((1.9, -0.55), (3.1, -1.00), (4.6, -0.60)), 0.13, 0.09, 0.36),),
        upper_lid=-0.13,
        lower_lid=0.20,
    ),
    ActionUnit(
        "AU43",
        "levator palpebrae superioris, relaxed",
        (1.5, -0.8, 4.9, 1.0),
        close=1.0,
    ),
)
"""Brows and eyes."""
