import io
import os
import sys

import numpy as np
import pytest
from PIL import Image

from data_modules.errors import DataError
from data_modules.recording import Frame, find_recordings

pytest.importorskip("av", reason="needs PyAV to read videos")


def names(*inputs):
    return [recording.name for recording in find_recordings([str(name) for name in inputs])]


def below(root, *inputs):
    return [os.path.relpath(name, root) for name in names(*inputs)]


@pytest.fixture
def folder(draw, film, tmp_path):
    draw("in/b.jpg")
    draw("in/deep/er/c.PNG")
    draw("in/.hidden/d.jpg")
    film("in/a.mp4", 3, "libx264")
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    return tmp_path / "in"


def test_a_folder_is_its_pictures_and_videos_sorted(folder):
    assert below(folder, folder) == ["a.mp4", "b.jpg", "deep/er/c.PNG"]
    assert [recording.kind for recording in find_recordings([str(folder)])] == [
        "video",
        "picture",
        "picture",
    ]


def test_names_are_as_the_user_wrote_them_in_the_users_order(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert names("deep/er/c.PNG", "./a.mp4", "b.jpg", "b.jpg") == [
        "deep/er/c.PNG",
        "./a.mp4",
        "b.jpg",
        "b.jpg",
    ]
    assert names(".") == ["./a.mp4", "./b.jpg", "./deep/er/c.PNG"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.jpg", ["b.jpg"]),
        ("**/*.PNG", ["deep/er/c.PNG"]),
        ("**", ["a.mp4", "b.jpg", "deep/er/c.PNG"]),
        ("*", ["a.mp4", "b.jpg"]),
        ("*.txt", ["notes.txt"]),
        ("de*", ["deep/er/c.PNG"]),
        ("[ab].*", ["a.mp4", "b.jpg"]),
    ],
)
def test_a_pattern_is_what_matches_it(folder, pattern, found):
    assert below(folder, folder / pattern) == found


def test_a_file_named_like_a_pattern_is_that_file(draw):
    path = draw("a[1].jpg")
    draw("a1.jpg")
    assert names(path) == [str(path)]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("none.jpg", r"none\.jpg: no such file or folder"),
        ("*.bmp", r"\*\.bmp: no pictures or videos match this pattern"),
        ("empty", "empty: no pictures or videos in this folder"),
        ("a.tar/none.jpg", "there is no such picture in that tar"),
        ("broken.tar", "this tar cannot be read"),
        ("pipe", "neither a file nor a folder"),
    ],
)
def test_what_names_nothing_is_one_line(tmp_path, tar, named, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.tar").write_bytes(tar([("b.jpg", b"")]))
    (tmp_path / "broken.tar").write_bytes(b"no tar" * 1000)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=message):
        find_recordings([str(tmp_path / named)])


def test_a_number_is_a_camera_unless_there_is_a_folder_of_that_name(draw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"^7: no camera"):
        find_recordings(["7"])
    draw("7/a.jpg")
    assert names("7") == ["7/a.jpg"]


def test_a_tar_is_its_pictures_and_one_of_them_may_be_named(tmp_path, tar):
    stream = io.BytesIO()
    Image.new("RGB", (8, 6)).save(stream, "png")
    shard = tmp_path / "0.tar"
    shard.write_bytes(tar([("b.png", stream.getvalue()), ("a.png", b"no"), ("a.json", b"{}")]))
    assert below(tmp_path, shard) == ["0.tar/a.png", "0.tar/b.png"]
    (recording,) = find_recordings([str(shard / "b.png")])
    (frame,) = recording.frames()
    assert frame.pixels.shape == (6, 8, 3)


def test_a_folder_named_like_a_picture_is_a_folder(draw, tmp_path):
    draw("x.jpg/in.png")
    assert below(tmp_path, tmp_path / "x.jpg") == ["x.jpg/in.png"]
    assert below(tmp_path, tmp_path) == ["x.jpg/in.png"]


