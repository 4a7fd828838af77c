import time
import timeit
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_modules.preparation.crop_name import crop_names
from data_modules.preparation.footage import Shot


@pytest.fixture
def named(tmp_path):
    def named(*sources):
        shots = [Shot(source, None) for source in sources]
        return crop_names(tmp_path, shots, [None] * len(shots))

    return named


def test_a_crop_is_called_as_its_picture(named):
    assert named("F001/T1/2440.jpg", "b.c/x.y.PNG") == ["F001/T1/2440.jpg", "b.c/x.y.jpg"]


def test_a_frame_is_called_by_the_label_files_number_or_its_place(tmp_path):
    shots = [Shot("v/S1.avi", 0), Shot("v/S1.avi", 11)]
    assert crop_names(tmp_path, shots, [1, None]) == ["v/S1/000001.jpg", "v/S1/000011.jpg"]


def test_a_tars_ending_is_dropped(tmp_path, named):
    (tmp_path / "00000.tar").touch()
    assert named("00000.tar/a/key.png") == ["00000/a/key.jpg"]


def test_pictures_that_differ_by_ending_alone_both_keep_it(named):
    assert named("a.png", "b.png", "a.jpg") == ["a.png.jpg", "b.jpg", "a.jpg.jpg"]


def test_a_name_with_its_ending_does_not_meet_anothers(named):
    assert len(set(named("a.png", "a.jpg", "a.png.jpg", "a.png.png"))) == 4


def test_videos_that_differ_by_ending_alone_both_keep_it(tmp_path):
    shots = [Shot("a.avi", 0), Shot("a.mp4", 0)]
    assert crop_names(tmp_path, shots, [None] * 2) == ["a.avi/000000.jpg", "a.mp4/000000.jpg"]


def test_names_in_a_tar_lead_nowhere_upwards(tmp_path, named):
    (tmp_path / "0.tar").touch()
    assert named("0.tar/../../x.png", "0.tar//etc/y.png") == ["0/__/__/x.jpg", "0/etc/y.jpg"]


parts = st.text("ab.~/", min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.lists(
        st.tuples(parts, st.sampled_from([".png", ".jpg", ".png.jpg", ""])),
        max_size=12,
        unique=True,
    )
)
def test_names_are_one_each_inside_and_the_same_again(named, sources):
    sources = list(dict.fromkeys("0.tar/" + stem + ending for stem, ending in sources))
    names = named(*sources)
    assert len(set(names)) == len(sources)
    assert names == named(*sources)
    for name in names:
        assert not name.startswith("/") and ".." not in PurePosixPath(name).parts


def test_naming_is_linear(named):
    def seconds(count):
        sources = [f"f/{row // 2}.{'png' if row % 2 else 'jpg'}" for row in range(count)]
        # Without the garbage collector, whose rounds take as long as the heap of the tests before.
        each = timeit.repeat(lambda: named(*sources), timer=time.process_time, repeat=3, number=1)
        return min(each)

    seconds(1000)
    assert seconds(40_000) < 12 * seconds(10_000)
