"""Draws people: heads, complexions, hair, beards, years."""

from __future__ import annotations

import numpy as np

from data_modules.synthetic.identity import EYE_MODES, SHAPE_MODES
from data_modules.synthetic.parameters import BEARDS, Colour, Identity

_SKIN_LIGHT = np.array([0.57, 0.38, 0.29])
_SKIN_MIDDLE = np.array([0.40, 0.25, 0.17])
_SKIN_DARK = np.array([0.14, 0.074, 0.046])
_HAIR = np.array(
    [
        [0.012, 0.010, 0.009],
        [0.035, 0.020, 0.013],
        [0.085, 0.045, 0.024],
        [0.26, 0.16, 0.075],
        [0.20, 0.065, 0.025],
        [0.34, 0.33, 0.32],
    ]
)
_IRIS = np.array(
    [[0.045, 0.022, 0.012], [0.11, 0.065, 0.03], [0.12, 0.14, 0.09], [0.13, 0.19, 0.26]]
)

_BEARD_CHANCES = (0.50, 0.20, 0.22, 0.08)  # of `BEARDS`


def _colour(value: np.ndarray) -> Colour:
    red, green, blue = (round(float(channel), 4) for channel in np.clip(value, 0.003, 0.95))
    return red, green, blue


def _skin(rng: np.random.Generator, melanin: float) -> Colour:
    pair = (
        (_SKIN_LIGHT, _SKIN_MIDDLE, melanin * 2.0)
        if melanin < 0.5
        else (_SKIN_MIDDLE, _SKIN_DARK, melanin * 2.0 - 1.0)
    )
    tone = pair[0] ** (1.0 - pair[2]) * pair[1] ** pair[2]
    # Undertones run from rosy to olive; what is short of green is seldom rich in blue.
    rosy, sallow = rng.normal(0, 0.035), rng.normal(0, 0.05)
    return _colour(tone * np.array([1.0, 1.0 + rosy, 1.0 + 0.6 * rosy + sallow]))


def draw_identity(rng: np.random.Generator) -> Identity:
    """One person: shape modes standard normal, cut at 2.2; half men, half women.

    Sex and age shift the means of what they change.
    Skin runs from light to dark (melanin uniform in 0..1, light somewhat more often); dark skin
    goes with dark hair and eyes; age is triangular and greys
    the hair; men may be shaven, stubbled or bearded, some women wear makeup.
    """
    male = bool(rng.random() < 0.5)
    names = [*SHAPE_MODES, *EYE_MODES]
    values = np.clip(rng.standard_normal(len(names)), -2.2, 2.2)
    shape = {name: float(value) for name, value in zip(names, values, strict=True)}
    lean = 0.7 if male else -0.7
    for name, share in (
        ("jaw_width", 1.0),
        ("jaw_angle", 1.0),
        ("face_width", 0.4),
        ("brow_ridge", 1.1),
        ("eye_depth", 0.4),
        ("chin_forward", 0.4),
        ("chin_width", 0.8),
        ("cheek_fullness", -0.3),
        ("nose_width", 0.6),
        ("nose_length", 0.6),
        ("nose_forward", 0.4),
        ("nose_tip", -0.3),
        ("brow_height", -0.6),
        ("brow_tilt", -0.2),
        ("eye_height", -0.6),
        ("upper_lip", -0.8),
        ("lower_lip", -0.7),
        ("lower_face", 0.5),
    ):
        shape[name] += lean * share
    melanin = float(rng.beta(1.0, 1.35))
    age = float(rng.triangular(0.0, 0.15, 1.0))
    # Years thin the lips, lengthen the nose, let cheeks and brows sink.
    for name, share in (
        ("jowls", 1.4),
        ("eye_bags", 1.0),
        ("upper_lip", -0.8),
        ("lower_lip", -0.5),
        ("nose_length", 0.5),
        ("cheek_fullness", -0.5),
        ("brow_height", -0.3),
        ("weight", 0.5),
    ):
        shape[name] += (age - 0.4) * share
    # At rest most brows lie a little higher, their inner ends too, than those of the mean face.
    shape["brow_height"] = 0.75 * shape["brow_height"] + 0.5
    shape["brow_tilt"] *= 0.7
    fair = max(0.0, 1.0 - 3.2 * melanin)
    chances = np.array([0.30, 0.35, 0.25 * fair, 0.28 * fair, 0.10 * fair, 0.0])
    chances[5] = 0.3 * max(0.0, age - 0.45)
    hair = _HAIR[int(rng.choice(6, p=chances / chances.sum()))] * rng.uniform(0.8, 1.25)
    chances = np.array([0.45, 0.25, 0.15 * fair, 0.25 * fair])
    iris = _IRIS[int(rng.choice(4, p=chances / chances.sum()))] * rng.uniform(0.85, 1.2)
    bald = male and rng.random() < 0.08 + 0.25 * age
    beard = stubble = 0.0
    if male:
        stubble = float(rng.uniform(0.0, 0.9))
        if rng.random() < 0.28:
            beard = float(rng.uniform(0.55, 1.0))
    long_hair = bool(rng.random() < (0.06 if male else 0.84)) and not bald
    hairline = (
        rng.normal(0.9, 0.5)
        if bald
        else rng.uniform(-0.9, 0.6)
        if long_hair
        else (rng.normal(0.1, 0.5))
    )
    temples = float(rng.uniform(0.2, 1.0) * (0.4 + 2.0 * age) if male else rng.uniform(0.0, 0.3))
    curl = min(1.0, float(rng.beta(1.0, 2.5)) + 0.9 * max(0.0, melanin - 0.6))
    beard_cut = str(rng.choice(BEARDS, p=_BEARD_CHANCES))
    if beard_cut != "full" and beard:
        stubble = min(stubble, 0.45)
    grey = max(0.0, age - rng.uniform(0.3, 0.9)) * 2.2
    hair = hair + min(1.0, grey) * (_HAIR[5] * rng.uniform(0.7, 1.15) - hair)
    freckles = fair * max(0.0, rng.normal(-0.2, 0.5))
    makeup = 0.0 if male or rng.random() < 0.45 else float(rng.beta(1.4, 1.6))
    return Identity(
        shape={name: round(min(max(v, -2.6), 2.6), 3) for name, v in shape.items()},
        skin=_skin(rng, melanin),
        hair=_colour(hair),
        iris=_colour(iris),
        lip=round(float(rng.uniform(0.0, 0.35) if male else rng.uniform(0.25, 1.0)), 3),
        brow=round(
            float(np.clip(rng.normal(0.60 if male else 0.26, 0.18 if male else 0.13), 0.05, 1.0)), 3
        ),
        stubble=round(stubble, 3),
        beard=round(beard, 3),
        beard_cut=beard_cut,
        hair_volume=round(float(rng.uniform(0.0, 0.1) if bald else rng.uniform(0.35, 1.6)), 3),
        hairline=round(float(hairline), 3),
        # Hardly anybody's hair falls straight down on both sides of the forehead.
        parting=round(float(rng.choice((-1.0, 1.0)) * rng.beta(3.0, 2.0)), 3),
        long_hair=long_hair,
        hair_length=round(float(rng.uniform(0.42, 1.1)), 3),
        fade=round(float(rng.beta(2.0, 1.5) if male else rng.uniform(0.0, 0.5)), 3),
        temples=round(temples, 3),
        age=round(age, 3),
        texture=int(rng.integers(2**31)),
        curl=round(curl, 3),
        freckles=round(min(1.0, freckles), 3),
        makeup=round(makeup, 3),
    )
