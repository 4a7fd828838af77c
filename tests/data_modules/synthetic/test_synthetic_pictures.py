"""One picture per action unit: at rest and at work. Drawn anew with `pytest --redraw`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_modules.synthetic import ACTION_UNITS, FaceParameters, Identity, render

PICTURES = Path(__file__).with_name("pictures")
SIZE = 96
PERSON = FaceParameters(identity=Identity(texture=7))
TOLERANCE = 0.05
"""Mean grey levels; compilers round differently by less, a fifth of a unit changes more."""


def drawn(name):
    at_work = PERSON.with_action_units(**{name: 1.0})
    return np.concatenate([render(PERSON, SIZE), render(at_work, SIZE)], axis=1)


@pytest.mark.parametrize("name", ACTION_UNITS)
def test_unit_looks_as_in_its_picture(name, request):
    path = PICTURES / f"{name}.png"
    if request.config.getoption("--redraw"):
        PICTURES.mkdir(exist_ok=True)
        Image.fromarray(drawn(name)).save(path, optimize=True)
    assert path.is_file(), f"{name} has no picture, draw it with pytest --redraw"
    kept = np.asarray(Image.open(path)).astype(float)
    assert kept.shape == (SIZE, 2 * SIZE, 3)
    difference = np.abs(kept - drawn(name))
    assert difference.mean() <= TOLERANCE
    # The picture shows the unit: its halves differ by more than the tolerance can hide.
    assert np.abs(kept[:, :SIZE] - kept[:, SIZE:]).max() > 40


def test_every_picture_belongs_to_a_unit():
    assert {path.stem for path in PICTURES.glob("*.png")} == set(ACTION_UNITS)
