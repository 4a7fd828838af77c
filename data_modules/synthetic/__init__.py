"""Rendered faces: people, expressions, light and cameras, drawn from documented distributions."""

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.cache import fingerprint, render_manifest
from data_modules.synthetic.muscles import ActionUnit
from data_modules.synthetic.parameters import (
    BP4D_AUS,
    OCCURRENCE,
    Background,
    FaceParameters,
    Identity,
    Light,
    Pose,
    Quality,
)
from data_modules.synthetic.renderer import render
from data_modules.synthetic.worlds import WORLDS, sample

__all__ = [
    "ACTION_UNITS",
    "BP4D_AUS",
    "OCCURRENCE",
    "WORLDS",
    "ActionUnit",
    "Background",
    "FaceParameters",
    "Identity",
    "Light",
    "Pose",
    "Quality",
    "fingerprint",
    "render",
    "render_manifest",
    "sample",
]
