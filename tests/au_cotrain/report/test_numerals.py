import math

import pytest

from au_cotrain.report import numerals

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.844, "0.84"), (-0.5, f"{MINUS}0.50"), (0.0, "0.00"), (-0.001, "0.00"), (1, "1.00")],
)
def test_scores_have_two_decimals_and_no_minus_nothing(value, said):
    assert numerals.score(value) == said


def test_undefined_is_never_zero():
    for said in (numerals.score, numerals.share, numerals.count, numerals.chance):
        assert said(None) == "n/a"
    assert numerals.score(math.nan) == "n/a"


def test_differences_have_a_sign():
    assert numerals.score(0.0312, 3, signed=True) == "+0.031"
    assert numerals.score(-0.0312, 3, signed=True) == f"{MINUS}0.031"


def test_an_interval_needs_both_ends():
    assert numerals.interval({"value": 1.0, "low": 0.5, "high": 0.75}) == "[0.50, 0.75]"
    assert numerals.interval({"value": 1.0, "low": None, "high": 0.75}) == ""
    assert numerals.interval(None) == ""


def test_a_rare_au_is_not_rounded_away():
    assert numerals.share(0.0123) == "1.2\N{NO-BREAK SPACE}%"
    assert numerals.share(0.43) == "43\N{NO-BREAK SPACE}%"
    assert numerals.share(0.0003) == "< 0.1\N{NO-BREAK SPACE}%"
    assert numerals.share(0.9996) == "> 99\N{NO-BREAK SPACE}%"
    assert [numerals.share(share) for share in (0, 1)] == [
        "0\N{NO-BREAK SPACE}%", "100\N{NO-BREAK SPACE}%",
    ]  # fmt: skip


def test_p_is_never_zero():
    assert numerals.chance(0.0002) == "< 0.001"
    assert numerals.chance(0.04) == "0.040"


def test_a_moment_is_read_to_the_minute():
    assert numerals.moment("2026-11-25T22:40:59+00:00") == "2026-11-25 22:40 UTC"
    assert numerals.moment("last week") == "last week"


def test_a_commit_is_short_but_says_that_files_differed():
    assert numerals.commit("4116d691ccf5f98a3b6a555a2fbccb0e+changes") == "4116d691cc+changes"
    assert numerals.commit("4116d691ccf5f98a3b6a555a2fbccb0e") == "4116d691cc"
