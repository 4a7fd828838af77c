import resource
import struct
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from data_modules.playback import play, rate_and_length

av = pytest.importorskip("av", reason="needs PyAV to read videos")

DAMAGED = "unreadable: the frame is damaged"
FORMATS = [
    ("a.avi", "mpeg4", {}),
    ("a.avi", "mpeg4", {"bf": "2"}),
    ("a.avi", "libx264", {}),
    ("a.avi", "rawvideo", {}),
    ("a.mp4", "libx264", {}),
    ("a.mkv", "libx264", {}),
    ("a.webm", "libvpx", {}),
    ("a.wmv", "wmv2", {}),
    ("a.mpg", "mpeg2video", {"bf": "2"}),
    ("a.ts", "libx264", {}),
]


def numbers(video, number_in):
    return [part if isinstance(part, str) else number_in(part) for _, part in play(video)]


@pytest.mark.parametrize(("name", "codec", "options"), FORMATS)
def test_every_frame_comes_with_its_time(film, number_in, name, codec, options):
    video = film(name, 30, codec, **options)
    assert numbers(video, number_in) == list(range(30))
    times = [time for time, _ in play(video)]
    np.testing.assert_allclose(times, np.arange(30) / 25, atol=2e-3)


def test_frames_are_rgb(film):
    _, picture = next(play(film("a.mp4", 3, "libx264")))
    assert picture.shape == (48, 96, 3) and picture.dtype == np.uint8


