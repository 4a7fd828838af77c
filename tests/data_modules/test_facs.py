import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_modules.facs import (
    ACTION_UNITS,
    SIDED,
    UNKNOWN,
    in_short,
    looks_like_au,
    parse_au,
    parse_intensity,
)


def test_unknown_is_neither_present_nor_absent():
    assert UNKNOWN == -1


@pytest.mark.parametrize("number", ACTION_UNITS)
@pytest.mark.parametrize("spelling", ["AU{}", "au{}", "AU{:02d}", "Au {}", "  AU{:03d} "])
def test_every_spelling_of_an_au_is_the_same_au(number, spelling):
    assert parse_au(spelling.format(number)) == f"AU{number:02d}"


@pytest.mark.parametrize(
    "name",
    ["AU0", "AU3", "AU40", "AU99", "AU0001", "AU1x", "AU01_r", "AU1.0", "1", "AU", "", "xAU1"],
)
def test_what_is_no_au_of_facs_has_no_name(name):
    assert parse_au(name) is None


@given(st.text() | st.from_regex(r"\s?[Aa][Uu][\s_]?\d{0,4}", fullmatch=True))
def test_a_parsed_name_is_canonical_and_looked_like_an_au(name):
    au = parse_au(name)
    if au is not None:
        assert re.fullmatch(r"AU\d\d", au)
        assert parse_au(au) == au
        assert looks_like_au(name)


@pytest.mark.parametrize(
    "column", ["AU1", "au 12", "AU_4", "AU-4", "AU.4", "AU99", "AU01_r", "AU", " AU7"]
)
def test_a_column_meant_as_an_au_is_noticed(column):
    assert looks_like_au(column)


@pytest.mark.parametrize("column", ["audio", "author", "emotion", "frame", "path", "", "tau1"])
def test_other_columns_are_not_taken_for_aus(column):
    assert not looks_like_au(column)


def test_the_sided_aus_are_those_named_left_or_right():
    named = {f"AU{n:02d}" for n, name in ACTION_UNITS.items() if re.search("left|right", name)}
    assert named == SIDED


@pytest.mark.parametrize("name", ["AU01_intensity", "AU1_intensity", " au 1_Intensity"])
def test_a_column_of_intensities_is_none_of_labels(name):
    assert parse_intensity(name) == "AU01"
    assert parse_au(name) is None and not looks_like_au(name)


@pytest.mark.parametrize("name", ["AU99_intensity", "AU01_intensity_r", "AU_intensity", "AU01"])
def test_what_only_resembles_intensities_is_none(name):
    assert parse_intensity(name) is None


@pytest.mark.parametrize(
    ("aus", "short"),
    [
        ([], ""),
        ([4], "4"),
        ([59, 60], "59, 60"),
        ([3, 40, 47, 48, 49, 50, 59, 60, *range(65, 100)], "3, 40, 47-50, 59, 60, 65-99"),
        ([7, 5, 6], "5-7"),
    ],
)
def test_three_aus_in_a_row_are_a_range(aus, short):
    assert in_short(aus) == short
