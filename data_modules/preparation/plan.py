"""The plan of a preparation: which faces to cut out of which files, with which codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.facs import ACTION_UNITS, UNKNOWN, in_short
from data_modules.tree import Tree

PLACE = {
    "source": "string", "place": "Int64", "subject": "string", "task": "string", "frame": "Int64"
}  # fmt: skip
"""Columns that say where a face is and whose, with their types."""
LEFT_OUT = {name: kind for name, kind in PLACE.items() if name != "place"} | {"reason": "string"}
"""Columns of what is left out, with their types."""


@dataclass(frozen=True)
class Plan:
    """What is to be cut out of a data set as distributed, before a picture is opened."""

    dataset: str
    """bp4d, bp4d-plus, disfa, disfa-plus, emotionet or faces."""
    faces: pd.DataFrame
    """A row a frame with both picture and code.

    Columns: source (posix, relative to ROOT: a picture, a video, or ``00000.tar/key.jpg``), place
    (0-based, of the frame in a video; NA for pictures), subject, task, frame (the label file's own
    number), then AU01 ... ascending (Int8: 1, 0, NA unknown), then, in sets that have them,
    AU01_intensity ... (Int8: 0 to 5, NA unknown). Sorted by file; the rows of one video or tar
    stand together, in its own order.
    """
    left_out: pd.DataFrame
    """Columns source, subject, task, frame, reason."""
    assumed: tuple[str, ...]
    """What was assumed, a printable line each."""


def drawn_up(
    dataset: str,
    places: pd.DataFrame,
    aus: Sequence[int],
    codes: np.ndarray,
    intensities: np.ndarray | None,
    left_out: Iterable[pd.DataFrame],
    assumed: Iterable[str],
) -> Plan:
    """A plan in its fixed form.

    Args:
        dataset: its name.
        places: N rows; those of the columns of ``PLACE`` that are known.
        aus: C numbers of AUs, ascending; those that FACS does not have are dropped, and said.
        codes: (N, C) int8: 1, 0 or ``UNKNOWN``.
        intensities: (N, C) int8: 0 to 5 or ``UNKNOWN``; None in sets without.
        left_out: tables as ``leave_out`` makes them.
        assumed: what was assumed, once each.
    """
    known = [column for column, au in enumerate(aus) if au in ACTION_UNITS]
    names = [f"AU{aus[column]:02d}" for column in known]
    columns: dict[str, pd.api.extensions.ExtensionArray | pd.Series] = {
        name: _column(places[name], kind) if name in places else _missing(len(places), kind)
        for name, kind in PLACE.items()
    }
    columns |= {name: _nullable(codes[:, at]) for name, at in zip(names, known, strict=True)}
    if intensities is not None:
        columns |= {
            f"{name}_intensity": _nullable(intensities[:, at])
            for name, at in zip(names, known, strict=True)
        }
    foreign = [au for au in aus if au not in ACTION_UNITS]
    dropped = [f"no action units of FACS, so dropped: {in_short(foreign)}"] if foreign else []
    return Plan(
        dataset,
        pd.DataFrame(columns),
        pd.concat([leave_out("", source=[]), *left_out], ignore_index=True),
        tuple(dict.fromkeys(str(DataError(line)) for line in (*assumed, *dropped))),
    )


def leave_out(
    reason: str,
    source: Iterable[object],
    subject: Iterable[object] | None = None,
    task: Iterable[object] | None = None,
    frame: Iterable[object] | None = None,
) -> pd.DataFrame:
    """A table of things left out for one reason."""
    columns = {"source": list(source)}
    for name, values in (("subject", subject), ("task", task), ("frame", frame)):
        columns[name] = [pd.NA] * len(columns["source"]) if values is None else list(values)
    columns["reason"] = [reason] * len(columns["source"])
    return pd.DataFrame(
        {name: _column(pd.Series(columns[name], dtype=object), LEFT_OUT[name]) for name in LEFT_OUT}
    )


def unread(tree: Tree) -> list[pd.DataFrame]:
    """What a walk could not read, as left out."""
    return [leave_out(reason, [path]) for path, reason in tree.unread]


def _column(values: "pd.Series[Any]", kind: Any) -> "pd.Series[Any]":  # noqa: ANN401 - a dtype
    column: pd.Series[Any] = values.astype(kind).reset_index(drop=True)
    return column


def _missing(size: int, kind: Any) -> "pd.Series[Any]":  # noqa: ANN401 - a dtype
    return pd.Series([pd.NA] * size, dtype=kind)


def _nullable(codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.IntegerArray(codes.astype(np.int8), codes == UNKNOWN)
