"""Expressions of everyday life, as mixtures of action units."""

from __future__ import annotations

import numpy as np

from data_modules.synthetic.parameters import BP4D_AUS

EXPRESSIONS: dict[str, tuple[float, dict[str, float]]] = {
    "neutral": (0.22, {"AU43": 0.05}),
    "smile": (0.24, {"AU12": 1.0, "AU06": 0.45, "AU07": 0.2, "AU14": 0.1, "AU25": 0.45}),
    "laugh": (
        0.12,
        {"AU12": 1.0, "AU06": 0.95, "AU07": 0.5, "AU10": 0.35, "AU25": 1.0, "AU26": 0.5},
    ),
    "surprise": (0.07, {"AU01": 0.95, "AU02": 0.95, "AU05": 0.8, "AU25": 0.9, "AU26": 0.7}),
    "anger": (
        0.08,
        {"AU04": 1.0, "AU07": 0.75, "AU23": 0.6, "AU24": 0.5, "AU17": 0.3, "AU10": 0.25}
        | {"AU05": 0.3},
    ),
    "sadness": (0.07, {"AU01": 0.85, "AU04": 0.7, "AU15": 0.85, "AU17": 0.55, "AU43": 0.1}),
    "disgust": (
        0.07,
        {"AU10": 0.95, "AU04": 0.6, "AU07": 0.5, "AU17": 0.4, "AU06": 0.2, "AU09": 0.4}
        | {"AU25": 0.4},
    ),
    "fear": (
        0.05,
        {"AU01": 0.95, "AU02": 0.8, "AU04": 0.8, "AU05": 0.8, "AU20": 0.6, "AU25": 0.8}
        | {"AU26": 0.3, "AU07": 0.3},
    ),
    "concentration": (
        0.08,
        {"AU04": 0.7, "AU07": 0.5, "AU14": 0.35, "AU17": 0.4, "AU23": 0.45, "AU24": 0.45},
    ),
}
"""Share of each expression among faces, and how often each unit occurs in it."""

STRAY = 0.05
"""Probability with which each of the twelve units joins in on its own."""


def draw_expression(rng: np.random.Generator) -> set[str]:
    """Names of the action units of one everyday face."""
    names = list(EXPRESSIONS)
    shares = np.array([EXPRESSIONS[name][0] for name in names])
    _, chances = EXPRESSIONS[names[int(rng.choice(len(names), p=shares / shares.sum()))]]
    present = {name for name, chance in chances.items() if rng.random() < chance}
    present |= {name for name in BP4D_AUS if rng.random() < STRAY}
    if present & {"AU23", "AU24"}:  # tight lips do not part
        present -= {"AU25", "AU26"}
    if "AU09" in present:  # the nose wrinkler draws the brows down too
        present.add("AU04")
    return present
