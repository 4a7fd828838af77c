"""The Facial Action Coding System's vocabulary: action units (AUs), their names, label codes."""

import re
from collections.abc import Iterable

UNKNOWN = -1
"""The label of an AU nobody has coded. Occurrence is 1, absence is 0."""

ACTION_UNITS = {
    1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser",
    6: "cheek raiser", 7: "lid tightener", 8: "lips toward each other", 9: "nose wrinkler",
    10: "upper lip raiser", 11: "nasolabial deepener", 12: "lip corner puller",
    13: "sharp lip puller", 14: "dimpler", 15: "lip corner depressor", 16: "lower lip depressor",
    17: "chin raiser", 18: "lip pucker", 19: "tongue show", 20: "lip stretcher",
    21: "neck tightener", 22: "lip funneler", 23: "lip tightener", 24: "lip pressor",
    25: "lips part", 26: "jaw drop", 27: "mouth stretch", 28: "lip suck", 29: "jaw thrust",
    30: "jaw sideways", 31: "jaw clencher", 32: "lip bite", 33: "cheek blow", 34: "cheek puff",
    35: "cheek suck", 36: "tongue bulge", 37: "lip wipe", 38: "nostril dilator",
    39: "nostril compressor", 41: "lid droop", 42: "slit", 43: "eyes closed", 44: "squint",
    45: "blink", 46: "wink", 51: "head turn left", 52: "head turn right", 53: "head up",
    54: "head down", 55: "head tilt left", 56: "head tilt right", 57: "head forward",
    58: "head back", 61: "eyes turn left", 62: "eyes turn right", 63: "eyes up", 64: "eyes down",
}  # fmt: skip
"""AU number → name (Ekman, Friesen & Hager, FACS, 2002)."""

AU_NAMES = {f"AU{number:02d}": name for number, name in ACTION_UNITS.items()}
"""The same, by the project's spelling: AU12 → lip corner puller."""

SIDED = {"AU51", "AU52", "AU55", "AU56", "AU61", "AU62"}
"""AUs that say left or right: a mirrored face shows the other one."""


def in_short(aus: Iterable[int]) -> str:
    """Numbers of AUs, those of three or more in a row as a range: ``3, 40, 47-50, 59, 60``."""
    runs: list[list[int]] = []
    for au in sorted(aus):
        if runs and au == runs[-1][-1] + 1:
            runs[-1].append(au)
        else:
            runs.append([au])
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )


def looks_like_au(column: str) -> bool:
    """Whether a table's column means to be an AU: its name starts with AU and goes on otherwise.

    ``AU1``, ``AU 12``, ``au-4`` and ``AU99`` do, ``audio``, ``author`` and ``AU01_intensity`` do
    not.
    """
    if parse_intensity(column) is not None:
        return False
    return re.match(r"AU[\W_]*\d", column.strip(), re.IGNORECASE) is not None or (
        re.fullmatch(r"AU[A-Z]?", column.strip()) is not None
    )


def parse_au(name: str) -> str | None:
    """The project's spelling of an AU's name: ``AU1``, ``au01`` and ``AU 1`` are ``AU01``.

    Returns:
        The name, or None if it names no AU of FACS.
    """
    match = re.fullmatch(r"AU\s*(\d{1,3})", name.strip(), re.IGNORECASE)
    if match is None or int(match[1]) not in ACTION_UNITS:
        return None
    return f"AU{int(match[1]):02d}"


def parse_intensity(name: str) -> str | None:
    """The AU whose intensities (0 to 5, FACS's A to E) a column of that name holds.

    ``AU01_intensity`` and ``AU1_intensity`` hold those of ``AU01``.

    Returns:
        The AU, or None if the name is not of that form or names no AU of FACS.
    """
    au, found, end = name.strip().lower().partition("_intensity")
    return parse_au(au) if found and not end else None
