"""How the faces of tables were cut out of their photographs, compared between them."""

from collections.abc import Sequence
from typing import Any

from data_modules.errors import DataError
from data_modules.manifest import Manifest


def check_cut_alike(one: Manifest, other: Manifest) -> None:
    """Refuse two splits whose faces are known to be cut out differently.

    Raises:
        DataError: they are.
    """
    if one.alignment and other.alignment and one.alignment != other.alignment:
        raise DataError(
            f"{one.source}: its faces were cut out otherwise ({in_words(one.alignment)}) than "
            f"those of {other.source} ({in_words(other.alignment)}); prepare both alike"
        )


def check_cut_as(faces: Manifest, alignment: dict[str, Any] | str, whose: str) -> None:
    """Refuse faces that are known to be cut out otherwise than a predictor was taught.

    Args:
        faces: the faces.
        alignment: of the predictor's card, a dict or in words.
        whose: those faces, in words, for the message.

    Raises:
        DataError: they are.
    """
    if isinstance(alignment, dict) and faces.alignment and faces.alignment != alignment:
        raise DataError(
            f"{faces.source}: its faces were cut out otherwise ({in_words(faces.alignment)}) than "
            f"{whose} ({in_words(alignment)}); prepare both alike"
        )


def doubt(faces: Manifest, alignment: dict[str, Any] | str) -> str | None:
    """A sentence where faces are not known to be cut out as a predictor was taught.

    Args:
        faces: the faces.
        alignment: of the predictor's card, a dict or in words.
    """
    if isinstance(alignment, dict) and faces.alignment:
        return None
    return (
        "It is not known whether these faces are cut out as in training, which was: "
        f"{in_words(alignment)}."
    )


def remarks(labeled: Manifest, others: Sequence[Manifest]) -> list[str]:
    """A line for each table that is not known to be cut as the labeled one is; none, if none says.

    Args:
        labeled: the faces that are learned from.
        others: validation, test and pool.
    """
    lines = []
    for faces in others:
        if faces.alignment == labeled.alignment:
            continue
        said = "are not known to be cut"
        if labeled.alignment and faces.alignment:
            said = f"are cut otherwise ({in_words(faces.alignment)}), not"
        lines.append(f"faces of {faces.source} {said} as the labeled ones are")
    return lines


def in_words(alignment: dict[str, Any] | str) -> str:
    """An alignment for the screen; all of it travels with the predictor."""
    if isinstance(alignment, str):
        return alignment
    told = ", ".join(
        f"{name} {value}"
        for name, value in alignment.items()
        if isinstance(value, str | int | float) and len(str(value)) <= 20
    )
    return told or "parameters of au-cotrain prepare"
