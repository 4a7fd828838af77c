import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.manifest import read_manifest, read_pool_table
from data_modules.table import read_table

many_files = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

FACES = """path,subject,AU1,AU12
a.jpg,S1,1,0
b.jpg,S1,,1
c.jpg,S2,0,
"""
HEADER = b"path,subject,AU1\n"
LABELS = [[1, 0], [UNKNOWN, 1], [0, UNKNOWN]]


def refusal(table, aus=None, read=read_manifest):
    """The one line with which a table is refused."""
    with pytest.raises(DataError) as caught:
        read(table, aus)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert str(table) in line
    return line


# --- what is read ---------------------------------------------------------------------------


def test_faces_keep_the_order_people_labels_and_lines_of_the_table(write, tmp_path):
    faces = read_manifest(write("t.csv", FACES))
    assert faces.aus == ("AU01", "AU12")
    assert faces.labels.tolist() == LABELS
    assert faces.labels.dtype == np.int8
    assert faces.paths.to_pylist() == [str(tmp_path / name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    assert faces.subjects.to_pylist() == ["S1", "S1", "S2"]
    assert faces.rows.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + FACES, id="byte order mark"),
        pytest.param(FACES.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(FACES.replace("\n", "\r"), id="CR"),
        pytest.param(FACES.rstrip("\n"), id="no last newline"),
        pytest.param(FACES.replace(",", " , "), id="spaces around every cell"),
        pytest.param(FACES.replace("AU1,AU12", "\"'AU 1'\", 'AU 12'"), id="EmotioNet's quotes"),
        pytest.param(FACES.replace("AU1,AU12", ' "AU1", "au12"'), id="quotes after spaces"),
        pytest.param(FACES.replace(",1", ",1.0").replace(",0", ",0.0"), id="floats"),
        pytest.param(FACES.replace("path,subject", "Path,SUBJECT"), id="capitals"),
        pytest.param(FACES.replace(",1", ', "1"'), id="quoted labels after spaces"),
    ],
)
def test_spelling_of_the_table_does_not_change_its_faces(write, text):
    faces = read_manifest(write("t.csv", text))
    assert faces.aus == ("AU01", "AU12")
    assert faces.labels.tolist() == LABELS
    assert faces.subjects.to_pylist() == ["S1", "S1", "S2"]
    assert faces.rows.tolist() == [2, 3, 4]


def test_blank_lines_are_skipped_but_counted(write):
    text = "\n" + FACES.replace("b.jpg", " \n,,,\nb.jpg")
    assert read_manifest(write("t.csv", text)).rows.tolist() == [3, 6, 7]


def test_a_row_over_several_lines_is_named_by_its_first(write):
    text = 'path,subject,note,AU1\na.jpg,S1,"two\nlines",1\nb.jpg,S2,,7\n'
    assert ":4: AU1 is '7'" in refusal(write("t.csv", text))


def test_other_columns_are_left_alone(write):
    text = "emotion,AU12,path,frame,AU1,subject,\n9,0,a.jpg,999,1,S1,\nx,1,b.jpg,,,S1,\n"
    faces = read_manifest(write("t.csv", text), ["AU01", "AU12"])
    assert faces.labels.tolist() == LABELS[:2]
    assert faces.subjects.to_pylist() == ["S1", "S1"]


def test_aus_come_in_the_order_asked_for_not_the_tables(write):
    table = write("t.csv", FACES)
    assert read_manifest(table, ["AU12", "AU01"]).labels.tolist() == [row[::-1] for row in LABELS]
    assert read_manifest(table, ["AU12"]).labels.tolist() == [[row[1]] for row in LABELS]


def test_aus_can_be_asked_for_in_any_spelling(write):
    assert read_manifest(write("t.csv", FACES), ["AU1", "au 12"]).aus == ("AU01", "AU12")


def test_labels_of_aus_not_asked_for_are_not_looked_at(write):
    table = write("t.csv", FACES.replace(",1\n", ",9\n"))
    assert read_manifest(table, ["AU01"]).labels.tolist() == [[row[0]] for row in LABELS]


