import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.preparation.disfa import read_disfa

pytest.importorskip("av", reason="needs PyAV to count a video's frames")

SMALL = {"SN001_au1.txt": "1,0\n2,3\n", "LeftVideoSN001_comp.avi": ""}


def both(**intensities):
    """Occurrence and intensity cells, from intensities."""
    occur = {au: None if i is None else int(i >= 2) for au, i in intensities.items()}
    return occur | {f"{au}_intensity": i for au, i in intensities.items()}


def test_every_cell_is_where_its_file_and_its_frame_say(sets, tmp_path):
    root = sets.lay(tmp_path, {
        "L/SN001/SN001_au1.txt": "1,0\n2,1\n3,2\n",
        "L/SN001/sn001_AU12.TXT": "\ufeff03, 5\r\n\"1\",'3'\r\n2,4.0\r\n\r\n",  # another order
        "L/SN010/SN010_au1.txt": "1,1\n2,5\n", "L/SN010/SN010_au12.txt": "1,0\n",  # one frame less
        "L/SN002/SN002_au12.txt": "1,2\n2,2\n",  # lacks a file, and the left video
        "L/SN003/SN003_au1.txt": "1,2",  # has no video at all
        "L/SN001/SN001_au1.txt.bak": "x", "L/SN001/copy of SN001_au1.txt": "x",
        "V/LeftVideoSN001_comp.avi": "", "W/leftvideosn010_comp.MP4": "",
        "V/RightVideoSN001_comp.avi": "", "V/RightVideoSN002_comp.avi": "",
        "V/LeftVideoSN032_comp.avi": "", "V/preview.mp4": "", "V/poster.png": "",
        "OUT/V/LeftVideoSN001_comp.avi": "",
    })  # fmt: skip
    plan = read_disfa(root, root / "OUT")
    one, ten = "V/LeftVideoSN001_comp.avi", "W/leftvideosn010_comp.MP4"
    assert sets.rows(plan.faces) == [
        sets.face(one, "SN001", None, 1, 0, **both(AU01=0, AU12=3)),
        sets.face(one, "SN001", None, 2, 1, **both(AU01=1, AU12=4)),
        sets.face(one, "SN001", None, 3, 2, **both(AU01=2, AU12=5)),
        sets.face(ten, "SN010", None, 1, 0, **both(AU01=1, AU12=0)),
        sets.face(ten, "SN010", None, 2, 1, **both(AU01=5, AU12=None)),
    ]
    assert list(plan.faces)[5:] == ["AU01", "AU12", "AU01_intensity", "AU12_intensity"]
    missing = "coded frame of a subject without a video of the left camera"
    other = f"{missing}, but of the right: --camera right takes it"
    assert sets.reasons(plan) == [
        ("L/SN002/SN002_au12.txt", 1, other),
        ("L/SN002/SN002_au12.txt", 2, other),
        ("L/SN003/SN003_au1.txt", 1, missing),
        ("V/LeftVideoSN032_comp.avi", None, "video of a subject without label files"),
        ("V/poster.png", None, "picture, where DISFA has videos"),
        ("V/preview.mp4", None, "video named otherwise than DISFA's"),
    ]
    said = "\n".join(plan.assumed)
    for line in ("from intensity 2 on", "counted from 1", "videos of the left camera",
                 "videos of the right camera not used: SN001",
                 "SN010 AU12 (1 frames)", "SN002 (but in others): AU 1",
                 "SN003 (but in others): AU 12"):  # fmt: skip
        assert line in said


def test_the_right_camera_is_read_when_asked_for_and_never_with_the_left(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {
        "RightVideoSN001_comp.avi": "", "SN002_au1.txt": "1,0\n", "LeftVideoSN002_comp.avi": "",
    })  # fmt: skip
    plan = read_disfa(root, camera="right")
    assert set(plan.faces["source"]) == {"RightVideoSN001_comp.avi"}
    assert plan.left_out["reason"].tolist() == [
        "coded frame of a subject without a video of the right camera, but of the left: "
        "--camera left takes it"
    ]


def test_no_other_camera_is_asked_for(tmp_path):
    with pytest.raises(DataError, match="the camera is 'both'; it can be left or right"):
        read_disfa(tmp_path, camera="both")


def test_frames_of_a_video_stand_in_its_order_by_number(sets, tmp_path):
    lines = "".join(f"{frame},0\n" for frame in (10, 9, 100, 1))
    plan = read_disfa(sets.lay(tmp_path, SMALL | {"SN001_au1.txt": lines}))
    assert plan.faces["place"].tolist() == [0, 8, 9, 99]


def test_an_equal_copy_of_a_label_file_counts_once_and_another_is_refused(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"copy/SN001_au01.txt": "2,3\n1,0\n"})
    plan = read_disfa(root)
    assert len(plan.faces) == 2
    assert "copies of other label files, equal to them: copy/SN001_au01.txt" in plan.assumed
    sets.lay(root, {"copy/SN001_au01.txt": "2,3\n1,1\n"})
    with pytest.raises(DataError, match=r"SN001_au01.txt: codes otherwise than .*SN001_au1.txt"):
        read_disfa(root)


