import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.preparation.bp4d import read_bp4d, read_bp4d_plus

LABELS = "0,1,2,4\n20,1,0,9\n21,0,1,1\n"


def test_every_cell_is_where_its_header_its_frame_and_its_file_say(sets, tmp_path):
    root = sets.lay(tmp_path, {
        # another order of AUs, columns of no AU, CRLF, mark, quotes and blanks, 9 everywhere
        "any/AU_OCC/F001_T1.csv":
            "\ufeff0,12,1,3,99\r\n0020,1,9,9,9\r\n21,0,1,9,9\r\n23,9,9,9,9\r\n\r\n",
        "any/AU_OCC/f002_t02.CSV": "\"frame\", '1' ,\"AU2\", AU 04\n7, \"1\",'0',9.0\n8,0,1.0,1",
        "else/M001_T8.csv": "0,12\n3,1\n",
        # what is no label file of occurrence
        "any/AU_INT/AU06/F001_T1_AU06.csv": "20,5\n",
        "any/AU_OCC/F001_T1 (copy).csv": "nonsense",
        "any/AU_OCC/F001_T1.csv.bak": "nonsense",
        "any/AU_OCC/F001_T1.csv~": "nonsense",
        "any/AU_OCC/._F001_T1.csv": "nonsense",
        "__MACOSX/AU_OCC/F001_T1.csv": "nonsense",
        # padding differs within a subject; frame 22 has no code
        "2D+3D/F001/T1/020.jpg": "", "2D+3D/F001/T1/00021.JPG": "", "2D+3D/F001/T1/22.jpg": "",
        "2D+3D/F001/T1/23.png": "",
        "2D+3D/F002/T2/0007.jpg": "", "2D+3D/F002/T1/0007.jpg": "",
        "other/F002/t2/08.jpg": "",
        "stray.jpg": "", "2D+3D/F001/T1/20b.jpg": "", "2D+3D/F001/T1/notes.txt": "",
        "OUT/crops/F001/T1/20.jpg": "",
    })  # fmt: skip
    plan = read_bp4d(root, root / "OUT")
    face, none = sets.face, {"AU01": None, "AU02": None, "AU04": None, "AU12": None}
    assert sets.rows(plan.faces) == [
        face("2D+3D/F001/T1/00021.JPG", "F001", "T1", 21, **none | {"AU01": 1, "AU12": 0}),
        face("2D+3D/F001/T1/020.jpg", "F001", "T1", 20, **none | {"AU12": 1}),
        face("2D+3D/F001/T1/23.png", "F001", "T1", 23, **none),
        face("2D+3D/F002/T2/0007.jpg", "F002", "T2", 7, **none | {"AU01": 1, "AU02": 0}),
        face("other/F002/t2/08.jpg", "F002", "T2", 8, **none | {"AU01": 0, "AU02": 1, "AU04": 1}),
    ]
    assert list(plan.faces) == ["source", "place", "subject", "task", "frame", *none]
    assert plan.faces.dtypes.astype(str).tolist() == [
        "string", "Int64", "string", "string", "Int64", *["Int8"] * 4
    ]  # fmt: skip
    assert sets.reasons(plan) == [
        ("2D+3D/F001/T1/20b.jpg", None, "picture whose name is no frame number"),
        ("2D+3D/F001/T1/22.jpg", 22, "picture of a frame without a code"),
        ("2D+3D/F002/T1/0007.jpg", 7, "picture of a subject and task without a label file"),
        ("else/M001_T8.csv", 3, "coded frame of a subject and task without any picture"),
        ("stray.jpg", None, "picture in no folder of a subject and task"),
    ]
    assert plan.dataset == "bp4d"
    assert any("dropped: 3, 99" in line for line in plan.assumed)
    assert [line for line in plan.assumed if line.startswith("unknown")] == [
        f"unknown, since not in the label files of {who} (but in others): AU {aus}"
        for who, aus in (("M001 T8", "1"), ("F001 T1, M001 T8", "2, 4"), ("F002 T2", "12"))
    ]  # AUs 3 and 99, which others lack too, are none of FACS


