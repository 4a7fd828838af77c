"""Rendered faces: people, expressions, light and cameras, drawn from documented distributions."""

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.muscles import ActionUnit
from data_modules.synthetic.parameters import (
    BP4D_AUS,
    OCCURRENCE,
    Background,
    FaceParameters,
    Identity,
    Light,
    Occluder,
    Pose,
    Quality,
    Wear,
)
from data_modules.synthetic.record import from_row, to_row
from data_modules.synthetic.renderer import render
from data_modules.synthetic.rendering import fingerprint, render_manifest
from data_modules.synthetic.world import WORLDS, World, load_world, parse_overrides, sample

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
    "Occluder",
    "Pose",
    "Quality",
    "Wear",
    "World",
    "fingerprint",
    "from_row",
    "load_world",
    "parse_overrides",
    "render",
    "render_manifest",
    "sample",
    "to_row",
]
