"""``au-cotrain prepare`` as a user runs it: from a tree as distributed to a manifest."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from au_cotrain.cli import main
from data_modules import landmarker, preparation
from data_modules.manifest import read_manifest, read_pool_table

TEXT = ("path", "subject", "task", "source")
REPOSITORY = Path(__file__).parents[1]


def table(text):
    """Rows of a table written out: names above, a dash where nothing is known."""
    names, *rows = (line.split() for line in text.strip().splitlines())
    return [
        {
            name: None if cell == "-" else cell if name in TEXT else int(cell)
            for name, cell in zip(names, row, strict=True)
        }
        for row in rows
    ]


@pytest.fixture
def shows(number_picture):
    """The bytes of a picture that shows a number."""

    def shows(number, kind="png"):
        stream = io.BytesIO()
        Image.fromarray(number_picture(number)).save(stream, kind, **{"quality": 95})
        return stream.getvalue()

    return shows


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def prepare(root, out, capsys):
    """Prepare in this process, without a landmarker; the lines on the screen."""

    def prepare(dataset, *options, align=("--no-align",), out=out):
        main(["prepare", dataset, str(root), str(out), *align, "--workers", "0", *options])
        printed, errors = capsys.readouterr()
        assert errors == ""
        said = printed.replace(f"{out}/", "OUT/").splitlines()
        return [re.sub(r" in [0-9.]+ s, [0-9,.]+ a second", " in a moment", line) for line in said]

    return prepare


def crop_of(out, path):
    """The pixels of a crop, in a shard or loose."""
    shard, found, name = path.partition(".tar/")
    if not found:
        return np.asarray(Image.open(out / path))
    with tarfile.open(out / f"{shard}.tar") as file:
        return np.asarray(Image.open(file.extractfile(name)))


@pytest.fixture
def check(out, number_in):
    """Compare a manifest, whole, with one written out; its pictures with the numbers shown."""

    def check(expected, shown, out=out):
        found = pq.read_table(out / "manifest.parquet")
        expected = table(expected)
        assert found.column_names == list(expected[0])
        assert found.to_pylist() == expected
        for field in found.schema:
            kind = pa.string() if field.name in TEXT else pa.int8()
            assert field.type == (pa.int64() if field.name == "frame" else kind)
        crops = [crop_of(out, row["path"]) for row in expected]
        assert [crop.shape for crop in crops] == [(256, 256, 3)] * len(crops)
        assert [number_in(crop) for crop in crops] == shown
        said = json.loads(found.schema.metadata[b"au_cotrain"])
        assert said["alignment"] == {"size": 256, "method": "none", "template": {}}
        return said

    return check


def check_sound(capsys, out):
    """Examine a prepared folder by ``au-cotrain doctor``."""
    main(["doctor", str(out)])
    assert capsys.readouterr().out.splitlines()[-1].startswith("sound")


@pytest.fixture
def bp4d(root, lay, shows):
    """Two people's tasks; of one frame there is no picture, and of one picture no code."""
    return lay(root, {
        "AUCoding/AU_OCC/F001_T1.csv": "0,1,2,3,5,6,7,12,40\n"
        "20,0,1,0,1,9,0,1,0\n21,1,0,0,0,1,0,9,0\n23,1,1,1,1,1,1,1,1\n",
        "AUCoding/AU_OCC/M018_T2.csv": "0,12,1\n7,1,0\n",
        "Sequences/F001/T1/0020.jpg": shows(20, "jpeg"),
        "Sequences/F001/T1/021.jpg": shows(21, "jpeg"),
        "Sequences/F001/T1/22.jpg": shows(22, "jpeg"),
        "Sequences/M018/T2/7.jpg": shows(7, "jpeg"),
    })  # fmt: skip