def test_frames_of_a_video_without_a_code_are_listed(sets, film, tmp_path):
    sets.lay(tmp_path, {"SN001_au1.txt": "1,0\n3,5\n", "SN002_au1.txt": "1,0\n"})
    film("LeftVideoSN001_comp.avi", 5)
    film("LeftVideoSN002_comp.avi", 1)
    plan = read_disfa(tmp_path)
    assert list(plan.faces["frame"]) == [1, 3, 1]
    uncoded = "frame of a video without a code"
    assert sets.reasons(plan) == [("LeftVideoSN001_comp.avi", k, uncoded) for k in (2, 4, 5)]


def test_a_label_file_in_another_subjects_folder_is_refused(sets, tmp_path):
    sets.lay(tmp_path, SMALL | {"SN002/sn001_AU2.txt": "1,0\n"})
    with pytest.raises(DataError, match=r"sn001_AU2.txt:1: of SN001 by its name, of SN002 by"):
        read_disfa(tmp_path)


def test_two_videos_of_one_camera_and_subject_are_refused(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"copy/LeftVideoSN001.mp4": ""})
    with pytest.raises(DataError, match=r"LeftVideoSN001.mp4: .*/LeftVideoSN001_comp.avi"):
        read_disfa(root)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 1, "empty label file"),
        ("0,1\n1,1\n", 1, "frames count from 1"),
        ("frame,intensity\n1,0\n", 1, "frame is 'frame'"),
        ("1,0\n2,6\n", 2, "AU1 is '6'"),
        ("1,0\n2,-1\n", 2, "AU1 is '-1'"),
        ("1,0\n2,1.5\n", 2, "AU1 is '1.5'"),
        ("1,0\n2,9\n", 2, "AU1 is '9'"),
        ("1,0\n2,", 2, "AU1 is empty"),
        ("1,0\n2", 2, "1 cells where 2"),
        ("1,0\n2,0,0\n", 2, "3 cells where 2"),
        ("1 0\n", 1, "1 cells where 2"),
        ("1,0\n\n2,0\n", 2, "blank line"),
        ("1,0\n1,0\n", 2, "frame 1 stands in line 1"),
        (b"1,0\r\n2,\xff\r\n", 2, "not in UTF-8"),
    ],
)
def test_a_malformed_label_file_is_refused_with_file_and_line(sets, tmp_path, content, line, what):
    root = sets.lay(tmp_path, SMALL | {"SN001_au1.txt": content})
    with pytest.raises(DataError, match=what) as caught:
        read_disfa(root)
    assert str(caught.value).startswith(f"{root}/SN001_au1.txt:{line}: ")


def test_a_file_of_no_au_is_checked_and_dropped(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"SN001_au3.txt": "1,0\n2,0\n"})
    plan = read_disfa(root)
    assert list(plan.faces)[5:] == ["AU01", "AU01_intensity"]
    assert "no action units of FACS, so dropped: 3" in plan.assumed
    sets.lay(root, {"SN001_au3.txt": "1,7\n"})
    with pytest.raises(DataError, match=r"SN001_au3.txt:1: AU3 is '7'"):
        read_disfa(root)


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"LeftVideoSN001_comp.avi": ""}, "no label file of DISFA"),
        ({"SN001_au1.txt": "1,0\n"}, "1 coded frames of 1 subjects and 0 videos"),
        ({"SN001_au1.txt": "1,0\n", "LeftVideoSN002_comp.avi": ""}, "and 1 videos, but no video"),
        ({"SN001_au1.txt": "1,0\n", "RightVideoSN001_comp.avi": ""}, "or give --camera right"),
    ],
)
def test_nothing_to_prepare_is_an_error_that_says_what_was_found(sets, tmp_path, files, what):
    with pytest.raises(DataError, match=what):
        read_disfa(sets.lay(tmp_path, files))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_intensities_come_back_however_they_are_written(sets, data):
    draw = data.draw
    files, truth = {}, {}
    for subject in ("SN001", "SN002"):
        files[f"v/LeftVideo{subject}_comp.avi"] = ""
        for au in draw(st.lists(st.sampled_from([1, 4, 26]), unique=True, min_size=1)):
            lines = []
            for frame in draw(st.lists(st.integers(1, 12), unique=True, min_size=1, max_size=6)):
                intensity = draw(st.integers(0, 5))
                truth[subject, frame, au] = intensity
                cells = (draw(sets.spelled(str(number))) for number in (frame, intensity))
                lines.append(",".join(cells))
            number = draw(st.sampled_from([f"{au}", f"{au:02d}"]))
            files[f"l/{subject}_au{number}.txt"] = draw(sets.text(lines))
    aus = sorted({au for _, _, au in truth})
    expected = [
        sets.face(
            f"v/LeftVideo{subject}_comp.avi", subject, None, frame, frame - 1,
            **both(**{f"AU{au:02d}": truth.get((subject, frame, au)) for au in aus}),
        )
        for subject, frame in sorted({(subject, frame) for subject, frame, _ in truth})
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        plan = read_disfa(sets.lay(Path(folder), files))
    assert sets.rows(plan.faces) == expected
