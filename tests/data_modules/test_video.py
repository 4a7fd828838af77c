import resource
import struct
import subprocess
import sys

import numpy as np
import pytest

from data_modules import video
from data_modules.errors import DataError
from data_modules.video import read_frames

ENDS = "no such frame: the video ends after 30 frames"
FORMATS = [
    ("a.avi", "mpeg4", {}),
    ("a.avi", "mpeg4", {"bf": "2"}),
    ("a.avi", "mjpeg", {}),
    ("a.avi", "libx264", {}),
    ("a.avi", "libx264", {"g": "10"}),
    ("a.avi", "rawvideo", {}),
    ("a.mp4", "libx264", {}),
    ("a.mkv", "libx264", {}),
    ("a.mp4", "mpeg4", {"bf": "2"}),
    ("a.wmv", "wmv2", {}),
    ("a.mpg", "mpeg2video", {"bf": "2"}),
]


@pytest.mark.parametrize(("name", "codec", "options"), FORMATS)
def test_frame_k_is_the_kth_picture_in_every_format(film, number_in, name, codec, options):
    frames = list(read_frames(film(name, 30, codec, **options), range(32)))
    assert [number_in(frame) for frame in frames[:30]] == list(range(30))
    assert frames[30:] == [ENDS, ENDS]


def test_only_frames_wanted_are_given_in_rgb(film, number_in):
    frames = list(read_frames(film("a.avi"), [3, 17, 29]))
    assert [number_in(frame) for frame in frames] == [3, 17, 29]
    assert all(frame.shape == (48, 96, 3) and frame.dtype == np.uint8 for frame in frames)


def test_frames_not_wanted_are_not_converted(film, monkeypatch):
    converted = []

    class Counting(video.Conversion):
        def __call__(self, frame):
            converted.append(1)
            return super().__call__(frame)

    monkeypatch.setattr(video, "Conversion", Counting)
    list(read_frames(film("a.avi"), [20]))
    assert len(converted) == 1


def chunks(avi):
    """Start and size of every frame in an AVI's bytes."""
    place, end = avi.find(b"movi") + 4, avi.find(b"idx1")
    while place < end:
        size = struct.unpack("<I", avi[place + 4 : place + 8])[0]
        yield place + 8, size
        place += 8 + size + size % 2


@pytest.fixture
def spoil(film):
    """Write an AVI and overwrite part of its 12th frame."""

    def spoil(codec, part, **options):
        path = film("a.avi", 30, codec, **options)
        content = bytearray(path.read_bytes())
        start, size = list(chunks(content))[12]
        first = start + int(size * (1 - part))
        content[first : start + size] = bytes(
            (37 * i + 11) % 256 for i in range(start + size - first)
        )
        path.write_bytes(content)
        return path

    return spoil


@pytest.mark.parametrize("codec", ["mpeg4", "mjpeg"])
def test_reading_stops_at_a_packet_that_cannot_be_decoded(spoil, number_in, codec):
    frames = list(read_frames(spoil(codec, 1.0), range(30)))
    assert [number_in(frame) for frame in frames[:12]] == list(range(12))
    assert len(set(frames[12:])) == 1 and len(frames) == 30
    assert frames[12].startswith("unreadable: the video cannot be decoded after 12 frames (")


def test_damaged_frames_are_left_out_up_to_the_next_key_frame(spoil, number_in):
    frames = list(read_frames(spoil("mpeg4", 0.5, g="10"), range(30)))
    assert frames[12:20] == ["unreadable: the frame is damaged"] * 8
    for number in [*range(12), *range(20, 30)]:
        assert number_in(frames[number]) == number


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [("a.mp4", "mpeg4", {"g": "1"}), ("a.mkv", "mjpeg", {}), ("a.mp4", "libx264", {"g": "1"})],
)
@pytest.mark.parametrize("lost", [(11,), (11, 12, 13)])
def test_reading_stops_where_packets_are_missing(film, number_in, name, codec, options, lost):
    frames = list(read_frames(film(name, 30, codec, skip=lost, **options), range(30)))
    assert [number_in(frame) for frame in frames[:11]] == list(range(11))
    why = "number in doubt: frames are missing in the video after its first 11"
    assert frames[11:] == [why] * 19