def test_an_au_that_is_always_9_is_kept_and_a_frame_without_picture_is_listed(sets, tmp_path):
    root = sets.lay(
        tmp_path, {"F001_T1.csv": "0,1,2\n1,9,1\n2,9,0\n", "F001/T1/1.jpg": "", "F002/T1/x": ""}
    )
    plan = read_bp4d(root)
    assert sets.rows(plan.faces) == [sets.face("F001/T1/1.jpg", "F001", "T1", 1, AU01=None, AU02=1)]
    assert sets.rows(plan.left_out) == [
        {"source": "F001_T1.csv", "subject": "F001", "task": "T1", "frame": 2,
         "reason": "coded frame without a picture"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    "folder",
    ["F001/T1", "x/F001/2D/T1", "F001/T1/2D+3D/a", "F002/old/F001/T1", "T3/F001/T01/b"],
)
def test_other_folders_may_lie_above_between_and_below(sets, tmp_path, folder):
    root = sets.lay(tmp_path, {"a/F001_T1.csv": LABELS, f"{folder}/0021.jpg": ""})
    (row,) = sets.rows(read_bp4d(root).faces)
    assert (row["source"], row["frame"], row["AU02"]) == (f"{folder}/0021.jpg", 21, 1)


def test_bp4d_plus_is_read_alike_and_says_its_people_are_others(sets, tmp_path):
    root = sets.lay(
        tmp_path, {"F082_T10.csv": "0,39,1\n0,1,0\n", "F082/T10/0000.jpg": "", "M9/T1/1.jpg": ""}
    )
    plan = read_bp4d_plus(root)
    assert plan.dataset == "bp4d-plus"
    assert sets.rows(plan.faces) == [
        sets.face("F082/T10/0000.jpg", "F082", "T10", 0, AU01=0, AU39=1)
    ]
    assert any("other people than BP4D's" in line for line in plan.assumed)


def test_a_copy_of_a_label_file_counts_once_and_is_said(sets, tmp_path):
    root = sets.lay(tmp_path, {
        "a/F001_T1.csv": LABELS, "b/f001_t01.csv": "frame,4,2,1\n21,1,1,0\n20,9,0,1\n",
        "F001/T1/20.jpg": "",
    })  # fmt: skip
    plan = read_bp4d(root)
    assert len(plan.faces) == 1
    assert "copies of other label files, equal to them: b/f001_t01.csv" in plan.assumed


@pytest.mark.parametrize("other", ["0,1,2,4\n20,1,0,9\n21,0,1,0\n", "0,1,2,4\n20,1,0,9\n",
                                   "0,1,2,5\n20,1,0,9\n21,0,1,1\n"])  # fmt: skip
def test_copies_that_differ_are_refused(sets, tmp_path, other):
    root = sets.lay(
        tmp_path, {"a/F001_T1.csv": LABELS, "b/F001_T1.csv": other, "F001/T1/20.jpg": ""}
    )
    with pytest.raises(DataError, match=r"b/F001_T1.csv: .*a/F001_T1.csv"):
        read_bp4d(root)


@pytest.mark.parametrize("other", ["F001/T1/0020.jpg", "copy/F001/T1/20.jpg", "F001/T1/20.png",
                                   "F001/t01/20.jpg"])  # fmt: skip
def test_two_pictures_of_a_frame_are_refused(sets, tmp_path, other):
    root = sets.lay(tmp_path, {"F001_T1.csv": LABELS, "F001/T1/20.jpg": "", other: ""})
    with pytest.raises(DataError, match=r"F001/T1/20.jpg.* frame 20 of F001 T1") as caught:
        read_bp4d(root)
    assert f"{root / other}" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 1, "empty label file"),
        ("\r\n \n", 1, "empty label file"),
        ("0,1,2\n", 2, "no frame below"),
        ("20,1,0\n21,0,1\n", 1, "no header"),
        ("time,1,2\n1,0,0\n", 1, "'time'"),
        ("0\n1\n", 1, "no AU in the header"),
        ("0,1,x\n1,0,0\n", 1, "'x' names no AU"),
        ("0,1,\n1,0,0\n", 1, "'' names no AU"),
        ("0,1,100\n1,0,0\n", 1, "'100' names no AU"),
        ("0,1,0\n1,0,0\n", 1, "'0' names no AU"),
        ("0,1,AU01\n1,0,0\n", 1, "two columns are AU 1"),
        ("0,1,2\n1,0,2\n", 2, "AU2 is '2'"),
        ("0,1,40\n1,0,2\n", 2, "AU40 is '2'"),
        ("0,1,2\n1,0,-1\n", 2, "AU2 is '-1'"),
        ("0,1,2\n1,0,999\n", 2, "AU2 is '999'"),
        ("0,1,2\n1,0,0.5\n", 2, "AU2 is '0.5'"),
        ("0,1,2\n1,0,01\n", 2, "AU2 is '01'"),
        ("0,1,2\n1,0,nan\n", 2, "AU2 is 'nan'"),
        ("0,1,2\n1,0,\u0661\n", 2, "AU2 is"),
        ("0,1,2\n1,0,'1\n", 2, "AU2 is"),
        ("0,1,2\n1,0,0\n2,0,", 3, "AU2 is empty"),
        ("0,1,2\n1,0,0\n2,0", 3, "2 cells where 3"),
        ("0,1,2\n1,0,0\n2,0,0,0\n", 3, "4 cells where 3"),
        ("0,1,2\n1,0,0\n\n2,0,0\n", 3, "blank line"),
        ("0,1,2\nx,0,0\n", 2, "frame is 'x'"),
        ("0,1,2\n1.5,0,0\n", 2, "frame is '1.5'"),
        ("0,1,2\n,0,0\n", 2, "frame is ''"),
        ("0,1,2\n-1,0,0\n", 2, "frame is '-1'"),
        ("0,1,2\n1,0,0\n01,0,0\n", 3, "frame 1 stands in line 2"),
        ("0;1;2\n1;0;0\n", 1, "'0;1;2'"),
        (b"0,1,2\n1,0,0\n\xff,0,0\n", 3, "not in UTF-8"),
        ("0,1,2\n1,0,0\n".encode("utf-16"), 1, "not in UTF-8"),
    ],
)
def test_a_malformed_label_file_is_refused_with_file_and_line(
    sets, tmp_path, content, line, what
):  # fmt: skip
    root = sets.lay(tmp_path, {"F009_T1.csv": content, "F001_T1.csv": LABELS,
                               "F001/T1/20.jpg": ""})  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_bp4d(root)
    assert str(caught.value).startswith(f"{root}/F009_T1.csv:{line}: ")
    assert what in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "no label file of BP4D"),
        ({"F001/T1/20.jpg": ""}, "1 files, 1 of them pictures"),
        ({"F001_T1_AU06.csv": "20,5\n", "F001/T1/20.jpg": ""}, "no label file of BP4D"),
        ({"F001_T1.csv": LABELS}, "2 coded frames in 1 label files and 0 pictures"),
        ({"F001_T1.csv": LABELS, "F001/T1/22.jpg": ""}, "no picture of a coded frame"),
        ({"F001_T1.csv": LABELS, "F001/T2/20.jpg": ""}, "no picture of a coded frame"),
    ],
)
def test_nothing_to_prepare_is_an_error_that_says_what_was_found(sets, tmp_path, files, what):
    with pytest.raises(DataError, match=what):
        read_bp4d(sets.lay(tmp_path, files))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_codes_come_back_however_they_are_written(sets, data):
    draw = data.draw
    aus = [1, 2, 3, 12, 40, 99]
    files, codes, pictures = {}, {}, {}
    for subject, task in (("F001", 1), ("F001", 2), ("M018", 1)):
        header = draw(st.permutations(aus))[: draw(st.integers(1, len(aus)))]
        first = draw(st.sampled_from(["0", "", "frame", "Frame No"]))
        names = [f"{draw(st.sampled_from(['', 'AU', 'au ']))}{au}" for au in header]
        lines = [[first, *names]]
        for frame in draw(st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=6)):
            cells = [draw(st.sampled_from("019")) for _ in header]
            lines.append([f"{frame:0{draw(st.integers(1, 4))}d}", *cells])
            codes[subject, f"T{task}", frame] = dict(zip(header, cells, strict=True))
        spelt = [",".join(draw(sets.spelled(cell)) for cell in line) for line in lines]
        files[f"x/{subject}_T{task}.csv"] = draw(sets.text(spelt))
        for frame in draw(st.lists(st.integers(0, 30), unique=True, max_size=6)):
            name = f"p/{subject}/T{task}/{frame:0{draw(st.integers(1, 6))}d}.jpg"
            files[name] = ""
            pictures[name] = subject, f"T{task}", frame
    known = sorted({au for row in codes.values() for au in row} & {1, 2, 12})
    meaning = {"0": 0, "1": 1, "9": None, None: None}
    expected = [
        sets.face(name, *key, **{f"AU{au:02d}": meaning[codes[key].get(au)] for au in known})
        for name, key in sorted(pictures.items())
        if key in codes
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = sets.lay(Path(folder), files)
        if not expected:
            with pytest.raises(DataError, match="no picture of a coded frame"):
                read_bp4d(root)
            return
        plan = read_bp4d(root)
    assert sets.rows(plan.faces) == expected
    alone = [key for key in pictures.values() if key not in codes]
    alone += [key for key in codes if key not in pictures.values()]
    assert sorted(alone) == sorted(
        (row["subject"], row["task"], row["frame"]) for row in sets.rows(plan.left_out)
    )