@many_files
@given(data=st.data())
def test_whatever_the_layout_each_label_reaches_its_face_and_au(write, data):
    numbers = data.draw(st.lists(st.sampled_from([1, 2, 4, 12, 25, 43]), min_size=1, unique=True))
    codes = data.draw(
        st.lists(st.tuples(*[st.sampled_from([0, 1, -1])] * len(numbers)), min_size=1, max_size=6)
    )
    spelling = data.draw(st.sampled_from(["AU{}", "AU{:02d}", "au {}", " AU{} "]))
    written = {0: ["0", "0.0", " 0 ", '"0"'], 1: ["1", "1.00", " 1"], -1: ["", " ", '""']}
    columns = {"path": [f"{face}.png" for face in range(len(codes))]}
    columns |= {"subject": ["S1"] * len(codes), "emotion": ["9"] * len(codes)}
    for place, number in enumerate(numbers):
        columns[spelling.format(number)] = [
            data.draw(st.sampled_from(written[code[place]])) for code in codes
        ]
    order = data.draw(st.permutations(list(columns)))
    rows = [order, *([columns[name][face] for name in order] for face in range(len(codes)))]
    end = data.draw(st.sampled_from(["\n", "\r\n", "\n\n"]))
    table = write(
        "t.csv", data.draw(st.sampled_from(["", "\ufeff"])) + end.join(map(",".join, rows))
    )
    faces = read_manifest(table, [f"AU{number}" for number in numbers])
    assert faces.labels.tolist() == [list(code) for code in codes]


@many_files
@given(
    st.binary(max_size=60)
    | st.text(alphabet="path,subject AU1\"'\n\r019x.\ufeff", max_size=60).map(str.encode)
    | st.text(alphabet='ab1,0"\n\r ;x', max_size=40).map(
        lambda t: b"path,subject,AU1\n" + t.encode()
    )
)
@example(b'"\x00\n\x00"\r\x00')  # a column's name of two lines
@example('"a\u2028b"\r1'.encode())
def test_any_file_is_read_into_three_codes_or_refused_in_one_line(write, content):
    table = write("t.csv", content)
    try:
        faces = read_manifest(table)
    except DataError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert set(np.unique(faces.labels)) <= {-1, 0, 1}
        assert len(faces) == len(faces.labels) == len(faces.subjects) == len(faces.rows) > 0


# --- what is refused ------------------------------------------------------------------------


