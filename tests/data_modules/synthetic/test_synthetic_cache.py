"""A rendered folder is whole or it is not there."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from data_modules.synthetic import (
    ACTION_UNITS,
    BP4D_AUS,
    OCCURRENCE,
    cache,
    fingerprint,
    render,
    render_manifest,
    sample,
)

WORLD = {"world": "lab", "people": 2, "frames": 3, "size": 32, "seed": 4}


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
    assert list(table[0])[:14] == ["path", "subject", *BP4D_AUS]
    assert {f"intensity_{name}" for name in ACTION_UNITS} <= set(table[0])
    assert {"pose_yaw", "light_azimuth", "quality_jpeg"} <= set(table[0])
    assert {row["subject"] for row in table} == {"lab-4-p000", "lab-4-p001"}
    assert len({row["path"] for row in table}) == 6


def test_pictures_are_what_the_renderer_gives(rendered):
    row = rows(rendered)[4]
    stored = cv2.imread(str(rendered.parent / row["path"]))[..., ::-1]
    np.testing.assert_array_equal(stored, render(sample("lab", 1, 1, 4), 32))


def test_labels_equal_intensities_at_the_threshold(rendered):
    for row in rows(rendered):
        for name in BP4D_AUS:
            assert int(row[name]) == int(float(row[f"intensity_{name}"]) >= OCCURRENCE)


def test_bytes_do_not_depend_on_the_number_of_workers(rendered, tmp_path):
    render_manifest(tmp_path / "two", **WORLD, workers=2)
    assert digest(tmp_path / "two") == digest(rendered.parent)


def test_a_finished_folder_is_returned_at_once(rendered, monkeypatch):
    monkeypatch.setattr(cache, "render", None)
    before = rendered.stat().st_mtime_ns
    assert render_manifest(rendered.parent, **WORLD) == rendered
    assert rendered.stat().st_mtime_ns == before


def test_a_killed_run_goes_on_where_it_was(rendered, tmp_path, monkeypatch):
    real, calls = cache.render, []

    def dies_at_the_fourth(face, size):
        calls.append(face)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(face, size)

    monkeypatch.setattr(cache, "render", dies_at_the_fourth)
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

    real = cache.os.replace
    monkeypatch.setattr(cache.os, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        render_manifest(tmp_path, **WORLD)
    assert not list(tmp_path.rglob("*.png"))
    monkeypatch.undo()
    render_manifest(tmp_path, **WORLD)
    whole = digest(rendered.parent)
    assert {path: code for path, code in digest(tmp_path).items() if path in whole} == whole


def test_a_folder_of_something_else_is_refused(rendered):
    with pytest.raises(ValueError, match="another rendering"):
        render_manifest(rendered.parent, **{**WORLD, "seed": 5})


def test_a_changed_renderer_does_not_take_over_an_old_folder(rendered, monkeypatch):
    monkeypatch.setattr(cache, "fingerprint", lambda: "0" * 12)
    with pytest.raises(ValueError, match="another rendering"):
        render_manifest(rendered.parent, **WORLD)


def test_progress_counts_faces(tmp_path):
    seen: list[tuple[int, int]] = []
    render_manifest(tmp_path, **WORLD, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 6), (6, 6)]


def test_fingerprint_is_stable_and_short():
    assert fingerprint() == fingerprint()
    assert len(fingerprint()) == 12
