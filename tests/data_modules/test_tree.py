import os

import pytest

from data_modules.errors import DataError
from data_modules.tree import read_tree


@pytest.fixture
def lay(write, tmp_path):
    """Empty files below the test's folder."""
    return lambda *names: [write(name, "") for name in names] and tmp_path


def test_files_are_relative_posix_and_sorted_whatever_their_depth(lay):
    root = lay("b.txt", "a/z.jpg", "a.jpg", "a/b/c", "B")
    assert read_tree(root).files == ("B", "a.jpg", "a/b/c", "a/z.jpg", "b.txt")
    assert read_tree(root).pictures() == ["a.jpg", "a/z.jpg"]


def test_what_a_system_leaves_behind_is_not_there(lay):
    root = lay("a.jpg", ".a.jpg", "._a.jpg", "__MACOSX/a.jpg", ".thumbs/a.jpg", "b/.c/a.jpg")
    assert read_tree(root).files == ("a.jpg",)


def test_a_hidden_root_is_read(lay):
    assert read_tree(lay(".sets/a.jpg") / ".sets").files == ("a.jpg",)


@pytest.mark.parametrize("out", ["out", "deep/er/out", "missing", "../elsewhere"])
def test_what_is_written_below_the_root_is_not_read(lay, out):
    root = lay("set/a.jpg", "set/out/b.jpg", "set/deep/er/out/c.jpg") / "set"
    there = {"a.jpg", "out/b.jpg", "deep/er/out/c.jpg"}
    assert set(read_tree(root, root / out).files) == {n for n in there if not n.startswith(out)}


def test_an_out_reached_through_a_link_is_left_out_too(lay, tmp_path):
    root = lay("set/a.jpg", "set/out/b.jpg") / "set"
    (tmp_path / "link").symlink_to(root / "out")
    assert read_tree(root, tmp_path / "link").files == ("a.jpg",)


def test_root_and_out_cannot_be_one(lay):
    root = lay("a.jpg")
    with pytest.raises(DataError, match="what is read and what is written"):
        read_tree(root, root)


def test_links_in_circles_are_entered_once(lay):
    root = lay("a/b/c.jpg")
    (root / "a" / "b" / "up").symlink_to(root / "a")
    (root / "a" / "top").symlink_to(root)
    assert read_tree(root).files == ("a/b/c.jpg",)


def test_a_folder_keeps_its_own_name_although_a_link_to_it_sorts_first(lay):
    root = lay("set/x/F001/1.jpg", "far/2.jpg") / "set"
    (root / "A").symlink_to(root / "x" / "F001")
    (root / "far").symlink_to(root.parent / "far")
    assert read_tree(root).files == ("far/2.jpg", "x/F001/1.jpg")


def test_a_linked_file_is_a_file(lay):
    root = lay("set/a.txt", "b.jpg") / "set"
    (root / "b.jpg").symlink_to(root.parent / "b.jpg")
    assert read_tree(root).pictures() == ["b.jpg"]


def test_dead_links_are_told(lay):
    root = lay("a.jpg")
    (root / "dead.jpg").symlink_to(root / "gone.jpg")
    (root / "self").symlink_to(root / "self")
    tree = read_tree(root)
    assert tree.files == ("a.jpg",)
    assert [path for path, _ in tree.unread] == ["dead.jpg", "self"]
    assert all("leads nowhere" in reason for _, reason in tree.unread)


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_read(lay, monkeypatch):
    root = lay("a/1.jpg", "b/c/2.jpg", "d/3.jpg")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = read_tree(root)
    assert tree.files == ("a/1.jpg", "d/3.jpg")
    assert tree.unread == (("b", "a folder that cannot be read (Permission denied)"),)


def test_a_name_that_is_not_utf8_is_told(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.jpg")).touch()
    tree = read_tree(tmp_path)
    assert tree.files == ()
    assert tree.unread == (("\\xff.jpg", "a file or folder whose name is not UTF-8"),)


@pytest.mark.parametrize(("root", "line"), [("gone", "No such file"), ("file", "is a file")])
def test_a_root_that_is_no_folder_is_refused(write, tmp_path, root, line):
    write("file", "")
    with pytest.raises(DataError, match=f"{root}: .*{line}"):
        read_tree(tmp_path / root)


def test_a_root_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match="Permission denied; give"):
        read_tree(tmp_path)
