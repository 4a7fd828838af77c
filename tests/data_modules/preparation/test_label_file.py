import pytest

from data_modules.errors import DataError
from data_modules.preparation.label_file import (
    bare,
    frame_number,
    read_code,
    read_rows,
    whole_number,
)


@pytest.mark.parametrize("cell", ["1", " 1 ", '"1"', "'1'", " \"' 1 '\" ", "\u00a01"])
def test_blanks_and_pairs_of_quotes_are_no_part_of_a_cell(cell):
    assert bare(cell) == "1"


@pytest.mark.parametrize("cell", ["", '"', "'1", "1'", "\"1'"])
def test_half_a_pair_of_quotes_stays(cell):
    assert bare(cell) == cell


@pytest.mark.parametrize(
    ("cell", "number"),
    [("0", 0), ("000", 0), ("20", 20), ("0020", 20), ("20.0", 20), ("0" * 20 + "7", 7)],
)
def test_padding_and_a_float_s_zeros_do_not_change_a_number(cell, number):
    assert whole_number(cell) == number


@pytest.mark.parametrize(
    "cell", ["", "x", "-1", "+1", "1.5", "1.", ".0", "1e3", "0x1", "1 2", "\u00b2", "9" * 16]
)
def test_what_is_no_whole_number_is_none(cell):
    assert whole_number(cell) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_rows_keep_their_lines_however_the_text_is_stored(tmp_path, end, mark, after):
    file = tmp_path / "f.csv"
    file.write_bytes((mark + f"0,1{end} 2 , '1'" + after * end).encode())
    assert read_rows(file, ",") == [(1, ["0", "1"]), (2, ["2", "1"])]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match=rf"^{tmp_path}/gone.csv: cannot be read \(No such file"):
        read_rows(tmp_path / "gone.csv", ",")


def test_frames_count_from_the_first(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("1,0\n")
    (row,) = read_rows(file, ",")
    assert frame_number(file, row, "1", 1) == 1
    with pytest.raises(DataError, match=r"f.csv:1: frame is 0; frames count from 1"):
        frame_number(file, row, "0", 1)


def test_only_the_codes_of_a_set_mean_anything():
    codes = {"0": 0, "9": -1}
    assert [read_code(cell, codes) for cell in ("0", "9.0", "' 0 '")] == [0, -1, 0]
    assert [read_code(cell, codes) for cell in ("1", "", "09", "9.5", "-0")] == [None] * 5
