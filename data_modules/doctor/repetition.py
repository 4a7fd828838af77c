"""Repetition: people, pictures and frames that stand in several places."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa

from data_modules.doctor.finding import NOTE, WRONG, Findings
from data_modules.doctor.record import Record


def numbered(columns: Sequence[pa.StringArray]) -> tuple[pa.StringArray, list[np.ndarray]]:
    """Give equal texts of several columns one number.

    Returns:
        U texts, and for each column as many integers as it is long: places among the texts, -1 for
        an empty text.
    """
    together = pa.concat_arrays(columns).dictionary_encode()
    texts = together.dictionary
    number = together.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    number[number == texts.index("").as_py()] = -1
    return texts, np.split(number, np.cumsum([len(column) for column in columns])[:-1])


def repeated(keys: np.ndarray) -> Iterator[np.ndarray]:
    """Places of equal rows, for each row that occurs more than once; rows of zeros do not count.

    Args:
        keys: (N, K) integers.
    """
    places = np.flatnonzero(keys.any(1))
    order = places[np.lexsort(keys[places].T)]  # stable: each group in the order of its places
    ordered = keys[order]
    starts = np.flatnonzero((ordered[1:] != ordered[:-1]).any(1)) + 1
    bounds = np.concatenate([[0], starts, [len(order)]])
    for group in np.flatnonzero(np.diff(bounds) > 1):
        yield order[bounds[group] : bounds[group + 1]]


def find_repeated_rows(record: Record, paths: np.ndarray, findings: Findings) -> None:
    """Find pictures and frames that stand in two rows of one table.

    Args:
        record: the table.
        paths: (N,) number of each face's path, -1 for none.
        findings: gets them.
    """
    rows = record.faces.rows
    for group in repeated(paths[:, None] + 1):
        for face in group[1:]:
            what = f"{record.picture(face)} stands in row {rows[group[0]]} too"
            findings.add(record.source, "path-twice", what, rows[face])
    if record.pool:
        return
    sources = record.faces.frames[:, 2]
    for group in repeated(record.faces.frames[:, :2]):
        first: dict[int, int] = {}
        for face in group:
            source = int(sources[face])
            if source and source in first:
                what = f"row {rows[first[source]]} is the same frame of the same source"
                findings.add(record.source, "frame-twice", what, rows[face])
            first.setdefault(source, face)
        if len(first) > 1:
            others = ", ".join(str(rows[face]) for face in list(first.values())[1:4])
            what = f"row {others} has the same person, task and number from another source"
            findings.add(record.source, "frame-of-two-sources", what, rows[group[0]], NOTE)


def find_shared(
    records: Sequence[Record],
    what: str,
    numbers: Sequence[np.ndarray],
    findings: Findings,
) -> None:
    """Find people or pictures that two splits share, and count those that a pool shares with one.

    Args:
        records: splits and pools.
        what: ``person`` or ``picture``.
        numbers: for each record, (N,) which person or path each face has; -1 for none.
        findings: gets each shared one once for each two records.
    """
    for (one, ours), (other, theirs) in combinations(zip(records, numbers, strict=True), 2):
        if one.pool and other.pool:
            continue
        if one.pool:
            one, ours, other, theirs = other, theirs, one, ours
        shared = np.intersect1d(ours[ours >= 0], theirs[theirs >= 0])
        order = np.argsort(_first(ours, shared), kind="stable")
        here, there = _first(ours, shared)[order], _first(theirs, shared)[order]
        name = one.picture if what == "picture" else one.faces.subjects.__getitem__
        findings.add_all(
            one.source,
            f"{what}-in-pool" if other.pool else f"{what}-in-two-splits",
            one.faces.rows[here],
            (
                f"{name(int(face))} is also at {other.where(int(same))}"
                for face, same in zip(here, there, strict=True)
            ),
            NOTE if other.pool else WRONG,
        )


def _first(numbers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted number, all of which occur, occurs first."""
    found, first = np.unique(numbers, return_index=True)
    return first[np.searchsorted(found, wanted)]
