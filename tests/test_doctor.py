"""``au-cotrain doctor`` as a user runs it."""

import os
import subprocess
import sys

import pandas as pd
import pytest

from au_cotrain.cli import main


def run(*arguments):
    """Exit status, what was printed, and the errors."""
    done = subprocess.run(
        [sys.executable, "-m", "au_cotrain.cli", "doctor", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "80"},
    )
    return done.returncode, done.stdout, done.stderr


def test_sound_splits_end_in_that_verdict_and_status_0(faces_table):
    status, printed, errors = run(faces_table("train"), faces_table("val"))
    assert (status, errors) == (0, "")
    assert printed.endswith("\nsound\n")
    assert "16 faces of 4 people, 4 of each" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_a_fault_ends_in_its_verdict_status_1_and_both_tables(faces_table, tmp_path):
    train = faces_table("train")
    train.write_text(train.read_text().replace(",1,", ",9,", 2))
    status, printed, errors = run(train, "--out", tmp_path / "report.parquet", "--workers", 1)
    assert (status, errors) == (1, "")
    assert "1 thing would make a result wrong\n" in printed
    table = pd.read_parquet(tmp_path / "report.parquet")
    assert table["kind"].tolist() == ["label-range"] * 2
    assert pd.read_parquet(tmp_path / "report-aus.parquet")["known"].tolist() == [14, 16]


def test_splits_and_pools_are_told_apart(faces_table, tmp_path, capsys):
    train = faces_table("train")
    main(["doctor", str(train), "--pool", str(tmp_path / "train")])
    printed = capsys.readouterr().out
    assert "16 pictures of a split in the pool" in printed
    assert printed.endswith("sound; 1 worth knowing\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv"], "none.csv: no such file"),
        (["{}/empty.csv"], "empty.csv: no faces in it"),
        (["{}/train/0_0.png"], "0_0.png: not a readable table"),
        (["{}/train"], "train: no manifest.parquet in this folder"),
        (["{}/train.csv", "--pool", "{}/nothing"], "nothing: no such file"),
        (["{}/train.csv", "--pool", "{}/folder"], "folder: no pictures in this pool"),
        (["{}/train.csv", "--out", "{}/train.csv"], "train.csv: --out would write over"),
        (["{}/train.csv", "--set", "celebs"], "--set is 'celebs'"),
        (["{}/train.csv", "--workers", "0"], "--workers is 0; give 1 or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_examined_is_one_line_and_status_1(faces_table, tmp_path, arguments, said):
    faces_table("train")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SystemExit) as stop:
        main(["doctor", *(argument.format(tmp_path) for argument in arguments)])
    assert said in str(stop.value) and "\n" not in str(stop.value)