BP4D = """
path                             subject task frame source                     AU01 AU02 AU05 AU06 AU07 AU12
crops/Sequences/F001/T1/0020.jpg F001    T1   20    Sequences/F001/T1/0020.jpg 0    1    1    -    0    1
crops/Sequences/F001/T1/021.jpg  F001    T1   21    Sequences/F001/T1/021.jpg  1    0    0    1    0    -
crops/Sequences/M018/T2/7.jpg    M018    T2   7     Sequences/M018/T2/7.jpg    0    -    -    -    -    1
"""  # noqa: E501 - a table
BP4D_ASSUMED = [
    "assumed: unknown, since not in the label files of M018 T2 (but in others): AU 2, 5-7",
    "assumed: no action units of FACS, so dropped: 3, 40",
]


@pytest.mark.parametrize(
    ("dataset", "assumed"),
    [
        ("bp4d", []),
        ("bp4d-plus", ["assumed: F001, M001 and so on are other people than BP4D's of these "
                       "names"]),
    ],
)  # fmt: skip
def test_bp4d_is_prepared(bp4d, out, prepare, check, capsys, dataset, assumed):
    said = prepare(dataset)
    assert said == [
        f"{dataset}: 3 faces, 2 people, 2 tasks",
        "assumed: code 9 is unknown", *assumed, *BP4D_ASSUMED,
        "3 faces in a moment",
        "OUT/manifest.parquet: 3 faces",
        "left out: 2, listed in OUT/left_out.csv",
        "        1  picture of a frame without a code (first: Sequences/F001/T1/22.jpg, frame 22)",
        "        1  coded frame without a picture (first: AUCoding/AU_OCC/F001_T1.csv, frame 23)",
    ]  # fmt: skip
    assert (out / "left_out.csv").read_text() == (
        "source,subject,task,frame,reason\n"
        "Sequences/F001/T1/22.jpg,F001,T1,22,picture of a frame without a code\n"
        "AUCoding/AU_OCC/F001_T1.csv,F001,T1,23,coded frame without a picture\n"
    )
    noted = check(BP4D, [20, 21, 7])
    assert noted["set"] == dataset and noted["rows"] == 3
    assert [f"assumed: {line}" for line in noted["assumed"]] == said[1:-5]
    assert noted["left_out"] == {
        "coded frame without a picture": 1, "picture of a frame without a code": 1
    }  # fmt: skip
    faces = read_manifest(out / "manifest.parquet", ["AU12", "AU1"])
    assert faces.labels.tolist() == [[1, 0], [-1, 1], [1, 0]]
    assert faces.subjects.to_pylist() == ["F001", "F001", "M018"]
    check_sound(capsys, out)


def test_a_finished_preparation_has_nothing_to_do_also_where_out_lies_below_root(
    bp4d, root, prepare, check
):
    out = root / "Sequences" / "prepared"
    said = prepare("bp4d", out=out)
    check(BP4D, [20, 21, 7], out)
    assert prepare("bp4d", out=out) == [
        line if "a moment" not in line else "OUT/manifest.parquet: finished before, nothing to do"
        for line in said
    ]


def test_shards_are_one_option_away(bp4d, out, prepare, check, capsys):
    prepare("bp4d", "--shards")
    lines = BP4D.strip().splitlines()
    for row, line in enumerate(lines[1:]):
        lines[row + 1] = re.sub(r"^\S+", f"shards/000000.tar/{row:08d}.jpg", line)
    check("\n".join(lines), [20, 21, 7])
    assert not (out / "crops").exists()
    assert len(read_manifest(out / "manifest.parquet")) == 3
    check_sound(capsys, out)


@pytest.fixture
def disfa(root, lay, write_film):
    """Two people; the second has no left video. Right videos count from 100."""
    lay(root, {
        "ActionUnit_Labels/SN001/SN001_au1.txt": "1,0\n2,1\n3,2\n4,5\n5,0\n",
        "ActionUnit_Labels/SN001/SN001_au12.txt": "5,2\n4,3\n2,4\n1,0\n",  # not frame 3
        "ActionUnit_Labels/SN002/SN002_au1.txt": "2,3\n",
    })  # fmt: skip
    write_film(root / "Videos_LeftCamera/LeftVideoSN001_comp.avi", 4)
    write_film(root / "Video_RightCamera/RightVideoSN001_comp.avi", 6, first=100)
    write_film(root / "Video_RightCamera/RightVideoSN002_comp.avi", 6, first=200)
    return root


