"""A row of the manifest is the whole face."""

from __future__ import annotations

import pytest

from data_modules.synthetic import ACTION_UNITS, FaceParameters, from_row, sample, to_row
from data_modules.synthetic.record import occurrences


@pytest.mark.parametrize("world", ["lab", "web"])
def test_a_row_read_as_text_is_the_same_face(world):
    for person in range(40):
        face = sample(world, person, 2, 8)
        cells = {column: str(value) for column, value in to_row(face).items()}
        again = from_row(cells)
        assert to_row(again) == to_row(face)
        drawn = {name: value for name, value in face.action_units.items() if value}
        assert again.action_units == drawn
        assert (again.identity, again.pose, again.quality) == (
            face.identity, face.pose, face.quality
        )  # fmt: skip


def test_every_parameter_has_a_column():
    columns = set(to_row(FaceParameters()))
    assert {"intensity_AU12_left", "intensity_AU12_right", "intensity_AU17", "pose_yaw"} <= columns
    assert {"occluder_kind", "wear_glasses", "identity_skin_red", "light_back"} <= columns
    assert "identity_shape_nose_width" in columns


def test_one_side_is_enough_to_occur():
    face = FaceParameters(action_units={"AU12": (0.1, 0.3), "AU06": (0.29, 0.1), "AU17": 0.9})
    found = occurrences(face)
    assert found.keys() == ACTION_UNITS.keys()
    assert {name for name, label in found.items() if label} == {"AU12", "AU17"}
