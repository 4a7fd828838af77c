"""Numerals: how the page writes scores, intervals, counts."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

MINUS = "\N{MINUS SIGN}"
UNDEFINED = "n/a"
"""Stands where a score is not defined, which is never 0."""
FINE = ("calibration_error_before", "calibration_error")
"""Scores that two decimals are too few for."""


def score(value: float | None, digits: int = 2, signed: bool = False) -> str:
    """A score with a true minus sign, and a plus sign if wished."""
    if value is None or math.isnan(value):
        return UNDEFINED
    said = f"{abs(value):.{digits}f}"
    if float(said) == 0:
        return said
    return (MINUS if value < 0 else "+" * signed) + said


def interval(scored: Mapping[str, Any] | None, digits: int = 2, signed: bool = False) -> str:
    """``[low, high]``, nothing where there is none."""
    if not scored or scored.get("low") is None or scored.get("high") is None:
        return ""
    return f"[{score(scored['low'], digits, signed)}, {score(scored['high'], digits, signed)}]"


def digits_of(key: str) -> int:
    """Decimals that a score is written with."""
    return 3 if key in FINE else 2


def count(number: float | None) -> str:
    """A count, its thousands apart."""
    return UNDEFINED if number is None else f"{number:,.0f}"


def share(value: float | None) -> str:
    """A share in per cent, with a decimal below 10 %; 0 and 100 only where it is nothing or all."""
    if value is None:
        return UNDEFINED
    if 0 < value < 0.0005:
        return "< 0.1\N{NO-BREAK SPACE}%"
    if 0.995 <= value < 1:
        return "> 99\N{NO-BREAK SPACE}%"
    return f"{100 * value:.{1 if 0 < value < 0.0995 else 0}f}\N{NO-BREAK SPACE}%"


def moment(iso: str) -> str:
    """A date and time of ISO 8601 to the minute; anything else as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when:%Y-%m-%d %H:%M %Z}".strip()


def commit(revision: str) -> str:
    """A git revision in short; what stands behind a plus sign stays."""
    name, plus, more = revision.partition("+")
    return name[:10] + plus + more


def chance(p: float | None) -> str:
    """A p-value, three decimals."""
    if p is None:
        return UNDEFINED
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
