import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from data_modules.preparation.footage import Container, Shot, container_of, read_footage

GONE = "no such picture: it is not in the tar, or not where it was"


@pytest.fixture
def tar(tmp_path, number_picture):
    """Write a tar of numbered PNG pictures, by name; bytes are written as they are."""

    def tar(name, members):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w") as file:
            for key, content in members:
                if isinstance(content, int):
                    picture = io.BytesIO()
                    Image.fromarray(number_picture(content)).save(picture, "png")
                    content = picture.getvalue()
                member = tarfile.TarInfo(key)
                member.size = len(content)
                file.addfile(member, io.BytesIO(content))
        return path

    return tar


@pytest.fixture
def numbers(tmp_path, number_in):
    """The numbers that the pictures of some sources show, or why there are none."""

    def numbers(*sources):
        shots = [
            Shot(*source) if isinstance(source, tuple) else Shot(source, None) for source in sources
        ]
        return [
            picture if isinstance(picture, str) else number_in(picture)
            for picture in read_footage(tmp_path, shots)
        ]

    return numbers


def test_pictures_tars_and_videos_come_in_the_order_of_the_plan(
    draw, tar, film, numbers, number_picture
):
    draw("b/a.png", pixels=number_picture(7))
    tar("0.tar", [("x.png", 8), ("x.json", b"{}"), ("y.png", 9)])
    film("v.avi", 5)
    assert numbers("b/a.png", "0.tar/x.png", "0.tar/y.png", ("v.avi", 1), ("v.avi", 4)) == [
        7,
        8,
        9,
        1,
        4,
    ]


def test_a_folder_named_like_a_tar_is_a_folder(draw, tmp_path, numbers, number_picture):
    draw("0.tar/a.png", pixels=number_picture(7))
    assert container_of(tmp_path, Shot("0.tar/a.png", None)) == Container("picture", "")
    assert numbers("0.tar/a.png") == [7]


@pytest.mark.parametrize("written", ["./a.png", "sub/../a.png", "a.png"])
def test_a_tars_names_may_be_written_with_dots(tar, numbers, written):
    tar("0.tar", [(written, 3)])
    assert numbers("0.tar/a.png") == [3]
    assert numbers(f"0.tar/{written}") == [3]


def test_what_is_not_in_a_tar_does_not_keep_back_what_follows(tar, numbers):
    tar("0.tar", [("a.png", 1), ("b.png", 2), ("d.png", 4)])
    assert numbers(*(f"0.tar/{key}.png" for key in "abcde")) == [1, 2, GONE, 4, GONE]


def test_members_before_a_tar_breaks_off_are_used(tar, numbers):
    path = tar("0.tar", [(f"{number}.png", number) for number in range(6)])
    with tarfile.open(path) as file:
        start = file.getmembers()[4].offset_data
    path.write_bytes(path.read_bytes()[: start + 20])
    reason = "unreadable: the tar breaks off after 4 files (unexpected end of data)"
    assert numbers(*(f"0.tar/{number}.png" for number in range(6))) == [0, 1, 2, 3, reason, reason]
    assert numbers("0.tar/5.png") == [reason.replace("4 files", "5 files")]


def test_a_tar_that_is_none_is_a_reason(tmp_path, numbers, damaged_tar):
    (tmp_path / "0.tar").write_bytes(damaged_tar)
    (reason,) = numbers("0.tar/a.png")
    assert reason.startswith("unreadable: the tar breaks off after 0 files (")


def test_links_in_a_tar_are_not_followed(tmp_path, numbers):
    with tarfile.open(tmp_path / "0.tar", "w") as file:
        member = tarfile.TarInfo("a.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(member)
    assert numbers("0.tar/a.png") == [GONE]


@pytest.mark.parametrize("inside", [False, True])
def test_what_is_no_picture_is_a_reason_without_path_or_address(tmp_path, tar, numbers, inside):
    tar("0.tar", [("a.jpg", b"hello")])
    (tmp_path / "a.jpg").write_text("hello")
    assert numbers("0.tar/a.jpg" if inside else "a.jpg") == ["unreadable: not a picture"]


def test_a_missing_picture_is_a_reason(numbers):
    assert numbers("a.jpg") == ["unreadable: no such file"]


@pytest.mark.parametrize("inside", [False, True])
def test_pictures_are_turned_upright(tmp_path, tar, numbers, number_picture, inside):
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = io.BytesIO()
    turned = np.ascontiguousarray(np.rot90(number_picture(9)))
    Image.fromarray(turned).save(stored, "png", exif=exif)
    tar("0.tar", [("a.png", stored.getvalue())])
    (tmp_path / "a.png").write_bytes(stored.getvalue())
    assert numbers("0.tar/a.png" if inside else "a.png") == [9]


def test_very_large_photographs_are_decoded_smaller_but_not_below_1600(tmp_path):
    Image.new("RGB", (4000, 1000)).save(tmp_path / "large.jpg")
    Image.new("RGB", (3000, 100)).save(tmp_path / "less.jpg")
    large, less = read_footage(tmp_path, [Shot("large.jpg", None), Shot("less.jpg", None)])
    assert large.shape == (500, 2000, 3)
    assert less.shape == (100, 3000, 3)


def test_a_large_tar_is_not_remembered_whole(tar, numbers, monkeypatch):
    tar("0.tar", [(f"{number}.png", number) for number in range(50)])
    most = []
    real = tarfile.TarFile.next

    def note(self):
        most.append(len(self.members))
        return real(self)

    monkeypatch.setattr(tarfile.TarFile, "next", note)
    assert numbers("0.tar/49.png") == [49]
    assert max(most) <= 1