def test_reading_stops_at_an_avis_empty_packet_which_shifts_what_follows(film, number_in):
    path = film("a.avi", 30, "mjpeg")
    content = path.read_bytes()
    movi, table = content.find(b"movi") + 4, content.find(b"idx1")
    packets, index = b"", b""
    for number, (start, size) in enumerate(chunks(content)):
        packet = b"" if number == 12 else content[start : start + size + size % 2]
        size = 0 if number == 12 else size
        entry = content[table + 8 + 16 * number :][:8]
        index += entry + struct.pack("<II", len(packets) + 4, size)
        packets += b"00dc" + struct.pack("<I", size) + packet
    content = content[: movi - 8] + struct.pack("<I", len(packets) + 4) + b"movi" + packets
    path.write_bytes(content + b"idx1" + struct.pack("<I", len(index)) + index)
    frames = list(read_frames(path, range(30)))
    assert [number_in(frame) for frame in frames[:12]] == list(range(12))
    assert set(frames[12:]) == {
        "number in doubt: frames are missing in the video after its first 12"
    }


@pytest.mark.parametrize("codec", ["mpeg4", "mjpeg", "libx264"])
def test_a_truncated_video_gives_its_whole_frames_and_then_a_reason(film, number_in, codec):
    path = film("a.avi", 30, codec)
    content = path.read_bytes()
    start, size = list(chunks(content))[20]
    path.write_bytes(content[: start + size // 2])
    frames = list(read_frames(path, range(30)))
    whole = [frame for frame in frames if not isinstance(frame, str)]
    assert [number_in(frame) for frame in whole] == list(range(len(whole)))
    assert 15 <= len(whole) <= 20
    assert all(isinstance(reason, str) and reason for reason in frames[len(whole) :])


@pytest.mark.parametrize("content", [b"", b"no video", None])
def test_a_file_that_is_no_video_is_a_reason_that_does_not_name_its_folder(tmp_path, content):
    path = tmp_path / "a.avi"
    if content is not None:
        path.write_bytes(content)
    reasons = list(read_frames(path, [0, 1]))
    assert len(set(reasons)) == 1
    assert reasons[0].startswith("unreadable: the video cannot be opened (")
    assert str(tmp_path) not in reasons[0]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [((0, 1, -1, 0), (1, 0)), ((-1, 0, 0, -1), (1, 1)), ((0, -1, 1, 0), (0, 1))],
)
def test_a_turned_camera_gives_upright_frames(film, turn, expected):
    path = film("a.mp4", 4, "libx264")
    content = bytearray(path.read_bytes())
    a, b, c, d = (part << 16 for part in turn)
    matrix = content.find(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    (frame,) = read_frames(path, [3])  # 3: two white bars, upper left before the camera turned
    height, width = frame.shape[:2]
    bright = np.argwhere(frame.mean(axis=2) > 127).mean(axis=0) / (height, width)
    right, low = expected
    assert (bright[1] > 0.5, bright[0] > 0.5) == (right == 1, low == 1)


def test_without_pyav_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DataError, match=r"pip install 'au_cotrain\[prepare\]'"):
        list(read_frames(tmp_path / "a.avi", [0]))


@pytest.mark.skipif(not hasattr(resource, "getrusage"), reason="needs a system that says")
def test_memory_stays_flat_however_long_a_video_is(film):
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from data_modules.video import read_frames\n"
        "n = sum(not isinstance(f, str) for f in read_frames(Path(sys.argv[1]), range(10**4)))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    used = []
    for frames in (300, 3000):
        path = film(f"{frames}.avi", frames)
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        count, kilobytes = map(int, done.stdout.split())
        assert count == frames
        used.append(kilobytes)
    assert used[1] - used[0] < 20_000  # 2,700 frames of 14 kB would be 37 MB
