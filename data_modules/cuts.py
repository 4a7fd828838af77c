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
