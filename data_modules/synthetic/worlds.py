"""Two worlds of faces: a laboratory like BP4D, and pictures from everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data_modules.synthetic.cooccurrence import draw_occurrence
from data_modules.synthetic.expressions import draw_expression
from data_modules.synthetic.parameters import (
    BP4D_AUS,
    Background,
    Colour,
    FaceParameters,
    Identity,
    Light,
    Pose,
    Quality,
)
from data_modules.synthetic.people import draw_identity

WORLDS = ("lab", "web")
"""The worlds that can be sampled; the position is part of the seed."""

_PERSON, _FRAME = 1, 2  # streams of randomness


def sample(world: str, subject: int, frame: int, seed: int) -> FaceParameters:
    """One face of a world; a pure function of its arguments.

    Args:
        world: "lab" (near-frontal, even light, plain wall, BP4D's co-occurrence) or "web" (any
            light, pose, quality and background; expressions of everyday life).
        subject: person, 0 or more; fixes the identity.
        frame: frame of this person, 0 or more.
        seed: 0 or more.

    Raises:
        ValueError: unknown world, or a negative number.
    """
    if world not in WORLDS:
        raise ValueError(f"unknown world {world!r}, expected one of {', '.join(WORLDS)}")
    if min(subject, frame, seed) < 0:
        raise ValueError(f"negative subject, frame or seed: {subject}, {frame}, {seed}")
    place = [seed, WORLDS.index(world), subject]
    person = np.random.default_rng([_PERSON, *place])
    rng = np.random.default_rng([_FRAME, *place, frame])
    draw: Callable[[np.random.Generator, Identity], FaceParameters] = (
        _lab if world == "lab" else _web
    )
    return draw(rng, draw_identity(person))


def _uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 4)


def _normal(rng: np.random.Generator, spread: float, limit: float) -> float:
    return round(float(np.clip(rng.normal(0.0, spread), -limit, limit)), 3)


def _intensities(rng: np.random.Generator, present: set[str]) -> dict[str, float]:
    """Present units in [0.4, 1]; of the absent twelve two in five show a trace up to 0.15."""
    intensity = {}
    for name in sorted(present | set(BP4D_AUS)):
        strength, trace, any_trace = rng.beta(1.5, 1.2), rng.uniform(0.0, 0.15), rng.random()
        if name in present:
            intensity[name] = round(0.4 + 0.6 * float(strength), 3)
        else:
            intensity[name] = round(float(trace), 3) if any_trace < 0.4 else 0.0
    return intensity


def _companions(rng: np.random.Generator, present: set[str]) -> set[str]:
    """Units outside the twelve that ride along in the laboratory."""
    chance = rng.random(6)
    along = set()
    if present & {"AU10", "AU12"} and not present & {"AU23", "AU24"} and chance[0] < 0.55:
        along.add("AU25")
        if chance[1] < 0.25:
            along.add("AU26")
    if {"AU01", "AU02"} <= present and chance[2] < 0.4:
        along.add("AU05")
    if {"AU04", "AU10"} <= present and chance[3] < 0.25:
        along.add("AU09")
    if chance[4] < 0.04:  # blinks
        along.add("AU43")
    if chance[5] < 0.03 and "AU12" not in present:
        along.add("AU20")
    return along


def _lab(rng: np.random.Generator, identity: Identity) -> FaceParameters:
    occurs = draw_occurrence(rng)
    present = {name for name, here in zip(BP4D_AUS, occurs, strict=True) if here}
    present |= _companions(rng, present)
    return FaceParameters(
        identity=identity,
        action_units=_intensities(rng, present),
        pose=Pose(
            yaw=_normal(rng, 5.0, 12.0),
            pitch=_normal(rng, 4.0, 10.0),
            roll=_normal(rng, 2.5, 6.0),
            shift_x=_normal(rng, 0.008, 0.02),
            shift_y=_normal(rng, 0.008, 0.02),
            zoom=round(1.0 + _normal(rng, 0.02, 0.05), 4),
            gaze_x=_normal(rng, 4.0, 12.0),
            gaze_y=_normal(rng, 3.0, 8.0),
            distance=100.0,
        ),
        light=Light(
            azimuth=_normal(rng, 10.0, 25.0),
            elevation=_uniform(rng, 20.0, 40.0),
            key=_uniform(rng, 0.60, 0.75),
            fill=_uniform(rng, 0.25, 0.35),
            ambient=_uniform(rng, 0.55, 0.68),
            hardness=_uniform(rng, 0.3, 0.5),
            warmth=0.05,
        ),
        background=Background(colour=(0.34, 0.38, 0.44), seed=int(rng.integers(2**31))),
        quality=Quality(
            blur=_uniform(rng, 0.0, 0.004),
            noise=_uniform(rng, 0.5, 2.0),
            jpeg=int(rng.integers(88, 97)),
            seed=int(rng.integers(2**31)),
        ),
    )


def _web(rng: np.random.Generator, identity: Identity) -> FaceParameters:
    azimuth = float(np.clip(rng.normal(0.0, 45.0), -100.0, 100.0))
    contrast = float(rng.beta(1.3, 1.3))  # overcast sky to one hard lamp
    poor = rng.random() < 0.35
    yaw = _normal(rng, 15.0, 35.0)
    wall = 0.8 * rng.uniform(0.1, 1.0) ** 2 * rng.uniform(0.75, 1.3, 3)
    return FaceParameters(
        identity=identity,
        action_units=_intensities(rng, draw_expression(rng)),
        pose=Pose(
            yaw=yaw,
            pitch=_normal(rng, 8.0, 20.0),
            roll=_normal(rng, 5.0, 15.0),
            shift_x=_normal(rng, 0.015, 0.04),
            shift_y=_normal(rng, 0.015, 0.04),
            zoom=round(1.0 + _normal(rng, 0.05, 0.12), 4),
            gaze_x=round(-0.5 * yaw + _normal(rng, 6.0, 15.0), 3),  # most look at the camera,
            gaze_y=_normal(rng, 5.0, 12.0),
            distance=round(float(rng.choice([45.0, 70.0, 110.0, 200.0])), 1),
        ),
        light=Light(
            azimuth=round(azimuth, 2),
            elevation=_uniform(rng, -5.0, 65.0),
            key=round(0.50 + 0.85 * contrast, 4),
            fill=_uniform(rng, 0.03, 0.3),
            ambient=round(0.62 - 0.46 * contrast, 4),
            hardness=round(0.35 + 0.55 * contrast, 4),
            warmth=_normal(rng, 0.3, 0.8),
        ),
        background=Background(
            colour=_colour(np.clip(wall, 0.01, 0.95)),
            clutter=_uniform(rng, 0.0, 1.0),
            seed=int(rng.integers(2**31)),
        ),
        quality=Quality(
            exposure=round(float(np.exp(np.clip(rng.normal(0.0, 0.22), -0.5, 0.5))), 4),
            blur=_uniform(rng, 0.0, 0.014 if poor else 0.006),
            noise=_uniform(rng, 0.0, 6.5 if poor else 3.0),
            cast=_colour(np.exp(rng.normal(0.0, 0.05, 3))),
            saturation=0.0 if rng.random() < 0.2 else _uniform(rng, 0.6, 1.15),
            resolution=_uniform(rng, 0.4, 0.9) if poor else 1.0,
            jpeg=int(rng.integers(40, 75) if poor else rng.integers(65, 97)),
            seed=int(rng.integers(2**31)),
        ),
    )


def _colour(value: np.ndarray) -> Colour:
    red, green, blue = (round(float(channel), 4) for channel in value)
    return red, green, blue