DISFA = """
path                    subject task frame source  AU01 AU12 AU01_intensity AU12_intensity
crops/LEFT1/000001.jpg  SN001   -    1     LEFT1.avi  0    0    0              0
crops/LEFT1/000002.jpg  SN001   -    2     LEFT1.avi  0    1    1              4
crops/LEFT1/000003.jpg  SN001   -    3     LEFT1.avi  1    -    2              -
crops/LEFT1/000004.jpg  SN001   -    4     LEFT1.avi  1    1    5              3
""".replace("LEFT1", "Videos_LeftCamera/LeftVideoSN001_comp")
DISFA_RIGHT = """
path                    subject task frame source   AU01 AU12 AU01_intensity AU12_intensity
crops/RIGHT1/000001.jpg SN001   -    1     RIGHT1.avi  0    0    0              0
crops/RIGHT1/000002.jpg SN001   -    2     RIGHT1.avi  0    1    1              4
crops/RIGHT1/000003.jpg SN001   -    3     RIGHT1.avi  1    -    2              -
crops/RIGHT1/000004.jpg SN001   -    4     RIGHT1.avi  1    1    5              3
crops/RIGHT1/000005.jpg SN001   -    5     RIGHT1.avi  0    1    0              2
crops/RIGHT2/000002.jpg SN002   -    2     RIGHT2.avi  1    -    3              -
""".replace("RIGHT", "Video_RightCamera/RightVideoSN00").replace("1/", "1_comp/").replace(
    "2/", "2_comp/"
).replace("1.avi", "1_comp.avi").replace("2.avi", "2_comp.avi")  # fmt: skip


def test_disfas_frame_k_is_the_kth_of_the_left_video(disfa, out, prepare, check, capsys):
    assert prepare("disfa") == [
        "disfa: 5 faces, 1 people, 1 videos",
        "assumed: an AU occurs from intensity 2 on; the intensities are kept beside",
        "assumed: frame k of a label file, counted from 1, is the k-th frame of the video",
        "assumed: videos of the left camera",
        "assumed: unknown, since coded for other AUs only: SN001 AU12 (1 frames)",
        "assumed: unknown, since not in the label files of SN002 (but in others): AU 12",
        "assumed: videos of the right camera not used: SN001",
        "5 faces in a moment",
        "OUT/manifest.parquet: 4 faces",
        "left out: 2, listed in OUT/left_out.csv",
        "        1  coded frame of a subject without a video of the left camera, but of the right "
        "(first: ActionUnit_Labels/SN002/SN002_au1.txt, frame 2: --camera right takes it)",
        "        1  no such frame (first: Videos_LeftCamera/LeftVideoSN001_comp.avi, frame 5: the "
        "video ends after 4 frames)",
    ]
    assert (out / "left_out.csv").read_text() == (
        "source,subject,task,frame,reason\n"
        'ActionUnit_Labels/SN002/SN002_au1.txt,SN002,,2,"coded frame of a subject without a video '
        'of the left camera, but of the right: --camera right takes it"\n'
        "Videos_LeftCamera/LeftVideoSN001_comp.avi,SN001,,5,no such frame: the video ends after 4 "
        "frames\n"
    )
    check(DISFA, [0, 1, 2, 3])  # the pictures count from 0, the label files from 1
    faces = read_manifest(out / "manifest.parquet", threshold=1)
    assert faces.labels.tolist() == [[0, 0], [1, 1], [1, -1], [1, 1]]
    check_sound(capsys, out)


def test_disfas_right_camera_is_asked_for(disfa, prepare, check):
    said = prepare("disfa", "--camera", "right")
    assert said[0] == "disfa: 6 faces, 2 people, 2 videos"
    assert "assumed: videos of the right camera" in said
    assert "assumed: videos of the left camera not used: SN001" in said
    check(DISFA_RIGHT, [100, 101, 102, 103, 104, 201])


