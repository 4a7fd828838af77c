"""Rendered splits: each of its world, each of its own people, rendered once."""

import numpy as np
import pandas as pd
import pytest

from data_modules.alignment import stated
from data_modules.errors import DataError
from data_modules.rendered import FRAMING, RenderedFaces
from data_modules.synthetic import render, sample

SMALL = {
    "people": {"labeled": 2, "val": 2, "unlabeled": 3, "test": 2},
    "frames": {"labeled": 4, "val": 4, "unlabeled": 1, "test": 1},
    "size": 30, "scaled_size": 32, "unlabeled_per_batch": 2,
}  # fmt: skip
WORLDS = {"labeled": "lab", "val": "lab", "unlabeled": "web", "test": "web"}


def faces(cache, **changed):
    return RenderedFaces(cache, **{"worlds": WORLDS, **SMALL, **changed})


def tables(data):
    return {split: pd.read_csv(table) for split, table in data.tables.items()}


def test_splits_are_of_their_worlds_and_of_different_people(tmp_path):
    data = faces(tmp_path)
    data.prepare_data()
    found = tables(data)
    assert {s: len(t) for s, t in found.items()} == {
        "labeled": 8, "val": 8, "unlabeled": 3, "test": 2
    }  # fmt: skip
    people = [set(table["subject"]) for table in found.values()]
    assert sum(map(len, people)) == len(set().union(*people)) == 9
    assert found["labeled"]["subject"].str.startswith("lab-").all()
    assert found["test"]["subject"].str.startswith("web-").all()


def test_a_world_of_ones_own_is_rendered_beside_the_others(tmp_path):
    faces(tmp_path).prepare_data()
    before = set(tmp_path.rglob("manifest.csv"))
    profile = {"base": "web", "pose": {"yaw": {"uniform": [60, 75]}}}
    data = faces(tmp_path, worlds={**WORLDS, "test": profile})
    data.prepare_data()
    assert len(set(tmp_path.rglob("manifest.csv")) - before) == 1  # the others served
    assert tables(data)["test"]["pose_yaw"].between(60, 75).all()


def test_a_world_that_is_none_is_refused_before_anything_is_rendered(tmp_path):
    with pytest.raises(DataError, match="no such world"):
        faces(tmp_path, worlds={**WORLDS, "test": "mars"}).prepare_data()
    assert not list(tmp_path.iterdir())


def test_photographs_are_framed_as_rendered_faces_are(tmp_path, landmarker):
    seen = [landmarker(render(sample("lab", person, 0, seed=1), 256)) for person in range(24)]
    points = np.mean([reading.points[list(FRAMING)] / 256 for reading in seen if reading], axis=0)
    np.testing.assert_allclose(points, list(FRAMING.values()), atol=0.012)
    data = faces(tmp_path)
    assert stated(data.provenance["alignment"]).template == FRAMING