def test_a_missing_table_is_named(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.csv")


@pytest.mark.parametrize("text", ["", "\n\n", "path,subject,AU1\n", "path,subject,AU1\n\n,,\n"])
def test_a_table_without_faces_is_refused(write, text):
    assert "no faces" in refusal(write("t.csv", text))


@pytest.mark.parametrize(
    "label", ["9", "999", "2", "0.5", "-1", "x", "nan", "NA", "10", "1e0", "True", "?", "\u0660"]
)
@pytest.mark.parametrize("face", [0, 2])
def test_a_label_other_than_0_1_or_empty_is_refused_with_its_row(write, label, face):
    labels = ["1", "0", ""]
    labels[face] = label
    text = "path,subject,AU4\n" + "".join(f"{i}.jpg,S1,{code}\n" for i, code in enumerate(labels))
    line = refusal(write("t.csv", text))
    assert f"t.csv:{face + 2}: AU4 is {label!r}" in line
    assert "empty" in line


@pytest.mark.parametrize("column", ["AU99", "AU3", "AU_1", "AU-12", "AU01_r", "'AU 99'", "AU"])
def test_a_column_that_only_looks_like_an_au_is_refused_not_dropped(write, column):
    assert "no action unit of FACS" in refusal(
        write("t.csv", f"path,subject,AU1,{column}\na.jpg,S1,1,1\n")
    )


def test_one_au_in_two_columns_is_refused(write):
    line = refusal(write("t.csv", "path,subject,AU1,AU01\na.jpg,S1,1,0\n"))
    assert "'AU1' and 'AU01'" in line


@pytest.mark.parametrize("column", ["AU1", "path", "subject", "emotion"])
def test_two_columns_of_one_name_are_refused(write, column):
    table = write("t.csv", f"path,subject,AU1,emotion,{column}\na.jpg,S1,1,,1\n")
    assert f"two columns are named {column!r}" in refusal(table)


def test_a_table_without_aus_is_refused(write):
    assert "no AU column" in refusal(write("t.csv", "path,subject,emotion\na.jpg,S1,1\n"))


@pytest.mark.parametrize("column", ["path", "subject"])
def test_a_table_without_a_column_it_needs_is_refused(write, column):
    assert f"no column '{column}'" in refusal(write("t.csv", FACES.replace(column, "else")))


def test_semicolons_are_not_taken_for_commas(write):
    assert "parted by commas" in refusal(write("t.csv", FACES.replace(",", ";")))


def test_an_au_the_table_lacks_is_named(write):
    line = refusal(write("t.csv", FACES), ["AU01", "AU04"])
    assert "no column AU04" in line and "AU01, AU12" in line


@pytest.mark.parametrize("aus", [[], ["AU1", "AU01"], ["AU12", "AU01", "AU12"]])
def test_no_au_or_one_twice_cannot_be_asked_for(write, aus):
    with pytest.raises(DataError, match=r"data\.aus"):
        read_manifest(write("t.csv", FACES), aus)


@pytest.mark.parametrize(("row", "cells"), [("b.jpg,S1,1", 3), ("b.jpg,S1,1,0,1", 5), ("b", 1)])
def test_a_row_short_or_long_is_refused_as_it_would_shift_labels(write, row, cells):
    table = write("t.csv", FACES.replace("b.jpg,S1,,1", row))
    assert f"t.csv:3: {cells} cells under 4 columns" in refusal(table)


def test_a_quote_left_open_is_named_by_its_row(write):
    assert "t.csv:3:" in refusal(write("t.csv", FACES.replace("b.jpg", '"b.jpg')))


@pytest.mark.parametrize(("cell", "column"), [("b.jpg", "path"), ("b.jpg,S1", "subject")])
def test_a_face_without_path_or_person_is_refused(write, cell, column):
    empty = " ,S1" if column == "path" else "b.jpg,"
    table = write("t.csv", FACES.replace("b.jpg,S1", empty))
    assert f"t.csv:3: no {column}" in refusal(table)


@pytest.mark.parametrize("again", ["a.jpg", "./a.jpg", "x/../a.jpg", "{}/a.jpg"])
def test_one_picture_in_two_rows_is_refused_however_written(write, tmp_path, again):
    again = again.format(tmp_path)
    (tmp_path / "x").mkdir()
    line = refusal(write("t.csv", FACES.replace("c.jpg", again)))
    assert f"t.csv:4: {again} stands in row 2 too" in line


@pytest.mark.parametrize(
    "content", [b"\xff\xfep\x00a\x00", "path;\x00,", "caf\xe9".encode("latin1")]
)
def test_what_is_no_table_is_refused(write, content):
    refusal(write("t.csv", content))
    refusal(write("t.parquet", content))


def test_a_refusal_handed_on_by_a_loaders_worker_is_still_its_one_line():
    wrapped = "Caught DataError in worker 0.\nTraceback:\ndata_modules.manifest.DataError: t:2: x\n"
    assert str(DataError(wrapped)) == "t:2: x"
    assert str(DataError("t:2: x")) == "t:2: x"


# --- Parquet --------------------------------------------------------------------------------

PEOPLE = {"path": ["a.jpg", "b.jpg", "c.jpg"], "subject": ["S1", "S1", "S2"]}


@pytest.mark.parametrize(
    "column",
    [
        pytest.param([1.0, np.nan, 0.0], id="float with NaN"),
        pytest.param(pd.array([1, None, 0], "Int64"), id="nullable integer"),
        pytest.param(pd.array([1, None, 0], "Float32"), id="nullable float"),
        pytest.param(["1", None, "0"], id="text"),
        pytest.param(["1.0", "", " 0"], id="text of floats"),
        pytest.param(pd.Categorical(["1", None, "0"]), id="categories"),
    ],
)
def test_parquet_columns_of_any_number_type_are_the_same_labels(tmp_path, column):
    table = tmp_path / "t.parquet"
    pd.DataFrame(PEOPLE | {"AU1": column}).to_parquet(table)
    faces = read_manifest(table)
    assert faces.labels.tolist() == [[1], [UNKNOWN], [0]]
    assert faces.labels.dtype == np.int8
    assert faces.paths.to_pylist() == [str(tmp_path / name) for name in PEOPLE["path"]]
    assert faces.subjects.to_pylist() == PEOPLE["subject"]


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.float32])
def test_parquet_without_gaps_is_read(tmp_path, kind):
    table = tmp_path / "T.PARQUET"
    pd.DataFrame(PEOPLE | {"AU1": np.array([1, 0, 1], kind)}).to_parquet(table)
    assert read_manifest(table).labels.tolist() == [[1], [0], [1]]