@pytest.fixture
def disfa_plus(root, lay, shows):
    """One person's two trials."""
    return lay(root, {
        "Labels/SN003/A1_AU1_TrailNo_1/AU1.txt": "000.jpg 0\n001.jpg 1\n002.jpg 2\n",
        "Labels/SN003/A1_AU1_TrailNo_1/AU26.txt": "0 5\n1 0\n2 1\n",
        "Labels/SN003/Y1_TrailNo_2/AU1.txt": "4   3\n",
        "Images/SN003/A1_AU1_TrailNo_1/000.jpg": shows(30, "jpeg"),
        "Images/SN003/A1_AU1_TrailNo_1/001.jpg": shows(31, "jpeg"),
        "Images/SN003/A1_AU1_TrailNo_1/002.jpg": b"no picture",
        "Images/SN003/Y1_TrailNo_2/4.jpg": shows(44, "jpeg"),
    })  # fmt: skip


DISFA_PLUS = """
path              subject task              frame source           AU01 AU26 AU01_intensity AU26_intensity
crops/IMG1/000.jpg SN003   A1_AU1_TrailNo_1  0     IMG1/000.jpg     0    1    0              5
crops/IMG1/001.jpg SN003   A1_AU1_TrailNo_1  1     IMG1/001.jpg     0    0    1              0
crops/IMG2/4.jpg   SN003   Y1_TrailNo_2      4     IMG2/4.jpg       1    -    3              -
""".replace("IMG1", "Images/SN003/A1_AU1_TrailNo_1").replace("IMG2", "Images/SN003/Y1_TrailNo_2")  # noqa: E501


def test_disfa_plus_is_prepared(disfa_plus, out, prepare, check, capsys):
    assert prepare("disfa-plus") == [
        "disfa-plus: 4 faces, 1 people, 2 tasks",
        "assumed: an AU occurs from intensity 2 on; the intensities are kept beside",
        "assumed: SN001 and so on are DISFA's people of these names",
        "assumed: unknown, since not in the label files of SN003 Y1_TrailNo_2 (but in others): "
        "AU 26",
        "4 faces in a moment",
        "OUT/manifest.parquet: 3 faces",
        "left out: 1, listed in OUT/left_out.csv",
        "        1  unreadable (first: Images/SN003/A1_AU1_TrailNo_1/002.jpg, frame 2: not a "
        "picture)",
    ]
    assert (out / "left_out.csv").read_text() == (
        "source,subject,task,frame,reason\n"
        "Images/SN003/A1_AU1_TrailNo_1/002.jpg,SN003,A1_AU1_TrailNo_1,2,unreadable: not a picture\n"
    )
    check(DISFA_PLUS, [30, 31, 44])
    assert len(read_manifest(out / "manifest.parquet")) == 3
    check_sound(capsys, out)


URL = "http://a.org/x/N_1/N_1_0000"


@pytest.fixture
def lists(root, lay):
    """Hand-labeled and machine-labeled codes of URLs 1 to 4; those of hand lack the fourth."""
    machine = ["\t".join([f"{URL}{url}.jpg", "http://b.org", *["999"] * 60]) for url in range(1, 5)]
    machine[1] = machine[1].replace("999", "1", 1)
    machine[3] = machine[3].replace("999", "0", 2)
    return lay(root, {
        "lists/hand.csv": "URL,URL orig,'AU 1', 'AU 2' ,AU 60\n"
        f"{URL}1.jpg,http://b.org,1,999,0\n{URL}2.jpg,http://b.org,0,1,0\n"
        f"{URL}3.jpg,http://b.org,0,0,0\n",
        "lists/dataFile_1001.txt": "\n".join(machine) + "\n",
    })  # fmt: skip


@pytest.fixture
def loose(lists, lay, shows):
    return lay(lists, {f"pictures/N_1/N_1_0000{n}.jpg": shows(n, "jpeg") for n in (1, 2, 4)})


