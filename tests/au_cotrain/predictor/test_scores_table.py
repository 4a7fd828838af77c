import csv
import os
import resource
import signal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.scored_frame import IDENTITY, ScoredFace, ScoredFrame, columns
from au_cotrain.predictor.scores_table import ScoresTable

AUS = ["AU01", "AU12"]


def face(number=0, confidence=0.98765):
    p = np.array([0.12345678, 0.75], np.float32)
    return ScoredFace(number, (1.0, 2.5, 30.125, 40), confidence, p, p >= 0.5)


def frame(number, *faces, name="clip.mp4", timestamp=True):
    seconds = number / 30 if timestamp else None
    return ScoredFrame(0, name, number, seconds, faces, None, None, "")


def write(out, *batches):
    with ScoresTable(out, AUS) as table:
        for batch in batches:
            table.write(batch)
    return table


def test_a_row_a_face_and_one_where_there_is_none(tmp_path):
    write(tmp_path / "deep" / "o.csv", [frame(0, face(), face(3, None))], [frame(1)])
    lines = (tmp_path / "deep" / "o.csv").read_text().splitlines()
    assert lines == [
        ",".join([*IDENTITY, "AU01_p", "AU12_p", "AU01_c", "AU12_c"]),
        "clip.mp4,0,0.0,0,1,0.9877,1.0,2.5,30.12,40.0,0.123457,0.75,0,1",
        "clip.mp4,0,0.0,3,1,,1.0,2.5,30.12,40.0,0.123457,0.75,0,1",
        "clip.mp4,1,0.033333,,0,,,,,,,,,",
    ]
    assert list(tmp_path.rglob("*.*")) == [tmp_path / "deep" / "o.csv"]


def test_any_name_of_a_file_comes_back(tmp_path):
    names = ['a,"b".jpg', "two\nlines.jpg", "1e5", "", "ä.jpg", "NA"]
    frames = [frame(0, name=name, timestamp=False) for name in names]
    write(tmp_path / "o.csv", frames)
    with (tmp_path / "o.csv").open(newline="") as file:
        assert [row["input"] for row in csv.DictReader(file)] == names
    write(tmp_path / "o.parquet", frames)
    assert pq.read_table(tmp_path / "o.parquet")["input"].to_pylist() == names
    write(tmp_path / "o.csv", [frame(0, name="\udcff.jpg")])  # a byte that is no UTF-8
    assert pd.read_csv(tmp_path / "o.csv")["input"][0] == "\\udcff.jpg"


def test_parquet_has_types_also_where_all_is_empty(tmp_path):
    write(tmp_path / "o.pq", [frame(0, timestamp=False)], [frame(1, timestamp=False)])
    table = pq.read_table(tmp_path / "o.pq")
    assert table.column_names == columns(AUS) and table.num_rows == 2
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    whole = {"frame", "face", "success", "AU01_c", "AU12_c"}
    assert {name for name, kind in kinds.items() if kind == "int64"} == whole
    assert kinds.pop("input") == "string" and set(kinds.values()) == {"int64", "double"}
    assert table["AU01_p"].null_count == table["timestamp"].null_count == 2
    assert [path.name for path in tmp_path.iterdir()] == ["o.pq"]


def test_parquet_holds_what_csv_holds(tmp_path):
    frames = [[frame(i, *(face(n) for n in range(i % 3)))] for i in range(20)]
    write(tmp_path / "o.csv", *frames)
    write(tmp_path / "o.parquet", *frames)
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "o.csv"),
        pd.read_parquet(tmp_path / "o.parquet"), check_dtype=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["o.csv", "o.parquet"])
def test_an_old_table_stays_until_there_is_a_row(tmp_path, name):
    (tmp_path / name).write_text("old")
    write(tmp_path / name)
    assert (tmp_path / name).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    write(tmp_path / name, [frame(0)])
    assert (tmp_path / name).read_bytes() != b"old"


@pytest.mark.parametrize("name", ["o.csv", "o.parquet"])
def test_an_exception_leaves_a_whole_table(tmp_path, name):
    with pytest.raises(KeyboardInterrupt), ScoresTable(tmp_path / name, AUS) as table:
        table.write([frame(0, face())])
        raise KeyboardInterrupt
    read = pd.read_csv if name.endswith("csv") else pd.read_parquet
    assert len(read(tmp_path / name)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_rows_are_on_disk_after_each_call(tmp_path):
    with ScoresTable(tmp_path / "o.csv", AUS) as table:
        for number in range(3):
            table.write([frame(number)])
            assert len(pd.read_csv(tmp_path / "o.csv")) == number + 1


@pytest.fixture
def small_disk():
    """Files end at 2,000 bytes, for this process."""
    if not hasattr(signal, "SIGXFSZ"):
        pytest.skip("needs limits of a file's size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_the_table_ends_with_its_last_whole_row(tmp_path, small_disk):
    with pytest.raises(OSError, match="rows are there") as full:  # noqa: SIM117
        with ScoresTable(tmp_path / "o.csv", AUS) as table:
            for number in range(100):
                table.write([frame(number, face())])
    text = (tmp_path / "o.csv").read_text()
    assert 1900 < len(text) <= 2000 and text.endswith("\n")
    assert len(pd.read_csv(tmp_path / "o.csv")) == table.count
    assert f"its first {table.count} rows" in str(full.value)
    assert full.value.filename == str(tmp_path / "o.csv")


def test_where_parquet_finds_no_room_the_csv_stays(tmp_path, small_disk):
    with pytest.raises(OSError, match="its first 2 rows") as full:
        write(tmp_path / "o.parquet", [frame(0, face())], [frame(1)])  # Parquet's head is larger
    kept = tmp_path / "o.parquet.partial.csv"
    assert full.value.filename == str(kept) and list(tmp_path.iterdir()) == [kept]
    assert len(pd.read_csv(kept)) == 2


def test_a_full_disk_before_the_first_row_leaves_the_old_table(tmp_path, small_disk):
    (tmp_path / "o.csv").write_text("old")
    with pytest.raises(OSError, match="no row is there"):
        write(tmp_path / "o.csv", [frame(number, face()) for number in range(100)])
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]
    assert (tmp_path / "o.csv").read_text() == "old"


@pytest.mark.parametrize("name", ["o.txt", "o", "o.csv.gz"])
def test_a_name_that_ends_otherwise_is_refused(tmp_path, name):
    with pytest.raises(PredictorError, match=r"\.csv or \.parquet"):
        ScoresTable(tmp_path / name, AUS)


def test_a_folder_is_not_replaced_and_a_link_stays_a_link(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(PredictorError, match="no file that a table could replace"):
        ScoresTable(tmp_path / "folder.csv", AUS)
    os.symlink(tmp_path / "real.csv", tmp_path / "link.csv")
    write(tmp_path / "link.csv", [frame(0)])
    assert (tmp_path / "link.csv").is_symlink() and len(pd.read_csv(tmp_path / "real.csv")) == 1
