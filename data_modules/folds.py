"""Subject-exclusive folds: who is tested in which, and who of the others validates."""

import hashlib
from collections.abc import Iterable

FOLDS = {
    "bp4d": (
        "F001 F002 F008 F009 F010 F016 F018 F023 M001 M004 M007 M008 M012 M014",
        "F003 F005 F011 F013 F020 F022 M002 M005 M010 M011 M013 M016 M017 M018",
        "F004 F006 F007 F012 F014 F015 F017 F019 F021 M003 M006 M009 M015",
    ),
    "disfa": (
        "SN001 SN002 SN009 SN010 SN016 SN026 SN027 SN030 SN032",
        "SN006 SN011 SN012 SN013 SN018 SN021 SN024 SN028 SN031",
        "SN003 SN004 SN005 SN007 SN008 SN017 SN023 SN025 SN029",
    ),
}  # fmt: skip
"""Set → its folds 1, 2, 3 as published, each the people that it **tests**, in use since 2018.

Others count folds by other people: where numbers are compared, compare these names.
"""

NUMBERS = (1, 2, 3)


def people_tested(dataset: str, fold: int) -> tuple[str, ...]:
    """The people a published fold tests, in alphabetical order."""
    return tuple(FOLDS[dataset][fold - 1].split())


def third(picture: str, seed: int) -> int:
    """The fold, 1 to 3, that tests a picture of a set without people or published folds.

    It hangs on the picture's name and the seed alone, not on which others there are: where links
    are dead, the rest stays where it was.
    """
    return 1 + _draw(seed, "fold", picture) % len(NUMBERS)


def validating(people: Iterable[str], share: float, fold: int, seed: int) -> frozenset[str]:
    """Some of a fold's training people, drawn to choose the epoch by.

    Args:
        people: who is not tested, two or more, in any order.
        share: of them, in (0, 1), that validates; at least one does and one does not.
        fold: for which they are drawn.
        seed: of the draw.
    """
    drawn = sorted(set(people), key=lambda person: (_draw(seed, fold, person), person))
    return frozenset(drawn[: min(max(round(share * len(drawn)), 1), len(drawn) - 1)])


def _draw(*what: object) -> int:
    said = " ".join(map(str, what)).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big")