@pytest.fixture
def packed(lists, lay, tar, shows):
    members = []
    for key, number in (("000000007", 2), ("000000009", 1), ("000000011", 4)):
        note = {"url": f"{URL}{number}.jpg", "status": "success"}
        members += [(f"{key}.jpg", shows(number, "jpeg")), (f"{key}.json", json.dumps(note))]
    members = [(name, one if isinstance(one, bytes) else one.encode()) for name, one in members]
    return lay(lists, {"pictures/00000.tar": tar(members)})


EMOTIONET = """
path                          subject task frame source                  AU01 AU02
crops/pictures/N_1/N_1_00001.jpg -    -    -     pictures/N_1/N_1_00001.jpg 1 -
crops/pictures/N_1/N_1_00002.jpg -    -    -     pictures/N_1/N_1_00002.jpg 0 1
"""
EMOTIONET_PACKED = """
path                               subject task frame source                           AU01 AU02
crops/pictures/00000/000000007.jpg -       -    -     pictures/00000.tar/000000007.jpg 0    1
crops/pictures/00000/000000009.jpg -       -    -     pictures/00000.tar/000000009.jpg 1    -
"""


def emotionet_says(stray):
    return [
        "emotionet: 2 faces",
        "assumed: code 999 is unknown, as is an empty cell",
        "assumed: who is in the pictures is unknown",
        "assumed: columns that are no AU and were not read: URL orig",
        "assumed: read: the hand-labeled lists; not read: 1 machine-labeled ones "
        "(lists/dataFile_1001.txt)",
        "assumed: no action units of FACS, so dropped: 60",
        "2 faces in a moment",
        "OUT/manifest.parquet: 2 faces",
        "left out: 2, listed in OUT/left_out.csv",
        f"        1  picture of no URL in the lists (first: {stray})",
        f"        1  URL without a picture (a dead link) (first: {URL}3.jpg)",
    ]


def test_emotionet_is_prepared(loose, out, prepare, check, capsys):
    stray = "pictures/N_1/N_1_00004.jpg"
    assert prepare("emotionet") == emotionet_says(stray)
    assert (out / "left_out.csv").read_text() == (
        "source,subject,task,frame,reason\n"
        f"{stray},,,,picture of no URL in the lists\n"
        f"{URL}3.jpg,,,,URL without a picture (a dead link)\n"
    )
    check(EMOTIONET, [1, 2])
    faces = read_manifest(out / "manifest.parquet", strangers=True)
    assert faces.labels.tolist() == [[1, -1], [0, 1]]
    check_sound(capsys, out)


def test_emotionets_shards_are_prepared(packed, out, prepare, check, capsys):
    assert prepare("emotionet") == emotionet_says("pictures/00000.tar/000000011.jpg")
    check(EMOTIONET_PACKED, [2, 1])
    check_sound(capsys, out)


def test_emotionets_machine_labels_are_asked_for(loose, out, prepare, number_in):
    said = prepare("emotionet", "--labels", "machine")
    assert said[0] == "emotionet: 3 faces"
    assert (
        "assumed: a machine gave these codes (as asked for, no person did): lists/dataFile_1001.txt"
    ) in said
    assert "assumed: no action units of FACS, so dropped: 3, 40, 47-50, 59, 60" in said
    rows = pq.read_table(out / "manifest.parquet").to_pylist()
    assert [(row["source"][-5], row["AU01"], row["AU02"]) for row in rows] == [
        ("1", None, None), ("2", 1, None), ("4", 0, 0)
    ]  # fmt: skip
    assert all(row[au] is None for row in rows for au in list(row)[7:])
    assert [number_in(crop_of(out, row["path"])) for row in rows] == [1, 2, 4]


