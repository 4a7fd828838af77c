import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from au_cotrain.cli import main
from data_modules import landmarker, preparation
from data_modules.preparation.plan import Plan

COLUMNS = {"source": "string", "subject": "string", "task": "string", "frame": "Int64"}
READER = """
import sys
sys.path.insert(0, {tests!r})
from data_modules import preparation
from test_cli_prepare import read_toy
preparation.READERS["faces"] = read_toy
from au_cotrain.cli import main
if __name__ == "__main__":
    main()
"""


def read_toy(root, out, **options):
    """The pictures of one folder; how it was asked is an assumption."""
    sources = sorted(path.name for path in root.glob("*.png"))
    faces = pd.DataFrame({"source": pd.array(sources, "string")})
    faces["place"] = pd.array([None] * len(faces), "Int64")
    faces["subject"] = pd.array([f"S{row % 2}" for row in range(len(faces))], "string")
    faces["task"] = pd.array([None] * len(faces), "string")
    faces["frame"] = pd.array([None] * len(faces), "Int64")
    faces["AU12"] = pd.array([1] * len(faces), "Int8")
    lost = pd.DataFrame(
        [("gone.png", None, None, 7, "dead link"), ("gone2.png", None, None, None, "dead link")],
        columns=[*COLUMNS, "reason"],
    ).astype(COLUMNS | {"reason": "string"})
    return Plan("faces", faces, lost, (f"options are {sorted(options.items())}",))


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in ("faces", "disfa", "emotionet"):
        monkeypatch.setitem(preparation.READERS, name, read_toy)
    root = tmp_path / "root"
    root.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 256, (30, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"{number}.png")
    (root / "3.png").write_text("no picture")
    return root


def prepare(root, *options, dataset="faces"):
    main(["prepare", dataset, str(root), str(root.parent / "out"), *options])
    return root.parent / "out"


def test_what_was_found_assumed_written_and_left_out_is_said(root, capsys):
    out = prepare(root, "--no-align", "--size", "32", "--workers", "0")
    assert capsys.readouterr().out.splitlines() == [
        "faces: 6 faces, 2 people",
        "assumed: options are []",
        f"{out}/manifest.parquet: 5 faces",
        f"left out: 3, listed in {out}/left_out.csv",
        "        2  dead link (first: gone.png, frame 7)",
        "        1  unreadable (first: 3.png: not a picture)",
    ]
    table = pd.read_parquet(out / "manifest.parquet")
    assert Image.open(out / table["path"][0]).size == (32, 32)


def test_a_finished_preparation_says_so(root, capsys):
    prepare(root, "--no-align", "--workers", "0")
    out = prepare(root, "--no-align", "--workers", "0")
    assert f"{out}/manifest.parquet: finished before, nothing to do" in capsys.readouterr().out


def test_options_reach_the_set_that_knows_them(root, capsys):
    prepare(root, "--no-align", "--workers", "0", "--camera", "right", dataset="disfa")
    assert "assumed: options are [('camera', 'right')]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("dataset", "options", "said"),
    [
        ("faces", ["--camera", "left"], "--camera says nothing about faces"),
        ("disfa", ["--labels", "hand"], "--labels says nothing about disfa"),
        ("faces", ["--size", "3"], "--size is 3; give 16 or more"),
        ("faces", ["--workers", "-1"], "--workers is -1"),
    ],
)
def test_an_option_that_means_nothing_is_one_line(root, dataset, options, said):
    with pytest.raises(SystemExit, match=said) as stop:
        prepare(root, "--no-align", *options, dataset=dataset)
    assert "\n" not in str(stop.value)
    assert not (root.parent / "out").exists()


def test_no_align_and_a_model_exclude_each_other(root, capsys):
    with pytest.raises(SystemExit) as stop:
        prepare(root, "--no-align", "--align-model", "x")
    assert stop.value.code == 2 and "not allowed with" in capsys.readouterr().err


def test_the_model_is_missed_before_anything_is_read(root, monkeypatch):
    monkeypatch.setitem(preparation.READERS, "faces", None)
    with pytest.raises(SystemExit, match="no face landmarker here"):
        prepare(root, "--align-model", str(root / "none.task"))


def test_a_missing_data_set_is_one_line(root):
    with pytest.raises(SystemExit, match="no such folder"):
        prepare(root / "none", "--no-align")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_cannot_be_written_is_one_line(root):
    (root.parent / "out").mkdir(mode=0o500)
    with pytest.raises(SystemExit, match="Permission denied"):
        prepare(root, "--no-align", "--workers", "0")


def test_ctrl_c_is_one_line_and_status_130_and_the_same_command_goes_on(root, capsys):
    for number in range(6, 1500):
        os.link(root / "0.png", root / f"{number}.png")
    script = root.parent / "cli.py"
    script.write_text(READER.format(tests=str(Path(__file__).parent)))
    out = root.parent / "out"
    command = [sys.executable, str(script), "prepare", "faces", str(root), str(out), "--no-align"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(
        [*command, "--workers", "2"], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and not (out / "crops").is_dir():
        pass
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, errors = process.communicate(timeout=30)
    assert errors == "stopped; the same command goes on\n"
    assert process.returncode == 130
    prepare(root, "--no-align", "--workers", "0")
    assert f"{out}/manifest.parquet: 1,499 faces" in capsys.readouterr().out


def test_fetch_landmarker_says_where_the_model_is(tmp_path, monkeypatch, capsys):
    def fetch(model):
        return model or tmp_path / "cache.task"

    monkeypatch.setattr(landmarker, "fetch_model", fetch)
    main(["fetch-landmarker"])
    main(["fetch-landmarker", str(tmp_path / "a.task")])
    main(["fetch-landmarker", str(tmp_path)])
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/cache.task", f"{tmp_path}/a.task", f"{tmp_path}/face_landmarker.task"
    ]  # fmt: skip
