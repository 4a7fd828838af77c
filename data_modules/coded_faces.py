"""Coded faces: a manifest, and what its table tells beyond occurrence.

Intensities, and which frames follow each other: nobody learns from these, they are for judging.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN, parse_au
from data_modules.manifest import MOST_INTENSE, Manifest, au_columns, manifest_of, read_codes
from data_modules.prepared_set import MANIFEST, NAMELESS
from data_modules.table import Table, read_table


@dataclass(frozen=True)
class CodedFaces:
    """N faces and all that was coded of them, for C AUs."""

    manifest: Manifest
    people: tuple[str, ...]
    """N; F001 and f001 are one person, spelled as first met."""
    intensities: np.ndarray | None
    """(N, C) float32 0 to 5, NaN where not coded; None where the table has none of these AUs."""
    sequences: tuple[str, ...]
    """N: frames of one recording have the same, ``subject/task``; empty where nobody says."""
    frames: np.ndarray
    """(N,) int64, -1 unknown."""
    nameless: bool
    """Nobody says who is in a picture: each face counts as a person of its own."""
    others: tuple[str, ...]
    """AUs of the table that were not asked for."""

    def __len__(self) -> int:
        return len(self.manifest)

    def take(self, faces: np.ndarray) -> "CodedFaces":
        """Some of the faces, given as an integer or boolean index."""
        index = np.arange(len(self))[faces]
        return replace(
            self,
            manifest=self.manifest.take(index),
            people=tuple(self.people[face] for face in index),
            intensities=None if self.intensities is None else self.intensities[index],
            sequences=tuple(self.sequences[face] for face in index),
            frames=self.frames[index],
        )


def read_coded_faces(
    table: Path,
    aus: Sequence[str],
    threshold: int | None = None,
    within: str | Path | None = None,
) -> CodedFaces:
    """Read a labeled table, as ``manifest.read_manifest`` does, and what else it tells.

    Args:
        table: CSV or Parquet, or a folder that ``au-cotrain prepare`` wrote. Beside what
            ``read_manifest`` names, columns ``AU01_intensity`` (0 to 5, or nothing), ``task`` and
            ``frame`` (a number) are looked at.
        aus: the AUs that are wanted; those the table lacks are left out.
        threshold: intensity, 1 to 5, from which an AU occurs; None for the labels as they stand.
        within: see ``read_manifest``.

    Raises:
        DataError: as ``read_manifest``, or the table has none of ``aus``.
    """
    if threshold is not None and threshold not in range(1, MOST_INTENSE + 1):
        raise DataError(f"--threshold is {threshold}; give 1 to {MOST_INTENSE}")
    content = read_table(_file(table), within=within)
    labels, intensities = au_columns(content)
    if threshold is not None and not intensities:
        raise DataError(
            f"{content.path}: no column of intensities (AU01_intensity), to which --threshold "
            "could be applied; leave it out to take the labels as they stand"
        )
    columns = labels if threshold is None else intensities
    wanted = [parse_au(au) or au for au in aus]
    shared = [au for au in wanted if au in columns]
    if columns and not shared:
        raise DataError(
            f"{content.path}: none of the AUs {', '.join(wanted)} has a column here (there are "
            f"{', '.join(columns)})"
        )
    nameless = content.preparation.get("set") in NAMELESS
    # Without any AU column this says so.
    manifest = manifest_of(content, shared or None, threshold, nameless)
    people = _people(manifest.subjects)
    return CodedFaces(
        manifest,
        people,
        _intensities(content, [intensities.get(au) for au in shared]),
        _sequences(content, people),
        _frames(content),
        nameless,
        tuple(au for au in columns if au not in shared),
    )


def _file(table: Path) -> Path:
    if not table.is_dir():
        return table
    if not (table / MANIFEST).is_file():
        raise DataError(
            f"{table}: no {MANIFEST} in this folder; give a folder that au-cotrain prepare wrote, "
            "or a table"
        )
    return table / MANIFEST


def _people(subjects: pa.StringArray) -> tuple[str, ...]:
    written = subjects.to_pylist()
    spelling: dict[str, str] = {}
    for person in written:
        spelling.setdefault(person.lower(), person)
    return tuple(spelling[person.lower()] for person in written)


def _intensities(table: Table, columns: Sequence[str | None]) -> np.ndarray | None:
    """(N, C) floats; ``columns`` are None for AUs without one."""
    if not any(columns):
        return None
    read = []
    for column in columns:
        coded = np.full(len(table.rows), UNKNOWN)
        if column is not None:
            coded = read_codes(table, column, MOST_INTENSE)
        read.append(np.where(coded == UNKNOWN, np.nan, coded).astype(np.float32))
    return np.stack(read, axis=1)


def _sequences(table: Table, people: Sequence[str]) -> tuple[str, ...]:
    if "frame" not in table.columns:
        return ("",) * len(people)
    if "task" not in table.columns:
        return tuple(people)
    tasks = table.text("task").to_pylist()
    return tuple(
        f"{person}/{task}" if task else person for person, task in zip(people, tasks, strict=True)
    )


def _frames(table: Table) -> np.ndarray:
    if "frame" not in table.columns:
        return np.full(len(table.rows), -1)
    cells = table.text("frame").to_pylist()
    return np.array([int(cell) if cell.isdecimal() and len(cell) < 18 else -1 for cell in cells])
