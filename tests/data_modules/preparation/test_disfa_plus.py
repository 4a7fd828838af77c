import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.preparation.disfa_plus import read_disfa_plus

SMALL = {"Labels/SN001/A1/AU1.txt": "0 0\n1 3\n", "Images/SN001/A1/001.jpg": ""}


def test_every_cell_is_where_its_file_and_its_frame_say(sets, tmp_path):
    root = sets.lay(tmp_path, {
        "Labels/SN001/A1_TrailNo_1/AU1.txt": "000.jpg      0\r\n001.jpg\t2\r\n002.JPG 1\r\n",
        "Labels/SN001/A1_TrailNo_1/au12.TXT": "\ufeff 2  5\n 0  1\n\n",
        "Labels/SN004/y/AU1.txt": "7 4",
        "Labels/SN004/x/AU1.txt": "7 3\n",
        "Labels/SN001/AU1.txt": "no label file, since in no trial",
        "Labels/SN001/A1_TrailNo_1/AU1.txt~": "x",
        "Images/SN001/a1_trailno_1/000.jpg": "", "Images/SN001/A1_TrailNo_1/2.jpg": "",
        "Images/SN001/A1_TrailNo_1/0003.jpg": "",
        "Images/SN004/x/07.png": "", "Images/SN004/z/07.png": "", "Images/SN004/x/a.png": "",
    })  # fmt: skip
    plan = read_disfa_plus(root)
    codes = ["AU01", "AU12", "AU01_intensity", "AU12_intensity"]
    expected = [
        ("Images/SN001/A1_TrailNo_1/2.jpg", "SN001", "A1_TrailNo_1", 2, [0, 1, 1, 5]),
        ("Images/SN001/a1_trailno_1/000.jpg", "SN001", "A1_TrailNo_1", 0, [0, 0, 0, 1]),
        ("Images/SN004/x/07.png", "SN004", "x", 7, [1, None, 3, None]),
    ]
    assert sets.rows(plan.faces) == [
        sets.face(*where, **dict(zip(codes, cells, strict=True))) for *where, cells in expected
    ]
    assert list(plan.faces)[5:] == codes
    assert sets.reasons(plan) == [
        ("Images/SN001/A1_TrailNo_1/0003.jpg", 3, "picture of a frame without a code"),
        ("Images/SN004/x/a.png", None, "picture whose name is no frame number"),
        ("Images/SN004/z/07.png", 7, "picture of a subject and task without a label file"),
        ("Labels/SN001/A1_TrailNo_1/AU1.txt", 1, "coded frame without a picture"),
        ("Labels/SN004/y/AU1.txt", 7, "coded frame of a subject and task without any picture"),
    ]
    said = "\n".join(plan.assumed)
    for line in ("from intensity 2 on", "DISFA's people", "SN001 A1_TrailNo_1 AU12 (1 frames)",
                 "SN004 x, SN004 y (but in others): AU 12"):  # fmt: skip
        assert line in said


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("\n", 1, "empty label file"),
        ("frame intensity\n0 0\n", 1, "frame is 'frame'"),
        ("0 0\n1 6\n", 2, "AU1 is '6'"),
        ("0 0\n1\n", 2, "1 cells where 2"),
        ("0 0\n1 0 0\n", 2, "3 cells where 2"),
        ("0,0\n1,0\n", 1, "1 cells where 2"),
        ("0 0\n000.jpg 0\n", 2, "frame 0 stands in line 1"),
        ("0 0\n1.txt 0\n", 2, "frame is '1.txt'"),
        ("0 0\na.jpg 0\n", 2, "frame is 'a'"),
    ],
)
def test_a_malformed_label_file_is_refused_with_file_and_line(sets, tmp_path, content, line, what):
    root = sets.lay(tmp_path, SMALL | {"Labels/SN001/A1/AU1.txt": content})
    with pytest.raises(DataError, match=what) as caught:
        read_disfa_plus(root)
    assert str(caught.value).startswith(f"{root}/Labels/SN001/A1/AU1.txt:{line}: ")


def test_copies_of_a_label_file_must_be_equal(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"copy/SN001/a1/AU1.txt": "001.jpg 3\n000.jpg 0\n"})
    assert len(read_disfa_plus(root).faces) == 1
    sets.lay(root, {"copy/SN001/a1/AU1.txt": "1 3\n"})
    with pytest.raises(DataError, match=r"codes otherwise than"):
        read_disfa_plus(root)


def test_two_pictures_of_a_frame_are_refused(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"Other/SN001/a1/1.jpg": ""})
    with pytest.raises(DataError, match=r"Other/SN001/a1/1.jpg: .*frame 1 of SN001 A1"):
        read_disfa_plus(root)


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"SN001_au1.txt": "1,0\n"}, "no label file of DISFA"),
        ({"SN001/A1/AU1.txt": "1 0\n", "SN001/A1/2.jpg": ""}, "no picture of a coded frame"),
    ],
)
def test_nothing_to_prepare_is_an_error_that_says_what_was_found(sets, tmp_path, files, what):
    with pytest.raises(DataError, match=what):
        read_disfa_plus(sets.lay(tmp_path, files))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_intensities_come_back_however_they_are_written(sets, data):
    draw = data.draw
    files, truth, pictures = {}, {}, {}
    for subject, trial in (("SN001", "A"), ("SN001", "B"), ("SN003", "A")):
        for au in draw(st.lists(st.sampled_from([1, 4, 26]), unique=True, min_size=1)):
            lines = []
            for frame in draw(st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=6)):
                truth[subject, trial, frame, au] = intensity = draw(st.integers(0, 5))
                name = draw(st.sampled_from(["{}", "{:03d}", "{:03d}.jpg"])).format(frame)
                between = draw(st.sampled_from([" ", "\t", "   "]))
                lines.append(f"{name}{between}{intensity}")
            files[f"l/{subject}/{trial}/AU{au}.txt"] = draw(sets.text(lines))
        for frame in draw(st.lists(st.integers(0, 9), unique=True, min_size=4)):
            name = f"p/{subject}/{trial}/{frame:0{draw(st.integers(1, 5))}d}.jpg"
            files[name] = ""
            pictures[name] = subject, trial, frame
    aus = sorted({au for *_, au in truth})
    expected = []
    for name, key in sorted(pictures.items()):
        cells = {f"AU{au:02d}": truth.get((*key, au)) for au in aus}
        if any(cell is not None for cell in cells.values()):
            occur = {au: None if cell is None else int(cell >= 2) for au, cell in cells.items()}
            kept = {f"{au}_intensity": cell for au, cell in cells.items()}
            expected.append(sets.face(name, *key, **occur, **kept))
    with tempfile.TemporaryDirectory() as folder:
        root = sets.lay(Path(folder), files)
        if not expected:
            with pytest.raises(DataError, match="no picture of a coded frame"):
                read_disfa_plus(root)
            return
        assert sets.rows(read_disfa_plus(root).faces) == expected


@pytest.mark.parametrize("folder", ["SN001/A", "x/SN001/2D/a", "SN001/A/frames/b"])
def test_other_folders_may_lie_above_between_and_below(sets, tmp_path, folder):
    root = sets.lay(tmp_path, {"L/SN001/A/AU12.txt": "0 0\n1 3\n", f"{folder}/001.jpg": ""})
    (row,) = sets.rows(read_disfa_plus(root).faces)
    assert (row["task"], row["frame"], row["AU12"], row["AU12_intensity"]) == ("A", 1, 1, 3)
