import numpy as np
import pyarrow as pa
import pytest

from data_modules.errors import DataError
from data_modules.manifest import Manifest, read_manifest
from data_modules.people import check_apart, in_pool_alone


def faces(**people):
    """A manifest from picture=person pairs."""
    size = len(people)
    return Manifest(
        "table.csv",
        pa.array(list(people), pa.string()),
        pa.array(list(people.values()), pa.string()),
        (),
        np.zeros((size, 0), np.int8),
        np.arange(2, size + 2),
    )


def test_splits_without_a_person_or_picture_in_common_are_fine():
    check_apart(faces(a="S1", b="S1"), faces(c="S2"))


@pytest.mark.parametrize("swap", [False, True])
def test_a_person_on_both_sides_is_refused_with_both_rows(write, swap):
    one = read_manifest(write("one.csv", "path,subject,AU1\na,S1,1\nb,S2,1\n"))
    other = read_manifest(write("other.csv", "path,subject,AU1\nc,S3,1\nd,S4,1\ne,S2,0\n"))
    rows = f"{one.source}:3", f"{other.source}:4"
    if swap:
        one, other, rows = other, one, rows[::-1]
    with pytest.raises(DataError) as caught:
        check_apart(one, other)
    assert str(caught.value).startswith(f"{rows[0]}: person S2 is also at {rows[1]};")


def test_a_picture_on_both_sides_is_refused_though_its_people_differ(write):
    one = read_manifest(write("one.csv", "path,subject,AU1\nfaces/a,S1,1\n"))
    other = read_manifest(write("sub/other.csv", "path,subject,AU1\n../faces/a,S2,1\n"), within="/")
    with pytest.raises(DataError, match=r"one\.csv:2: picture .*faces/a is also at .*r\.csv:2"):
        check_apart(one, other)


def test_the_pool_gives_up_labeled_pictures_and_keeps_labeled_people():
    pool = faces(a="S1", b="S1", c="")
    assert in_pool_alone(pool, faces(a="S1"), []).tolist() == [False, True, True]


def test_the_pool_gives_up_pictures_and_people_of_every_held_out_split():
    pool = faces(a="", b="S8", c="S9", d="", e="S7")
    val, test = faces(a="S2", z="S8"), faces(d="S3", y="S9")
    kept = in_pool_alone(pool, faces(x="S1"), [val, test])
    assert kept.tolist() == [False, False, False, False, True]


def test_faces_of_nobody_in_particular_are_not_one_person():
    assert in_pool_alone(faces(a="", b=""), faces(x="S1"), [faces(y="S2")]).all()


def test_a_person_is_the_same_however_the_case_of_their_name(draw, write):
    draw("a.png")
    draw("b.png", (1, 2, 3))
    one = read_manifest(write("a.csv", "path,subject,AU1\na.png,F001,1\n"))
    other = read_manifest(write("b.csv", "path,subject,AU1\nb.png,f001,0\n"))
    with pytest.raises(DataError, match=r"a\.csv:2: person F001 is also at .*b\.csv:2"):
        check_apart(one, other)
    assert not in_pool_alone(one, one.take(np.zeros(1, bool)), [other]).any()