@pytest.mark.parametrize("label", [9, 255, 0.5, -1, "nan", "x"])
def test_parquet_with_another_label_is_refused_with_its_row(tmp_path, label):
    table = tmp_path / "t.parquet"
    pd.DataFrame(PEOPLE | {"AU1": [type(label)(1), label, type(label)(0)]}).to_parquet(table)
    assert f"t.parquet:3: AU1 is '{label}'" in refusal(table)


def test_a_parquet_tables_own_index_changes_nothing(tmp_path):
    table = tmp_path / "t.parquet"
    frame = pd.DataFrame(PEOPLE | {"AU1": [1, 0, 1]}, index=[7, 5, 3])
    frame.iloc[[2, 0]].to_parquet(table)
    faces = read_manifest(table)
    assert faces.labels.tolist() == [[1], [1]]
    assert [Path(path).name for path in faces.paths.to_pylist()] == ["c.jpg", "a.jpg"]
    assert faces.rows.tolist() == [2, 3]


@pytest.mark.parametrize("cell", [[1], {"a": 1}, b"\xff"])
@pytest.mark.parametrize("column", ["path", "subject", "AU1"])
def test_a_parquet_column_that_is_no_text_is_refused(tmp_path, column, cell):
    columns = PEOPLE | {"AU1": [1, 0, 1]} | {column: [cell] * 3}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    assert f"t.parquet:1: column {column!r} holds" in refusal(tmp_path / "t.parquet")


def test_other_parquet_columns_may_hold_anything(tmp_path):
    others = {"box": [[1, 2]] * 3, "jpeg": [b"\xff\xd8"] * 3, "meta": [{"a": 1}] * 3}
    pq.write_table(pa.table(PEOPLE | {"AU1": [1, 0, None]} | others), tmp_path / "t.parquet")
    assert read_manifest(tmp_path / "t.parquet").labels.tolist() == [[1], [0], [UNKNOWN]]


def test_an_empty_parquet_table_is_refused(tmp_path):
    pd.DataFrame(PEOPLE | {"AU1": [1, 0, 1]}).iloc[:0].to_parquet(tmp_path / "t.parquet")
    assert "no faces" in refusal(tmp_path / "t.parquet")


def test_a_person_has_the_same_number_in_floats_and_in_text(tmp_path, write):
    pd.DataFrame({"path": ["a"], "subject": [7.0], "AU1": [1]}).to_parquet(tmp_path / "t.parquet")
    table = write("t.csv", "path,subject,AU1\na,7,1\n")
    floats, text = read_manifest(tmp_path / "t.parquet"), read_manifest(table)
    assert floats.subjects == text.subjects == pa.array(["7"])


# --- paths ----------------------------------------------------------------------------------


def test_a_picture_has_one_path_from_whichever_table(write, tmp_path):
    write("tables/deep/x", "")
    beside = read_manifest(write("t.csv", "path,subject,AU1\nfaces/a.jpg,S1,1\n"))
    below = read_manifest(
        write("tables/deep/t.csv", "path,subject,AU1\n../../faces/a.jpg,S1,1\n"), within=tmp_path
    )
    absolute = read_manifest(
        write("tables/t.csv", f"path,subject,AU1\n{tmp_path}/faces/a.jpg,S1,1\n"), within="/"
    )
    assert beside.paths == below.paths == absolute.paths == pa.array([f"{tmp_path}/faces/a.jpg"])


@pytest.mark.parametrize(
    "path",
    ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "{0}2/a.jpg", "near/../a.jpg", "near/../../a.jpg"],
)
def test_a_table_names_no_picture_elsewhere_unless_that_is_said(write, tmp_path, path):
    """Also behind a link, and in a folder whose name begins alike."""
    home = tmp_path / "home"
    write("far/faces/x", "")
    write("home/x/y", "")
    (home / "near").symlink_to(tmp_path / "far" / "faces")
    path = path.format(home)
    table = write("home/t.csv", f"path,subject,AU1\nx/b.jpg,S1,1\n{path},S2,0\n")
    for read in (read_manifest, lambda table: read_pool_table(table, ["AU01"])):
        with pytest.raises(DataError, match=f"t.csv:3: .*{path} is not in .*/home; .*within"):
            read(table)
    assert len(read_manifest(table, within="/")) == 2
    assert len(read_pool_table(table, ["AU01"], within="/")) == 2


