import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import cv2
import numpy as np
import pytest

from data_modules.alignment import Aligner, Alignment
from data_modules.errors import DataError
from data_modules.picture import read_whole
from data_modules.recording import find_recordings
from data_modules.sighting import see

pytest.importorskip("mediapipe")
av = pytest.importorskip("av", reason="needs PyAV to read videos")


@pytest.fixture(scope="module")
def model(shared):
    return shared / "models" / "face_landmarker.task"


@pytest.fixture(scope="module")
def shoot(shared, tmp_path_factory):
    """Write a video of portraits: per frame {portrait: (x, y, side)}."""
    photos = [read_whole(path) for path in sorted((shared / "photos").glob("face_*.jpg"))[:4]]
    folder = tmp_path_factory.mktemp("videos")

    def shoot(name, frames, repeat=1):
        path = folder / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
            stream.options = {"preset": "ultrafast"}
            for placed in frames * repeat:
                pixels = np.full((480, 640, 3), 110, np.uint8)
                for photo, (x, y, side) in placed.items():
                    pixels[y : y + side, x : x + side] = cv2.resize(photos[photo], (side, side))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
            container.mux(stream.encode())
        return str(path)

    return shoot


def test_the_largest_face_of_a_picture_is_cut_as_for_training(shared, model):
    alignment = Alignment(96)
    photos = [str(photo) for photo in sorted((shared / "photos").glob("face_*.jpg"))[::5]]
    photos.append(str(shared / "photos" / "group_bald_guys.jpg"))
    with Aligner(alignment, model) as align:
        expected = [align(read_whole(photo)) for photo in photos]
    seen = list(see(find_recordings(photos), alignment, model))
    assert [sighting.recording.name for sighting in seen] == photos
    for sighting, crop in zip(seen, expected, strict=True):
        np.testing.assert_array_equal(sighting.faces[0].crop, crop)
        assert [face.number for face in sighting.faces] == list(range(len(sighting.faces)))
    assert [len(sighting.faces) for sighting in seen] == [1] * (len(seen) - 1) + [24]


def test_a_frame_of_a_video_is_cut_as_for_training(shoot, model):
    (video,) = find_recordings([shoot("one.mp4", [{0: (150, 80, 320)}, {1: (160, 90, 330)}])])
    alignment = Alignment(64)
    with Aligner(alignment, model) as align:
        expected = [align(frame.pixels) for frame in video.frames()]
    for sighting, crop in zip(see([video], alignment, model), expected, strict=True):
        np.testing.assert_array_equal(sighting.faces[0].crop, crop)


@pytest.mark.parametrize("threads", [1, 3])
def test_frames_come_in_order_and_those_without_a_face_too(shoot, model, threads):
    places = [{}, {0: (100, 60, 300)}, {}, {0: (120, 60, 300)}, {0: (140, 60, 300)}, {}] * 2
    seen = list(see(find_recordings([shoot("gaps.mp4", places)]), Alignment(32), model, threads))
    assert [sighting.frame.number for sighting in seen] == list(range(12))
    assert [len(sighting.faces) for sighting in seen] == [len(placed) for placed in places]
    for sighting, placed in zip(seen, places, strict=True):
        for face, (x, y, side) in zip(sighting.faces, placed.values(), strict=True):
            left, top, width, height = face.box
            assert x < left + width / 2 < x + side and y < top + height / 2 < y + side
            assert 0.5 <= face.confidence <= 1 and face.crop.shape == (32, 32, 3)


def test_people_keep_their_numbers_in_a_video_and_videos_do_not_share_them(shoot, model):
    places = [
        {0: (20, 100, 250), 1: (350, 100, 220)},
        {0: (30, 100, 240), 1: (345, 100, 250)},  # now the other is larger
        {1: (340, 100, 260)},
        {0: (40, 100, 240), 1: (340, 100, 260)},
    ]
    films = [shoot("two.mp4", places), shoot("again.mp4", places[2:])]
    seen = list(see(find_recordings(films), Alignment(32), model))
    numbers = [[face.number for face in sighting.faces] for sighting in seen]
    on_the_right = [[face.box[0] > 200 for face in sighting.faces] for sighting in seen]
    assert sorted(numbers[0]) == [0, 1]
    who = dict(zip(numbers[0], on_the_right[0], strict=True))
    for frame in range(4):
        assert [who[number] for number in numbers[frame]] == on_the_right[frame]
        assert len(numbers[frame]) == len(places[frame])
    assert numbers[4:] == [[0], [0, 1]]


def test_boxes_of_a_large_jpeg_are_in_its_own_pixels(shared, tmp_path, model):
    portrait = read_whole(shared / "photos" / "face_00151.jpg")
    cv2.imwrite(str(tmp_path / "plain.png"), portrait)
    cv2.imwrite(str(tmp_path / "large.jpg"), cv2.resize(portrait, (4200, 4200)))
    files = [str(tmp_path / name) for name in ("plain.png", "large.jpg")]
    small, big = see(find_recordings(files), Alignment(32), model)
    assert big.frame.pixels.shape[0] < 4200
    np.testing.assert_allclose(np.array(big.faces[0].box) / 12, small.faces[0].box, atol=4)


