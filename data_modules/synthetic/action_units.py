"""The action units that can be rendered; adding one is adding an entry to half a face."""

from __future__ import annotations

from collections.abc import Mapping

from data_modules.synthetic.lower_face import LOWER_FACE
from data_modules.synthetic.muscles import ActionUnit
from data_modules.synthetic.parameters import Intensity, sides
from data_modules.synthetic.upper_face import UPPER_FACE

ACTION_UNITS: dict[str, ActionUnit] = {
    unit.name: unit for unit in sorted(UPPER_FACE + LOWER_FACE, key=lambda unit: unit.name)
}
"""Every action unit that can be rendered, by canonical name, in numerical order."""


def contractions(action_units: Mapping[str, Intensity]) -> dict[str, tuple[float, float]]:
    """Intensity on the person's (left, right) of every unit at work.

    Raises:
        KeyError: an action unit has an unknown name.
        ValueError: an intensity is outside 0..1, or differs between the sides of a unit whose
            muscle is one.
    """
    active = {}
    for name, intensity in action_units.items():
        unit, both = ACTION_UNITS[name], sides(intensity)
        for value in both:
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"intensity of {name} must be in 0..1, got {value}")
        if not unit.paired and both[0] != both[1]:
            raise ValueError(f"{name} has one muscle, left and right must be equal, got {both}")
        if any(both):
            active[name] = (float(both[0]), float(both[1]))
    return active