@pytest.fixture
def web(root, lay, shows, tar):
    """Loose pictures, and a shard that says who is in one of its pictures."""
    return lay(root, {
        "a/1.png": shows(1), "a/1.jpg": shows(2, "jpeg"), "b.JPG": shows(3, "jpeg"),
        "broken.jpg": shows(4, "jpeg")[:300], "notes.txt": "x",
        "s/00000.tar": tar([
            ("k1.png", shows(5)), ("k1.json", b'{"subject": "ann"}'), ("k2.png", shows(6)),
        ]),
    })  # fmt: skip


WEB = """
path                   subject task frame source
crops/a/1.jpg.jpg      -       -    -     a/1.jpg
crops/a/1.png.jpg      -       -    -     a/1.png
crops/b.jpg            -       -    -     b.JPG
crops/s/00000/k1.jpg   ann     -    -     s/00000.tar/k1.png
crops/s/00000/k2.jpg   -       -    -     s/00000.tar/k2.png
"""


def test_faces_loose_and_in_shards_are_prepared(web, out, prepare, check, capsys):
    assert prepare("faces") == [
        "faces: 6 faces, 1 people",
        "assumed: no codes are read",
        "assumed: 1 of 6 pictures say who is in them; the others' are unknown",
        "6 faces in a moment",
        "OUT/manifest.parquet: 5 faces",
        "left out: 1, listed in OUT/left_out.csv",
        "        1  unreadable (first: broken.jpg: Truncated File Read)",
    ]
    check(WEB, [2, 1, 3, 5, 6])
    pool = read_pool_table(out / "manifest.parquet", ["AU01"])
    assert pool.subjects.to_pylist() == ["", "", "", "ann", ""]


# fmt: off
MALFORMED = [
    ("bp4d", "bp4d", {"AUCoding/AU_OCC/M018_T2.csv": "0,12,1\n7,1,2\n"},
     "AUCoding/AU_OCC/M018_T2.csv:2: AU1 is '2'; it can be 0, 1, 9"),
    ("bp4d", "bp4d-plus", {"AUCoding/AU_OCC/M018_T2.csv": "7,1,0\n"},
     "AUCoding/AU_OCC/M018_T2.csv:1: the first cell is '7', so there is no header"),
    ("disfa", "disfa", {"ActionUnit_Labels/SN001/SN001_au12.txt": "1,0\n0,1\n"},
     "ActionUnit_Labels/SN001/SN001_au12.txt:2: frame is 0; frames count from 1 here"),
    ("disfa_plus", "disfa-plus", {"Labels/SN003/Y1_TrailNo_2/AU1.txt": "4 6\n"},
     "Labels/SN003/Y1_TrailNo_2/AU1.txt:1: AU1 is '6'; it can be 0, 1, 2, 3, 4, 5"),
    ("loose", "emotionet", {"lists/hand.csv": f"URL,AU 1\n{URL}1.jpg,1\n{URL}2.jpg\n"},
     "lists/hand.csv:3: 1 cells where 2 belong"),
    ("packed", "emotionet", {"lists/hand.csv": "", "lists/dataFile_1001.txt": f"{URL}1.jpg\tx\t1\n"},  # noqa: E501
     "lists/dataFile_1001.txt:1: 3 cells where 62 belong, parted by tabs"),
]
# fmt: on


@pytest.mark.parametrize(("tree", "dataset", "files", "said"), MALFORMED)
def test_a_malformed_label_file_is_one_line_and_out_is_not_touched(
    tree, dataset, files, said, request, lay, root, out, prepare
):
    request.getfixturevalue(tree)
    lay(root, files)
    with pytest.raises(SystemExit) as stop:
        prepare(dataset)
    assert str(stop.value).startswith(f"error: {root}/{said}") and "\n" not in str(stop.value)
    assert not out.exists()


