"""Copies: pictures that are pixel for pixel the same in different files."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from data_modules.doctor.finding import NOTE, Findings
from data_modules.doctor.record import Record
from data_modules.doctor.repetition import repeated
from data_modules.facs import UNKNOWN

Copies = dict[int, list[int]]
"""Record (by its number) → its faces that show one and the same picture, of different files."""


def find_copies(
    records: Sequence[Record],
    pictures: Sequence[np.ndarray],
    people: Sequence[np.ndarray],
    digests: np.ndarray,
    findings: Findings,
) -> None:
    """Find copies within and across tables.

    Args:
        records: splits and pools.
        pictures: for each record, (N,) which file each face has; -1 for none.
        people: for each record, (N,) which person each face has; -1 where unknown.
        digests: (U, 2) by the numbers of the files, see ``pixels.Pixels``.
        findings: gets them: wrong are copies in two splits, under two people, with contradicting
            labels, and in a pool where training has no way of leaving them out.
    """
    groups = list(repeated(digests))
    group_of = np.full(len(digests) + 1, -1)  # the last for faces without a file
    for number, group in enumerate(groups):
        group_of[group] = number
    copies: list[Copies] = [{} for _ in groups]
    for number, files in enumerate(pictures):
        seen: set[int] = set()  # a file in two rows is no copy
        for face in np.flatnonzero(group_of[files] >= 0):
            if int(files[face]) not in seen:
                seen.add(int(files[face]))
                same = copies[int(group_of[files[face]])]
                same.setdefault(number, []).append(int(face))
    split_people = np.unique(
        np.concatenate(
            [np.empty(0, np.int64)]
            + [them for record, them in zip(records, people, strict=True) if not record.pool]
        )
    )
    splits = sum(not record.pool for record in records)
    for same in sorted(copies, key=lambda same: min(same.items(), default=(0, []))):
        for number, faces in same.items():
            if len(faces) > 1:
                _within(records[number], faces, people[number], splits == 1, findings)
        for one, other in combinations(sorted(same, key=lambda i: records[i].pool), 2):
            ours, theirs = same[one], same[other]
            if set(pictures[one][ours]) & set(pictures[other][theirs]):
                continue  # one file in both: found as that
            here, there = records[one], records[other]
            if there.pool:
                left_out = np.isin(people[other][theirs], split_people[split_people >= 0])
                if here.pool or left_out.all():
                    continue
                kind = "copy-in-pool"
            else:
                kind = "copy-in-two-splits"
            what = f"{here.picture(ours[0])} is the same as {there.where(theirs[0])}"
            findings.add(here.source, kind, what, int(here.faces.rows[ours[0]]))


def _within(
    record: Record, faces: list[int], people: np.ndarray, alone: bool, findings: Findings
) -> None:
    """Copies in one table; alone, training may yet part it into splits."""
    rows = record.faces.rows
    first, second = faces[:2]
    same = f"{record.picture(first)} is the same as {record.where(second)}"
    if record.pool:
        findings.add(record.source, "copy", same, int(rows[first]), NOTE)
        return
    wrong = False
    named = {int(people[face]): face for face in reversed(faces) if people[face] >= 0}
    if len(named) > 1:
        one, other = sorted(named.values())[:2]
        what = (
            f"{record.picture(one)} is {record.faces.subjects[one]}, and the same picture in row "
            f"{rows[other]} is {record.faces.subjects[other]}"
        )
        findings.add(record.source, "copy-under-two-people", what, int(rows[one]))
        wrong = True
    labels = record.faces.labels[faces]
    torn = [place for place, column in enumerate(labels.T) if {0, 1} <= set(column) - {UNKNOWN}]
    if torn:
        column = labels[:, torn[0]]
        one, other = faces[int(np.argmax(column == 1))], faces[int(np.argmax(column == 0))]
        what = (
            f"{record.picture(one)}: {record.aus[torn[0]]} is 1, and the same picture in row "
            f"{rows[other]} has 0"
        )
        findings.add(record.source, "copy-labelled-otherwise", what, int(rows[one]))
        wrong = True
    if alone and not named:
        findings.add(record.source, "copy-of-nobody", same, int(rows[first]))
        wrong = True
    if not wrong:
        findings.add(record.source, "copy", same, int(rows[first]), NOTE)
