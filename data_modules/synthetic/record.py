"""A face's parameters as one flat row of a table, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.identity import EYE_MODES, SHAPE_MODES
from data_modules.synthetic.parameters import OCCURRENCE, FaceParameters, Intensity, sides

_GROUPS = ("identity", "pose", "light", "wear", "occluder", "background", "quality")
_MODES = (*SHAPE_MODES, *EYE_MODES)
_READ: dict[str, Callable[[Any], Any]] = {
    "float": float, "int": int, "str": str, "bool": lambda cell: bool(int(cell))
}  # fmt: skip
_CHANNELS = ("red", "green", "blue")


def occurrences(face: FaceParameters) -> dict[str, int]:
    """Label of every action unit: 1 where the stronger side is at least at `OCCURRENCE`."""
    return {
        name: int(max(sides(face.action_units.get(name, 0.0))) >= OCCURRENCE)
        for name in ACTION_UNITS
    }


def to_row(face: FaceParameters) -> dict[str, object]:
    """All parameters by column; `from_row` makes the same face of them, digit for digit.

    Columns: `intensity_AU12_left`, `intensity_AU12_right` (of the person; a muscle that is one
    has `intensity_AU17`), then `pose_yaw`, `wear_cloth_red` and so on.
    """
    row: dict[str, object] = {}
    for name, unit in ACTION_UNITS.items():
        left, right = sides(face.action_units.get(name, 0.0))
        if unit.paired:
            row[f"intensity_{name}_left"], row[f"intensity_{name}_right"] = left, right
        else:
            row[f"intensity_{name}"] = left
    for group in _GROUPS:
        for field in dataclasses.fields(getattr(face, group)):
            value = getattr(getattr(face, group), field.name)
            column = f"{group}_{field.name}"
            if field.name == "shape":
                row |= {f"{column}_{mode}": value.get(mode, 0.0) for mode in _MODES}
            elif field.type == "Colour":
                row |= {f"{column}_{c}": v for c, v in zip(_CHANNELS, value, strict=True)}
            else:
                row[column] = int(value) if isinstance(value, bool) else value
    return row


def from_row(row: Mapping[str, Any]) -> FaceParameters:
    """The face of a manifest's row, whose cells may be text.

    Raises:
        KeyError: a column is missing.
        ValueError: a cell is not a number where one belongs.
    """
    default = FaceParameters()
    groups = {}
    for group in _GROUPS:
        values: dict[str, Any] = {}
        for field in dataclasses.fields(getattr(default, group)):
            column = f"{group}_{field.name}"
            if field.name == "shape":
                values["shape"] = {mode: float(row[f"{column}_{mode}"]) for mode in _MODES}
            elif field.type == "Colour":
                values[field.name] = tuple(float(row[f"{column}_{c}"]) for c in _CHANNELS)
            else:
                values[field.name] = _READ[str(field.type)](row[column])
        groups[group] = type(getattr(default, group))(**values)
    units: dict[str, Intensity] = {}
    for name, unit in ACTION_UNITS.items():
        ends = ("_left", "_right") if unit.paired else ("", "")
        left, right = (float(row[f"intensity_{name}{end}"]) for end in ends)
        if max(left, right) > 0.0:
            units[name] = left if left == right else (left, right)
    return FaceParameters(action_units=units, **groups)