def test_a_linked_folder_is_the_folder_it_links_to(write, tmp_path):
    write("far/faces/a.jpg", "")
    (tmp_path / "near").symlink_to(tmp_path / "far" / "faces")
    text = "path,subject,AU1\nnear/a.jpg,S1,1\nnear/../faces/b.jpg,S1,1\n"
    paths = read_manifest(write("t.csv", text)).paths.to_pylist()
    assert paths == [f"{tmp_path}/far/faces/a.jpg", f"{tmp_path}/far/faces/b.jpg"]


def test_a_table_named_from_the_working_folder_has_absolute_paths(write, tmp_path, monkeypatch):
    write("t.csv", FACES)
    monkeypatch.chdir(tmp_path)
    assert all(os.path.isabs(path) for path in read_manifest(Path("t.csv")).paths.to_pylist())


# --- intensities ----------------------------------------------------------------------------

INTENSE = """path,subject,AU12_intensity,AU1,AU12,AU1_intensity
a.jpg,S1,0,1,0,3
b.jpg,S1,5,,1,
c.jpg,S2,,0,,1.0
"""


def as_parquet(table):
    frame = pd.read_csv(table)
    codes = [name for name in frame if name.startswith("AU")]
    frame[codes] = frame[codes].astype("Int8")
    frame.to_parquet(table.with_suffix(".parquet"))
    return table.with_suffix(".parquet")


@pytest.mark.parametrize("form", [lambda table: table, as_parquet])
@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(None, LABELS), (1, [[1, 0], [UNKNOWN, 1], [1, UNKNOWN]]),
     (3, [[1, 0], [UNKNOWN, 1], [0, UNKNOWN]]), (4, [[0, 0], [UNKNOWN, 1], [0, UNKNOWN]])],
)  # fmt: skip
def test_intensities_are_labels_only_by_a_threshold(write, form, threshold, expected):
    faces = read_manifest(form(write("t.csv", INTENSE)), ["AU01", "AU12"], threshold)
    assert faces.aus == ("AU01", "AU12")
    assert faces.labels.tolist() == expected and faces.labels.dtype == np.int8


@many_files
@given(
    levels=st.lists(st.integers(-1, 5), min_size=1, max_size=6),
    threshold=st.integers(1, 5),
    form=st.sampled_from([lambda table: table, as_parquet]),
)
def test_unknown_never_becomes_negative_nor_known_unknown(write, levels, threshold, form):
    rows = [f"{face}.jpg,S1,{'' if level < 0 else level}" for face, level in enumerate(levels)]
    table = form(write("t.csv", "\n".join(["path,subject,AU1_intensity", *rows])))
    expected = [UNKNOWN if level < 0 else int(level >= threshold) for level in levels]
    assert read_manifest(table, threshold=threshold).labels[:, 0].tolist() == expected


def test_with_a_threshold_the_aus_are_those_with_intensities(write):
    text = "path,subject,AU1,AU4_intensity,AU2\na.jpg,S1,1,2,0\n"
    assert read_manifest(write("t.csv", text), threshold=2).aus == ("AU04",)
    with pytest.raises(DataError, match="no column AU01_intensity"):
        read_manifest(write("t.csv", text), ["AU01"], threshold=2)
    with pytest.raises(DataError, match="no column of intensities"):
        read_manifest(write("u.csv", FACES), threshold=2)


@pytest.mark.parametrize("form", [lambda table: table, as_parquet])
@pytest.mark.parametrize("code", ["6", "-1", "9"])
def test_an_intensity_out_of_range_is_refused_with_its_row(write, form, code):
    table = form(write("t.csv", INTENSE.replace("b.jpg,S1,5", f"b.jpg,S1,{code}")))
    with pytest.raises(DataError, match=rf":3: AU12_intensity is '{code}', which is not 0 to 5"):
        read_manifest(table, ["AU12"], threshold=2)


def test_two_columns_of_one_aus_intensities_are_refused(write):
    text = INTENSE.replace("AU12_intensity", "AU01_intensity")
    assert "are both AU01" in refusal(write("t.csv", text))


# --- what prepare says ----------------------------------------------------------------------