def test_what_a_file_of_another_ending_is_shows_in_it(draw, film, tmp_path):
    picture = draw("a.png")
    picture.rename(tmp_path / "picture.unknown")
    film("a.mp4", 3, "libx264").rename(tmp_path / "clip")
    (tmp_path / "notes").write_text("neither")
    found = find_recordings([str(tmp_path / name) for name in ("picture.unknown", "clip", "notes")])
    assert [
        len([f for f in recording.frames() if f.pixels is not None]) for recording in found
    ] == [
        1,
        3,
        0,
    ]
    assert next(found[2].frames()).trouble.startswith("unreadable: ")


def test_the_frames_of_a_video_are_numbered_and_timed(film, number_in):
    (video,) = find_recordings([str(film("a.mp4", 5, "libx264"))])
    assert (video.rate, video.length) == (25, 5)
    frames = list(video.frames())
    assert [frame.number for frame in frames] == list(range(5))
    assert [number_in(frame.pixels) for frame in frames] == list(range(5))
    np.testing.assert_allclose([frame.timestamp for frame in frames], np.arange(5) / 25, atol=1e-6)
    assert {(frame.trouble, frame.size, frame.scale) for frame in frames} == {
        ("", (96, 48), (1, 1))
    }


@pytest.mark.parametrize("name", ["text.jpg", "text.mp4", "empty.jpg", "empty.avi"])
def test_a_broken_file_is_one_frame_that_says_why(tmp_path, name):
    (tmp_path / name).write_bytes(b"text" if "text" in name else b"")
    (recording,) = find_recordings([str(tmp_path / name)])
    ((number, time, pixels, trouble, size),) = recording.frames()
    assert (number, time, pixels, size) == (0, None, None, None)
    assert trouble.startswith("unreadable: ") and str(tmp_path) not in trouble


def test_a_file_that_vanishes_is_a_frame_that_says_so(draw, film):
    for path in (draw("a.jpg"), film("a.mp4", 3, "libx264")):
        (recording,) = find_recordings([str(path)])
        path.unlink()
        ((*_, pixels, trouble, _),) = recording.frames()
        assert pixels is None and "o such file" in trouble


def test_what_lies_in_a_folder_and_leads_nowhere_says_so(draw, tmp_path):
    draw("in/a.jpg")
    (tmp_path / "in" / "b.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "in" / "c.txt").symlink_to("nowhere.txt")
    found = find_recordings([str(tmp_path / "in")])
    assert [os.path.basename(recording.name) for recording in found] == ["a.jpg", "b.jpg"]
    (frame,) = found[1].frames()
    assert frame.trouble == "unreadable: a link that leads nowhere"


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_name_that_is_not_utf8_is_escaped_and_read(draw, film, tmp_path):
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    draw("a.png", size=(9, 5)).rename(strange + ".png")
    film("a.mp4", 3, "libx264").rename(strange + ".mp4")
    picture, video = find_recordings([strange + ".png", strange + ".mp4"])
    assert picture.name == rf"{tmp_path}/caf\xe9.png"
    assert next(picture.frames()).pixels.shape == (5, 9, 3)
    assert len([frame for frame in video.frames() if frame.pixels is not None]) == 3
    inside = find_recordings([str(tmp_path)])
    assert {recording.name for recording in inside} == {picture.name, video.name}
    assert all("not UTF-8" in next(recording.frames()).trouble for recording in inside)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_decoded_smaller_tells_its_size(draw, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = draw("large.jpg", size=(3333, 5001), exif=exif)
    ((*_, pixels, _, size),) = (frame for r in find_recordings([str(path)]) for frame in r.frames())
    assert size == ((3333, 5001) if orientation == 1 else (5001, 3333))
    assert max(pixels.shape) < 3000 and (pixels.shape[0] > pixels.shape[1]) == (orientation == 1)
    across, down = Frame(0, None, pixels, "", size).scale
    assert across == pytest.approx(2, abs=0.01) and down == pytest.approx(2, abs=0.01)
