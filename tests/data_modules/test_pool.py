import tarfile

import numpy as np
import pytest

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.picture import read_picture
from data_modules.pool import find_pictures, read_pool


def names(paths, folder):
    return [path.removeprefix(f"{folder}/") for path in paths]


def test_pictures_are_found_at_any_depth_and_under_any_ending_in_a_fixed_order(write, tmp_path):
    for name in ("b.JPG", "a.png", "z/1.jpeg", "c/d/2.WebP", "c/0.tiff", "c/d/1.bmp"):
        write(name, "")
    found = names(find_pictures(tmp_path), tmp_path)
    assert found == ["a.png", "b.JPG", "c/0.tiff", "c/d/1.bmp", "c/d/2.WebP", "z/1.jpeg"]


def test_hidden_files_and_what_is_no_picture_are_left_out(write, tmp_path):
    for name in ("a.png", ".b.png", ".thumbs/c.png", "._d.jpg", "notes.txt", "jpg", "e.jpg.part"):
        write(name, "")
    assert names(find_pictures(tmp_path), tmp_path) == ["a.png"]


def test_a_hidden_folder_given_by_name_is_searched(write, tmp_path):
    write(".cache/a.png", "")
    assert len(find_pictures(tmp_path / ".cache")) == 1


def test_links_between_folders_repeat_no_picture(write, tmp_path):
    write("pool/a.png", "")
    write("far/b.png", "")
    (tmp_path / "pool" / "circle").symlink_to(tmp_path / "pool")
    (tmp_path / "pool" / "far").symlink_to(tmp_path / "far")
    (tmp_path / "pool" / "far_again").symlink_to(tmp_path / "far")
    assert names(find_pictures(tmp_path / "pool"), tmp_path / "pool") == ["a.png", "far/b.png"]


def test_a_folders_faces_are_all_unknown_and_nameless(write, tmp_path):
    write("pool/1.png", "")
    write("pool/0.png", "")
    pool = read_pool(tmp_path / "pool", ["AU01", "AU04"])
    assert pool.aus == ("AU01", "AU04")
    assert pool.labels.tolist() == [[UNKNOWN] * 2] * 2
    assert pool.labels.dtype == np.int8
    assert pool.subjects.to_pylist() == ["", ""]
    assert pool.paths.to_pylist() == [f"{tmp_path}/pool/0.png", f"{tmp_path}/pool/1.png"]
    assert pool.where(1) == f"{tmp_path}/pool/1.png"


def test_a_linked_pool_has_the_paths_a_table_would_have(write, tmp_path):
    write("far/a.png", "")
    (tmp_path / "pool").symlink_to(tmp_path / "far")
    assert read_pool(tmp_path / "pool", []).paths.to_pylist() == [f"{tmp_path}/far/a.png"]


def test_a_table_is_a_pool_too(write):
    pool = read_pool(write("pool.csv", "path,subject\na.png,S1\n"), ["AU01"])
    assert pool.subjects.to_pylist() == ["S1"]
    assert pool.labels.tolist() == [[UNKNOWN]]


@pytest.mark.parametrize("inside", [None, "notes.txt", "sub/notes.txt", ".hidden.png"])
def test_a_folder_with_no_picture_in_it_is_refused(write, tmp_path, inside):
    (tmp_path / "pool").mkdir()
    if inside:
        write(f"pool/{inside}", "")
    with pytest.raises(DataError, match=r"pool: no pictures .*data\.unlabeled"):
        read_pool(tmp_path / "pool", ["AU01"])


def test_a_pool_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="pool: no such file"):
        read_pool(tmp_path / "pool", ["AU01"])


def test_a_folder_of_tars_is_a_pool(tmp_path, draw):
    with tarfile.open(tmp_path / "0.tar", "w") as tar:
        for name in ("b.png", "a.png", "a.json"):
            tar.add(draw("face.png"), name)
    draw("pool/c.png")
    (tmp_path / "pool" / "0.tar").write_bytes((tmp_path / "0.tar").read_bytes())
    pool = read_pool(tmp_path / "pool", ["AU01"])
    assert names(pool.paths.to_pylist(), tmp_path / "pool") == [
        "c.png",
        "0.tar/a.png",
        "0.tar/b.png",
    ]
    assert read_picture(pool.paths[2].as_py(), 4).shape == (4, 4, 3)


def test_a_tar_that_is_none_is_named(tmp_path, draw, damaged_tar):
    draw("c.png")
    (tmp_path / "bad.tar").write_bytes(damaged_tar)
    with pytest.raises(DataError, match=r"bad\.tar: not a tar"):
        read_pool(tmp_path, ["AU01"])