SAID = {"set": "bp4d", "alignment": {"method": "none", "size": 9}, "rows": 3}


def prepared_table(tmp_path, said):
    columns = PEOPLE | {"AU01": pa.array([1, None, 0], pa.int8()), "task": ["T1"] * 3}
    table = pa.table(columns).replace_schema_metadata({"au_cotrain": said})
    pq.write_table(table, tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def test_a_manifest_tells_how_it_was_prepared(tmp_path, write):
    table = prepared_table(tmp_path, json.dumps(SAID))
    assert read_manifest(table).preparation == read_pool_table(table, []).preparation == SAID
    assert read_manifest(table).take(np.array([0])).alignment == SAID["alignment"]
    plain = read_manifest(write("t.csv", FACES))
    assert plain.preparation == {} and plain.alignment is None


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "3", "{}", '{"set": 1, "alignment": {}}', '{"set": "x"}']
)
def test_a_preparation_that_is_none_is_refused(tmp_path, said):
    assert "au_cotrain) is malformed" in refusal(prepared_table(tmp_path, said))


def test_a_face_of_nobody_in_particular_is_a_stranger_where_that_is_allowed(write):
    table = write("t.csv", "path,subject,source,AU1\na.jpg,,x/1.jpg,1\nb.jpg,S1,x/2.jpg,0\n")
    assert read_manifest(table, strangers=True).subjects.to_pylist() == ["x/1.jpg", "S1"]
    unnamed = write("u.csv", "path,AU1\na.jpg,1\n")
    assert read_manifest(unnamed, strangers=True).subjects.to_pylist() == ["a.jpg"]
    assert "no subject" in refusal(table)


# --- pools and parts ------------------------------------------------------------------------


def test_a_pool_table_has_only_unknown_labels_whatever_it_says(write):
    pool = read_pool_table(write("t.csv", FACES.replace(",0", ",9")), ["AU04", "AU01", "AU12"])
    assert pool.aus == ("AU04", "AU01", "AU12")
    assert pool.labels.tolist() == [[UNKNOWN] * 3] * 3
    assert pool.labels.dtype == np.int8
    assert pool.subjects.to_pylist() == ["S1", "S1", "S2"]


def test_a_pool_table_needs_no_people_but_takes_them_under_a_capital_too(write):
    unnamed = read_pool_table(write("t.csv", "path\na.jpg\nb.jpg\n"), ["AU01"])
    named = read_pool_table(write("t.csv", "path,Subject\na.jpg,S1\nb.jpg,\n"), ["AU01"])
    assert unnamed.subjects.to_pylist() == ["", ""]
    assert named.subjects.to_pylist() == ["S1", ""]


def test_a_pools_labels_are_not_even_read(tmp_path):
    """Of a pool of millions they would be most of the memory."""
    labels = {f"AU{number:02d}": np.zeros(3, np.int8) for number in (1, 2, 4)}
    columns = PEOPLE | labels | {"AU99": ["x"] * 3}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    assert set(read_table(tmp_path / "t.parquet", labels=False).columns) == {"path", "subject"}
    assert len(read_pool_table(tmp_path / "t.parquet", ["AU01"])) == 3


@pytest.mark.parametrize("text", ["path\n", "path\na.jpg\na.jpg\n", "else\na.jpg\n", 'path\n"a\n'])
def test_a_pool_table_empty_or_malformed_is_refused(write, text):
    refusal(write("t.csv", text), ["AU01"], read_pool_table)


@pytest.mark.parametrize("index", [[2, 0], [True, False, True], [False] * 3, [1]])
def test_a_part_of_a_manifest_keeps_each_face_together(write, index):
    faces = read_manifest(write("t.csv", FACES))
    part, kept = faces.take(np.array(index)), np.arange(3)[np.array(index)]
    assert len(part) == len(kept)
    assert part.aus == faces.aus and part.source == faces.source
    assert part.labels.tolist() == [LABELS[face] for face in kept]
    assert part.rows.tolist() == [face + 2 for face in kept]
    assert part.paths.to_pylist() == [faces.paths[int(face)].as_py() for face in kept]
    assert part.subjects.to_pylist() == [faces.subjects[int(face)].as_py() for face in kept]


def test_a_face_is_found_by_file_and_row(write):
    table = write("t.csv", FACES)
    assert read_manifest(table).where(1) == f"{table}:3"
