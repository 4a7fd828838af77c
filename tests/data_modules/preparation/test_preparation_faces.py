import json
import os

import pytest

from data_modules.errors import DataError
from data_modules.preparation.faces import read_faces


def test_loose_pictures_and_shards_stand_in_order_with_the_people_a_shard_names(sets, tmp_path):
    def note(**values):
        return json.dumps(values).encode()

    root = sets.lay(tmp_path, {
        "a/1.JPG": "", "z.webp": "", "notes.txt": "", "b.csv": "x",
        "b/00000.tar": sets.tar([
            ("k2.json", note(subject="anna", url="http://x/y.jpg")), ("k2.jpg", b"2"),
            ("k1.jpg", b"1"), ("k1.json", note(key="k1")), ("d/k3.PNG", b"3"),
            ("d/k3.json", note(subject=7)), ("._k4.jpg", b""), ("__MACOSX/k5.jpg", b""),
            ("k6.left.jpg", b""), ("k6.json", note(subject="")), ("k7.txt", b""),
        ]),
        "OUT/c.jpg": "",
    })  # fmt: skip
    plan = read_faces(root, root / "OUT")
    assert sets.rows(plan.faces) == [
        sets.face("a/1.JPG"),
        sets.face("b/00000.tar/k2.jpg", "anna"),
        sets.face("b/00000.tar/k1.jpg"),
        sets.face("b/00000.tar/d/k3.PNG", "7"),
        sets.face("b/00000.tar/k6.left.jpg"),
        sets.face("z.webp"),
    ]
    assert list(plan.faces) == ["source", "place", "subject", "task", "frame"]
    assert sets.rows(plan.left_out) == []
    assert "2 of 6 pictures say who is in them; the others' are unknown" in plan.assumed


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        (-1, ["a", "b"]),
        (512 * 4, ["a", "b"]),
        (512 * 4 - 1, ["a"]),
        (512 + 9, ["a"]),
        (512 + 8, []),
    ],
)
def test_a_tar_that_is_cut_short_gives_its_whole_pictures_and_is_told(sets, tmp_path, cut, kept):
    whole = sets.tar([("a.jpg", b"1" * 9), ("b.jpg", b"2" * 512)])
    content = whole[: 512 * 4 + 511] if cut == -1 else whole[:cut]
    root = sets.lay(tmp_path, {"x.tar": content, "y.jpg": ""})
    plan = read_faces(root)
    assert plan.faces["source"].tolist() == [*(f"x.tar/{name}.jpg" for name in kept), "y.jpg"]
    (row,) = sets.rows(plan.left_out)
    assert row["source"] == "x.tar"
    assert "cut short" in row["reason"]


@pytest.mark.parametrize("content", [b"", b"no tar", b"\0" * 100])
def test_a_tar_that_is_none_is_told(sets, tmp_path, content):
    plan = read_faces(sets.lay(tmp_path, {"x.tar": content, "y.jpg": ""}))
    assert plan.faces["source"].tolist() == ["y.jpg"]
    assert [row["source"] for row in sets.rows(plan.left_out)] == ["x.tar"]


def test_a_tar_of_more_bytes_than_there_can_be_is_told(sets, tmp_path, damaged_tar):
    plan = read_faces(sets.lay(tmp_path, {"x.tar": damaged_tar, "y.jpg": ""}))
    assert [row["source"] for row in sets.rows(plan.left_out)] == ["x.tar"]


def test_a_member_whose_name_stands_twice_is_left_out(sets, tmp_path):
    shard = sets.tar([("a.jpg", b"1"), ("b.jpg", b""), ("a.jpg", b"2")])
    plan = read_faces(sets.lay(tmp_path, {"x.tar": shard}))
    assert plan.faces["source"].tolist() == ["x.tar/b.jpg"]
    assert plan.left_out["source"].tolist() == ["x.tar/a.jpg"] * 2


def test_a_member_whose_name_is_not_utf8_is_told(sets, tmp_path):
    shard = sets.tar([(os.fsdecode(b"\xff.jpg"), b""), ("b.jpg", b"")])
    plan = read_faces(sets.lay(tmp_path, {"x.tar": shard}))
    assert plan.faces["source"].tolist() == ["x.tar/b.jpg"]
    assert plan.left_out["source"].tolist() == ["x.tar/\\xff.jpg"]


@pytest.mark.parametrize("files", [{}, {"notes.txt": ""}, {"x.tar": b""}])
def test_no_picture_is_an_error(sets, tmp_path, files):
    with pytest.raises(DataError, match=f"no picture .* among {len(files)} files"):
        read_faces(sets.lay(tmp_path, files))
