from contextlib import suppress

import numpy as np
import pytest

from data_modules.film import Film

av = pytest.importorskip("av", reason="needs PyAV to write videos")


def read(path):
    """(time, pixels) of the frames, as far as they can be decoded."""
    frames = []
    with av.open(str(path)) as container, suppress(av.InvalidDataError):
        for frame in container.decode(video=0):
            frames.append((frame.time, frame.to_ndarray(format="rgb24")))
    return frames


def test_times_and_colours_come_back(tmp_path):
    times = [0.0, 0.04, 0.2, 0.201, 1.5]
    colours = [(200, 30, 40), (20, 180, 60), (30, 40, 210), (240, 240, 240), (90, 90, 90)]
    with Film(tmp_path / "f.mp4", 25) as film:
        for time, colour in zip(times, colours, strict=True):
            film.write(np.full((48, 64, 3), colour, np.uint8), time)
    frames = read(tmp_path / "f.mp4")
    assert [time for time, _ in frames] == pytest.approx(times, abs=1e-4)
    for (_, pixels), colour in zip(frames, colours, strict=True):
        assert np.abs(pixels.mean(axis=(0, 1)) - colour).max() < 6


def test_odd_sizes_and_changing_ones(tmp_path):
    with Film(tmp_path / "f.mp4") as film:
        for number, (height, width) in enumerate([(49, 65), (49, 65), (100, 130), (7, 9)]):
            film.write(np.full((height, width, 3), 99, np.uint8), number / 25)
    frames = read(tmp_path / "f.mp4")
    assert len(frames) == 4 and {pixels.shape for _, pixels in frames} == {(48, 64, 3)}


def test_times_that_do_not_advance_are_moved_on(tmp_path):
    with Film(tmp_path / "f.mp4") as film:
        for time in (0.0, 0.0, 1.0, 0.5):
            film.write(np.zeros((32, 32, 3), np.uint8), time)
    times = [time for time, _ in read(tmp_path / "f.mp4")]
    assert len(times) == 4 and (np.diff(times) > 0).all()


def test_what_is_written_can_be_played_before_the_end(tmp_path):
    rng = np.random.default_rng(0)
    with Film(tmp_path / "f.mp4", 25) as film:
        for number in range(400):
            film.write(rng.integers(0, 256, (48, 64, 3), dtype=np.uint8), number / 25)
        cut = (tmp_path / "f.mp4").read_bytes()
        (tmp_path / "killed.mp4").write_bytes(cut)
    assert len(read(tmp_path / "f.mp4")) == 400
    assert 200 <= len(read(tmp_path / "killed.mp4")) < 400


def test_of_a_small_video_too_what_is_written_is_on_disk(tmp_path):
    with Film(tmp_path / "f.mp4", 25) as film:
        for number in range(120):
            film.write(np.full((48, 64, 3), number, np.uint8), number / 25)
        (tmp_path / "killed.mp4").write_bytes((tmp_path / "f.mp4").read_bytes())
    assert len(read(tmp_path / "killed.mp4")) >= 50


def test_a_film_without_a_frame_is_closed_quietly(tmp_path):
    Film(tmp_path / "f.mp4").close()
    with pytest.raises(OSError):
        Film(tmp_path / "none" / "f.mp4")


def test_on_a_full_disk_it_ends_with_an_oserror_and_can_be_played(tmp_path):
    resource = pytest.importorskip("resource", reason="needs limits of a file's size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    rng = np.random.default_rng(0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(OSError) as full, Film(tmp_path / "f.mp4", 25) as film:
            for number in range(500):
                film.write(rng.integers(0, 256, (96, 128, 3), dtype=np.uint8), number / 25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert full.value.filename == str(tmp_path / "f.mp4") and full.value.strerror
    assert 50 <= len(read(tmp_path / "f.mp4")) < 500


@pytest.mark.parametrize("room", [0, 20_000])
def test_a_disk_that_is_full_before_the_first_fragment_is_told_too(tmp_path, room):
    resource = pytest.importorskip("resource", reason="needs limits of a file's size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    rng = np.random.default_rng(0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(OSError, match=r"f\.mp4"), Film(tmp_path / "f.mp4", 25) as film:
            for number in range(10):
                film.write(rng.integers(0, 256, (96, 128, 3), dtype=np.uint8), number / 25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_x264_it_is_mpeg4(tmp_path, monkeypatch):
    monkeypatch.setattr(av, "codecs_available", {"mpeg4"})
    with Film(tmp_path / "f.mp4", 29.97) as film:
        for number in range(30):
            film.write(np.full((48, 64, 3), 8 * number, np.uint8), number / 29.97)
    frames = read(tmp_path / "f.mp4")
    assert len(frames) == 30 and frames[-1][0] == pytest.approx(29 / 29.97, abs=0.01)