def write(path, frames, times=None, pix_fmt="yuv420p", codec="libx264", sound=False, size=None):
    """A video whose k-th frame is shown at times[k] milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = size or frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        voice = container.add_stream("aac", rate=8000) if sound else None
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.float32), "fltp", "mono")
            silence.sample_rate = 8000
            container.mux(voice.encode(silence))
            container.mux(voice.encode())
    return path


def test_a_rate_that_varies_is_told_by_the_times(tmp_path, number_picture):
    times = [0, 40, 200, 210, 900]
    video = write(tmp_path / "a.mkv", [number_picture(k) for k in range(5)], times)
    np.testing.assert_allclose([time for time, _ in play(video)], np.array(times) / 1000, atol=2e-3)


def test_a_late_start_and_a_long_last_frame_are_no_video_that_breaks_off(
    tmp_path, number_picture, number_in
):
    pictures = [number_picture(k) for k in range(6)]
    late = write(tmp_path / "late.mkv", pictures, range(500, 740, 40))
    assert numbers(late, number_in) == list(range(6))

    with av.open(str(tmp_path / "long.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        frames = [av.VideoFrame.from_ndarray(pixels, "rgb24") for pixels in pictures]
        packets = [packet for frame in [*frames, None] for packet in stream.encode(frame)]
        packets[-1].duration = 50
        container.mux(packets)
    assert numbers(tmp_path / "long.mp4", number_in) == list(range(6))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_sound_that_goes_on_longer_is_no_video_that_breaks_off(
    tmp_path, number_picture, number_in, name
):
    video = write(tmp_path / name, [number_picture(k) for k in range(10)], sound=True)
    assert numbers(video, number_in) == list(range(10))


def test_ten_bits_and_odd_sizes_are_read(tmp_path, number_picture, number_in):
    deep = write(
        tmp_path / "deep.mkv", [number_picture(5)] * 3, pix_fmt="yuv420p10le", codec="libx264"
    )
    assert numbers(deep, number_in) == [5] * 3
    odd = write(
        tmp_path / "odd.mkv", [number_picture(6)[:47, :95]] * 3, pix_fmt="yuv444p", codec="ffv1"
    )
    assert [picture.shape for _, picture in play(odd)] == [(47, 95, 3)] * 3


def test_a_turned_camera_gives_upright_frames(film):
    path = film("a.mp4", 2, "libx264")
    content = bytearray(path.read_bytes())
    matrix = content.find(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    assert {picture.shape for _, picture in play(path)} == {(96, 48, 3)}


def spoil(path, first, size):
    content = bytearray(path.read_bytes())
    content[first : first + size] = bytes((37 * place + 11) % 256 for place in range(size))
    path.write_bytes(content)


@pytest.mark.parametrize("codec", ["mjpeg", "libx264", "mpeg4"])
def test_reading_goes_on_after_a_damaged_frame(film, number_in, codec):
    path = film("a.mkv", 30, codec, **({} if codec == "mjpeg" else {"g": "5", "bf": "0"}))
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux() if packet.size][12]
        spoil(path, packet.pos + 12, packet.size - 20)
    found = numbers(path, number_in)
    assert len(found) == 30 and found[:12] == list(range(12)) and found[20:] == list(range(20, 30))
    assert DAMAGED in found[12:15] and set(found[12:20]) <= {DAMAGED, *range(12, 20)}
    times = [time for time, _ in play(path)]
    np.testing.assert_allclose(times, np.arange(30) / 25, atol=2e-3)


@pytest.mark.parametrize("damaged", [11, 12, 13])
def test_a_key_frame_that_was_decoded_before_the_damage_does_not_mend_it(film, number_in, damaged):
    # With frames that refer to later ones the decoder gives the key frame after the damage.
    path = film("a.mkv", 30, "libx264", g="10", bf="2", sc_threshold="0")
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux() if packet.size][damaged]
        spoil(path, packet.pos + 12, packet.size - 20)
    found = numbers(path, number_in)
    assert found[10] == 10 and found[20:] == list(range(20, 30))
    assert all(part in (DAMAGED, number) for number, part in enumerate(found))


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.avi", "mjpeg", {}),
        ("a.avi", "mpeg4", {}),
        ("a.mkv", "libx264", {"bf": "0"}),
        ("a.webm", "libvpx", {}),
    ],
)
def test_a_video_that_breaks_off_says_so_at_its_end(film, number_in, name, codec, options):
    path = film(name, 60, codec, **options)
    content = path.read_bytes()
    path.write_bytes(content[: int(0.85 * len(content))])
    *frames, last = list(play(path))
    whole = [number_in(part) for _, part in frames if not isinstance(part, str)]
    assert 10 < len(whole) < 58 and whole == list(range(len(whole)))
    assert last[0] is None
    assert last[1].startswith(f"unreadable: the video breaks off after {len(frames)} frames")


@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.mkv", "a.ts", "a.mpg", "a.webm"])
@pytest.mark.parametrize("seed", range(3))
def test_no_damage_raises(film, name, seed):
    codec = {"a.mpg": "mpeg2video", "a.webm": "libvpx", "a.avi": "mpeg4"}.get(name, "libx264")
    path = film(name, 30, codec)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    where = rng.integers(0 if seed else len(content) // 4, len(content), len(content) // 40)
    content[where] = rng.integers(0, 256, len(where))
    path.write_bytes(content.tobytes()[: int(len(content) * rng.uniform(0.3, 1))])
    told = list(play(path))
    assert told and all(isinstance(part, np.ndarray) or part for _, part in told)


@pytest.mark.parametrize(
    "content", [b"", b"no video", bytes(5000), b"1\n00:00:00,000 --> 00:00:01"]
)
def test_a_file_that_is_no_video_is_one_reason_that_does_not_name_it(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    ((time, reason),) = play(path)
    assert time is None and reason.startswith("unreadable: ") and str(tmp_path) not in reason


def test_rate_and_length_are_those_of_the_head(film, tmp_path):
    assert rate_and_length(film("a.mp4", 30, "libx264")) == (25, 30)
    assert rate_and_length(film("a.mkv", 30, "libx264")) == (25, 30)
    assert rate_and_length(tmp_path / "none.mp4") == (None, None)


@pytest.mark.skipif(not hasattr(resource, "getrusage"), reason="needs a system that says")
def test_memory_stays_flat_however_long_a_video_is(film):
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from data_modules.playback import play\n"
        "n = sum(not isinstance(f, str) for _, f in play(Path(sys.argv[1])))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    used = []
    for frames in (300, 3000):
        path = film(f"{frames}.mp4", frames)
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        count, kilobytes = map(int, done.stdout.split())
        assert count == frames
        used.append(kilobytes)
    assert used[1] - used[0] < 20_000  # 2,700 frames of 14 kB would be 37 MB
