"""Faces within tars: any at once, each its own."""

import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from data_modules.manifest import places
from data_modules.picture import PictureError, read_picture
from data_modules.shard import member


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