def test_a_label_file_spoilt_later_leaves_what_is_finished_alone(bp4d, out, prepare, lay):
    prepare("bp4d")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (bp4d / "AUCoding/AU_OCC/M018_T2.csv").write_text("0,12,1\n7,1,1\n")
    with pytest.raises(SystemExit, match="has changed since this preparation began"):
        prepare("bp4d")
    done = start("prepare", "bp4d", bp4d, out / "sub", "--size", 8)
    assert done.communicate()[1] == "error: --size is 8; give 16 or more\n"
    assert done.returncode == 1
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("dataset", "options", "said"),
    [
        ("faces", ["--camera", "left"], "--camera says nothing about faces"),
        ("disfa", ["--labels", "hand"], "--labels says nothing about disfa"),
        ("faces", ["--size", "3"], "--size is 3; give 16 or more"),
        ("faces", ["--workers", "-1"], "--workers is -1"),
    ],
)
def test_an_option_that_means_nothing_is_one_line(web, out, prepare, dataset, options, said):
    with pytest.raises(SystemExit, match=said) as stop:
        prepare(dataset, *options)
    assert "\n" not in str(stop.value)
    assert not out.exists()


def test_no_align_and_a_model_exclude_each_other(web, prepare, capsys):
    with pytest.raises(SystemExit) as stop:
        prepare("faces", "--align-model", "x")
    assert stop.value.code == 2 and "not allowed with" in capsys.readouterr().err


def test_the_model_is_missed_before_anything_is_read(web, prepare, monkeypatch):
    monkeypatch.setitem(preparation.READERS, "faces", None)
    with pytest.raises(SystemExit, match="no face landmarker here"):
        prepare("faces", align=["--align-model", str(web / "none.task")])


def test_a_missing_data_set_is_one_line(root, prepare):
    with pytest.raises(SystemExit, match=f"{root}: no such folder"):
        prepare("faces")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_cannot_be_written_is_one_line(web, out, prepare):
    out.mkdir(mode=0o500)
    with pytest.raises(SystemExit, match="Permission denied"):
        prepare("faces")


def start(*arguments):
    """The command line in a process of its own, which hears Ctrl-C although these tests may not.

    A shell has it ignored in what it starts in the background, and children inherit that.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "au_cotrain.cli", *map(str, arguments)], cwd=REPOSITORY, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def test_ctrl_c_is_one_line_and_status_130_and_the_same_command_goes_on(web, out, prepare):
    for number in range(1200):
        os.link(web / "b.JPG", web / f"{number:04d}.jpg")
    process = start("prepare", "faces", web, out, "--no-align", "--workers", 2)
    while process.poll() is None and not list(out.glob(".segments/*.json")):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, errors = process.communicate(timeout=30)
    assert errors == "stopped; the same command goes on\n"
    assert process.returncode == 130
    said = prepare("faces")
    assert "OUT/manifest.parquet: 1,205 faces" in said
    (pace,) = (line for line in said if line.endswith("faces in a moment"))
    assert 0 < int(pace.split()[0].replace(",", "")) < 1206


def test_photographs_are_aligned_onto_the_template_and_dogs_left_out(
    shared, root, out, prepare, landmarker
):
    names = ["face_00151.jpg", "face_06168.jpg", "face_12661.jpg", "group_dogs.jpg"]
    root.mkdir()
    for name in names:
        (root / name).symlink_to(shared / "photos" / name)
    model = shared / "models" / "face_landmarker.task"
    said = prepare("faces", align=["--align-model", str(model)])
    assert said[3:] == [
        "4 faces in a moment",
        "OUT/manifest.parquet: 3 faces",
        "left out: 1, listed in OUT/left_out.csv",
        "        1  no face found (first: group_dogs.jpg)",
    ]
    found = pq.read_table(out / "manifest.parquet")
    assert found["source"].to_pylist() == names[:3]
    stated = json.loads(found.schema.metadata[b"au_cotrain"])["alignment"]
    for path in found["path"].to_pylist():
        points = landmarker(crop_of(out, path)).points / 256
        off = [points[int(point)] - place for point, place in stated["template"].items()]
        assert len(off) == 6
        assert np.abs(np.mean(off, axis=0)).max() < 0.01  # of the crop's side
        assert np.sqrt(np.mean(np.square(off))) < 0.05  # people's proportions differ


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
