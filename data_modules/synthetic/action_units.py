"""The action units that can be rendered; adding one is adding an entry to half a face."""

from __future__ import annotations

from data_modules.synthetic.lower_face import LOWER_FACE
from data_modules.synthetic.muscles import ActionUnit
from data_modules.synthetic.upper_face import UPPER_FACE

ACTION_UNITS: dict[str, ActionUnit] = {
    unit.name: unit for unit in sorted(UPPER_FACE + LOWER_FACE, key=lambda unit: unit.name)
}
"""Every action unit that can be rendered, by canonical name, in numerical order."""
