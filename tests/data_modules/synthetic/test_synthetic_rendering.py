"""A rendered folder is whole or it is not there."""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from data_modules.errors import DataError
from data_modules.preparation.faces import read_faces
from data_modules.synthetic import (
    ACTION_UNITS,
    OCCURRENCE,
    fingerprint,
    from_row,
    load_world,
    parse_overrides,
    render,
    render_manifest,
    rendering,
    sample,
)

WORLD = {"world": load_world("lab"), "count": 6, "frames": 3, "size": 32, "seed": 4}


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    return render_manifest(folder, **WORLD)


def test_manifest_lists_every_face(rendered):
    table = rows(rendered)
    assert len(table) == 6
    assert list(table[0])[:20] == ["path", "subject", *ACTION_UNITS]
    assert [row["subject"] for row in table] == ["lab-4-p000000"] * 3 + ["lab-4-p000001"] * 3
    assert len({row["path"] for row in table}) == 6


def test_pictures_are_what_the_renderer_gives(rendered):
    row = rows(rendered)[4]
    stored = cv2.imread(str(rendered.parent / row["path"]))[..., ::-1]
    np.testing.assert_array_equal(stored, render(sample("lab", 1, 1, 4), 32))


def test_labels_equal_intensities_at_the_threshold(rendered):
    for row in rows(rendered):
        for name, unit in ACTION_UNITS.items():
            ends = ("_left", "_right") if unit.paired else ("",)
            strongest = max(float(row[f"intensity_{name}{end}"]) for end in ends)
            assert int(row[name]) == int(strongest >= OCCURRENCE)


def test_a_row_of_the_manifest_renders_its_picture(rendered):
    for row in rows(rendered)[::2]:
        stored = cv2.imread(str(rendered.parent / row["path"]))[..., ::-1]
        np.testing.assert_array_equal(stored, render(from_row(row), 32))


def test_bytes_do_not_depend_on_the_number_of_workers(rendered, tmp_path):
    render_manifest(tmp_path / "two", **WORLD, workers=2)
    assert digest(tmp_path / "two") == digest(rendered.parent)


def test_a_finished_folder_is_returned_at_once(rendered, monkeypatch):
    monkeypatch.setattr(rendering, "render", None)
    before = rendered.stat().st_mtime_ns
    assert render_manifest(rendered.parent, **WORLD) == rendered
    assert rendered.stat().st_mtime_ns == before


def test_a_killed_run_goes_on_where_it_was(rendered, tmp_path, monkeypatch):
    real, calls = rendering.render, []

    def dies_at_the_fourth(face, size):
        calls.append(face)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(face, size)

    monkeypatch.setattr(rendering, "render", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        render_manifest(tmp_path, **WORLD)
    assert not (tmp_path / "manifest.csv").exists()
    render_manifest(tmp_path, **WORLD)
    assert len(calls) == 4 + 3  # three were there already
    assert digest(tmp_path) == digest(rendered.parent)


def test_a_half_written_picture_is_not_taken_for_a_whole_one(rendered, tmp_path, monkeypatch):
    def power_cut(source, target):
        if str(target).endswith(".png"):
            raise KeyboardInterrupt
        real(source, target)

    real = rendering.os.replace
    monkeypatch.setattr(rendering.os, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        render_manifest(tmp_path, **WORLD)
    assert not list(tmp_path.rglob("*.png"))
    monkeypatch.undo()
    render_manifest(tmp_path, **WORLD)
    whole = digest(rendered.parent)
    assert {path: code for path, code in digest(tmp_path).items() if path in whole} == whole


def test_a_folder_of_something_else_is_refused(rendered):
    for other in ({"seed": 5}, {"world": parse_overrides("lab", ["pose.yaw=0"])}, {"count": 5}):
        with pytest.raises(DataError, match="another rendering"):
            render_manifest(rendered.parent, **{**WORLD, **other})


def test_a_folder_in_use_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(DataError, match="not empty"):
        render_manifest(tmp_path, **WORLD)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_another_training_is_just_claiming_is_shared(rendered, tmp_path):
    (tmp_path / ".request.json.1.part").write_text('{"world"')
    assert render_manifest(tmp_path, **WORLD).read_bytes() == rendered.read_bytes()


def test_a_changed_renderer_does_not_take_over_an_old_folder(rendered, monkeypatch):
    monkeypatch.setattr(rendering, "fingerprint", lambda: "0" * 12)
    with pytest.raises(DataError, match="another rendering"):
        render_manifest(rendered.parent, **WORLD)


def test_progress_counts_faces(tmp_path, monkeypatch):
    seen: list[tuple[int, int]] = []
    render_manifest(
        tmp_path / "a", **WORLD, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(6, 6)]
    monkeypatch.setattr(rendering, "_AT_ONCE", 4)
    seen.clear()
    render_manifest(
        tmp_path / "again", **WORLD, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(4, 6), (6, 6)]


def test_fingerprint_is_stable_and_short():
    assert fingerprint() == fingerprint()
    assert len(fingerprint()) == 12


# --- shards -----------------------------------------------------------------------------------


@pytest.fixture
def small_shards(monkeypatch):
    pytest.importorskip("webdataset", reason="needs the extra 'shards'")
    monkeypatch.setattr(rendering, "_IN_SHARD", 4)


def test_shards_hold_the_same_faces_and_rows(rendered, small_shards, tmp_path):
    import json

    import webdataset

    manifest = render_manifest(tmp_path, **WORLD, shards=True)
    shards = sorted(tmp_path.glob("shards/*.tar"))
    assert [shard.name for shard in shards] == ["000000.tar", "000001.tar"]
    found = list(webdataset.WebDataset([str(s) for s in shards], shardshuffle=False))
    table, pictures = rows(manifest), rows(rendered)
    assert len(found) == len(table) == 6
    for each, row, plain in zip(found, table, pictures, strict=True):
        assert each["png"] == (rendered.parent / plain["path"]).read_bytes()
        assert {k: str(v) for k, v in json.loads(each["json"]).items()} == row
        assert row["path"] == f"shards/{Path(each['__url__']).name}/{each['__key__']}.png"
        assert {**row, "path": plain["path"]} == plain
    plan = read_faces(tmp_path).faces
    assert plan["source"].tolist() == [row["path"] for row in table]
    assert plan["subject"].tolist() == [row["subject"] for row in table]


def test_shards_do_not_depend_on_the_number_of_workers(small_shards, tmp_path):
    render_manifest(tmp_path / "one", **WORLD, shards=True)
    render_manifest(tmp_path / "two", **WORLD, shards=True, workers=2)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_a_killed_run_keeps_its_whole_shards(small_shards, tmp_path, monkeypatch):
    real, calls = rendering.render, []

    def dies_at_the_sixth(face, size):
        calls.append(face)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return real(face, size)

    monkeypatch.setattr(rendering, "render", dies_at_the_sixth)
    with pytest.raises(KeyboardInterrupt):
        render_manifest(tmp_path, **WORLD, shards=True)
    assert [path.name for path in tmp_path.glob("shards/*.tar")] == ["000000.tar"]
    render_manifest(tmp_path, **WORLD, shards=True)
    assert len(calls) == 6 + 2  # the first shard's four were there


def test_shards_without_webdataset_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "webdataset", None)
    with pytest.raises(DataError, match=r"au_cotrain\[shards\]"):
        render_manifest(tmp_path / "out", **WORLD, shards=True)
    assert not (tmp_path / "out").exists()