def test_what_cannot_be_read_is_a_sighting_without_faces(tmp_path, shared, model):
    (tmp_path / "a.jpg").write_text("no picture")
    (tmp_path / "b.mp4").write_text("no video")
    photo = str(shared / "photos" / "face_00151.jpg")
    seen = list(see(find_recordings([str(tmp_path), photo]), Alignment(32), model))
    assert [bool(sighting.frame.trouble) for sighting in seen] == [True, True, False]
    assert [len(sighting.faces) for sighting in seen] == [0, 0, 1]


def test_a_picture_that_mediapipe_would_die_of_says_so_and_the_next_is_seen(
    shared, tmp_path, model
):
    portrait = read_whole(shared / "photos" / "face_00151.jpg")
    wide = np.full((350, 33000, 3), 110, np.uint8)
    wide[:, :350] = portrait
    cv2.imwrite(str(tmp_path / "a.png"), wide)
    cv2.imwrite(str(tmp_path / "b.png"), portrait)
    refused, fine = see(find_recordings([str(tmp_path)]), Alignment(32), model)
    assert refused.faces == [] and refused.frame.pixels is None
    assert refused.frame.trouble == ("cannot be aligned: a side of 33,000 pixels, more than 32,766")
    assert len(fine.faces) == 1


def test_crops_are_given_as_they_are_without_a_model(draw, noise, tmp_path):
    path = draw("a.png", pixels=noise()[:20])
    (tmp_path / "b.png").write_text("no picture")
    whole, broken = see(find_recordings([str(tmp_path)]), None, tmp_path / "none.task")
    ((number, box, confidence, crop),) = whole.faces
    assert (number, box, confidence) == (0, (0, 0, 32, 20), None)
    np.testing.assert_array_equal(crop, read_whole(path))
    assert broken.faces == [] and broken.frame.trouble


def test_without_alignment_in_training_a_picture_is_made_square(draw, noise):
    path = draw("a.png", pixels=noise()[:20])
    alignment = Alignment(16, "none")
    (sighting,) = see(find_recordings([str(path)]), alignment)
    np.testing.assert_array_equal(sighting.faces[0].crop, alignment.whole(read_whole(path)))
    assert sighting.faces[0].box == (0, 0, 32, 20)


def test_no_model_is_an_error_before_anything_is_read(draw, tmp_path):
    with pytest.raises(DataError, match="no face landmarker"):
        next(see(find_recordings([str(draw("a.png"))]), Alignment(), tmp_path / "none.task"))


def test_closed_early_it_leaves_no_thread(shoot, model):
    before = threading.active_count()
    film = shoot("long.mp4", [{0: (100, 60, 300)}], repeat=60)
    with closing(see(find_recordings([film]), Alignment(32), model, 3)) as seen:
        next(seen)
    assert threading.active_count() == before


HEAD = """
import sys; from contextlib import closing; from pathlib import Path
from data_modules.alignment import Alignment
from data_modules.recording import find_recordings
from data_modules.sighting import see
model, *files = sys.argv[1:]
seen = see(find_recordings(files), Alignment(32), Path(model))
"""
CTRL_C = """
try:
    with closing(seen):
        for sighting in seen:
            print(sighting.frame.number, flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""
LEFT_OPEN = "print(next(seen).frame.number); print('end', flush=True)"
MEMORY = """
for count, sighting in enumerate(seen, 1):
    if count in (200, 2000):
        with open("/proc/self/status") as status:
            print(next(int(line.split()[1]) for line in status if line.startswith("VmRSS")))
"""


def start(code, model, *files):
    command = [sys.executable, "-c", HEAD + code, str(model), *files]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # see `heard`
    )  # fmt: skip


def test_ctrl_c_ends_it_at_once(shoot, model):
    film = shoot("long.mp4", [{0: (100, 60, 300)}], repeat=60)
    process = start(CTRL_C, model, *[film] * 100)
    for _ in range(5):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert out.splitlines()[-1] == "stopped" and err == "" and process.returncode == 0


def test_left_open_it_does_not_keep_the_interpreter_from_ending(shoot, model):
    process = start(LEFT_OPEN, model, *[shoot("long.mp4", [{}], repeat=60)] * 100)
    out, _ = process.communicate(timeout=60)
    assert out.split() == ["0", "end"] and process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of memory")
def test_memory_does_not_grow_with_a_videos_length(shoot, model):
    frames = [{0: (200, 120, 120)}] + [{}] * 9  # mostly without a face, which is faster
    process = start(MEMORY, model, shoot("2000.mp4", frames, repeat=200))
    out, _ = process.communicate(timeout=120)
    early, late = map(int, out.split())
    assert late - early < 40_000  # kilobytes; 1,800 frames are 1,660,000
