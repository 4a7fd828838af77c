"""Faces within tars: any at once, each its own."""

import io
import tarfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from data_modules import shard as shards
from data_modules.manifest import places
from data_modules.picture import PictureError, read_picture
from data_modules.shard import member, members


@pytest.fixture
def shard(tmp_path):
    """A tar of pictures each of one colour, by name."""
    path = tmp_path / "shards" / "000000.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w") as tar:
        for number in (7, 3, 11, 5):
            content = io.BytesIO()
            Image.new("RGB", (8, 8), (number, 0, 0)).save(content, "PNG")
            info = tarfile.TarInfo(f"{number:08d}.png")
            info.size = content.tell()
            tar.addfile(info, io.BytesIO(content.getvalue()))
    return path


@pytest.mark.parametrize("number", [3, 11, 5, 7])
def test_a_face_in_a_tar_is_read_by_its_name(shard, number):
    (path,) = places([f"shards/x/../000000.tar/{number:08d}.png"], shard.parents[1]).to_pylist()
    picture = read_picture(path, 8)
    assert (picture == np.array([number, 0, 0])).all()


@pytest.mark.parametrize("name", ["00000004.png", "00000012.png", "", "7"])
def test_a_face_that_is_not_in_the_tar_is_no_picture(shard, name):
    with pytest.raises(PictureError):
        read_picture(f"{shard}/{name}", 8)


def test_a_tar_that_changed_is_looked_into_again(shard):
    assert read_picture(f"{shard}/00000007.png", 8)[0, 0, 0] == 7
    shard.write_bytes(b"no tar")
    with pytest.raises(PictureError):
        read_picture(f"{shard}/00000007.png", 8)


def test_other_paths_lead_through_no_tar(tmp_path, draw):
    picture = draw("folder.tar/a.png", colour=(1, 2, 3))
    assert member(picture) is None and member("a.png") is None and member("none.tar/a") is None
    assert tuple(read_picture(picture, 4)[0, 0]) == (1, 2, 3)


NAMES = st.lists(
    st.tuples(
        st.text("abc/é .", min_size=1, max_size=12).filter(lambda name: name.strip("/. ")),
        st.sampled_from([1, 1, 1, 120]),  # times: longer than a plain header holds
        st.binary(max_size=1100),
        st.sampled_from(["file", "file", "file", "folder", "link"]),
    ),
    max_size=6,
)


@given(NAMES, st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_tar_holds_is_what_tarfile_says(tmp_path, files, form):
    path = tmp_path / "any.tar"
    with tarfile.open(path, "w", format=form) as tar:
        for name, times, content, kind in files:
            info = tarfile.TarInfo(name * times)
            if kind == "file":
                info.size = len(content)
            else:
                info.type = {"folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}[kind]
                info.linkname = "a"
            try:
                tar.addfile(info, io.BytesIO(content))
            except ValueError:  # too long for this format
                continue
    shards._contents.cache_clear()
    with tarfile.open(path) as tar:
        expected = {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}
    assert set(members(path)) == set(expected)
    for name, content in expected.items():
        # Of two files of a name any may be meant: tarfile takes the last, so do not compare those.
        if [f[0] * f[1] for f in files].count(name) == 1:
            assert member(f"{path}/{name}").read() == content


def test_a_pool_of_plain_tars_is_looked_into_without_tarfile(shard, monkeypatch):
    monkeypatch.setattr(tarfile, "open", None)
    assert members(shard) == ["00000003.png", "00000005.png", "00000007.png", "00000011.png"]


def test_a_size_that_is_no_number_is_no_plain_tar(tmp_path):
    header = bytearray(tarfile.TarInfo("a.png").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"-0000001000\0"  # back to this very header, for ever
    path = tmp_path / "a.tar"
    path.write_bytes(header + bytes(1024))
    with pytest.raises(tarfile.TarError):
        members(path)
