"""A record: what can be read of a manifest or pool, whatever else is wrong with it."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import repeat
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_modules.doctor.columns import Columns, read_columns
from data_modules.doctor.finding import NOTE, WRONG, Findings
from data_modules.doctor.labels import check_occurrence, compare_intensities, read_codes
from data_modules.doctor.lines import Lines, Stretch
from data_modules.doctor.origin import Origin, read_origin
from data_modules.facs import UNKNOWN
from data_modules.manifest import outside, places
from data_modules.pool import find_pictures
from data_modules.prepared_set import NAMELESS


@dataclass(frozen=True)
class Faces:
    """Columns of faces, no longer as text."""

    rows: np.ndarray
    """(N,) int64 lines in the table as an editor counts; 0 in a folder."""
    paths: pa.StringArray
    """N absolute paths, see ``manifest.places``; empty where the table has none."""
    subjects: pa.StringArray
    """N people, as written; empty where unknown."""
    people: pa.StringArray
    """The same, in small letters, since F001 and f001 are one."""
    labels: np.ndarray
    """(N, C) int8: 1, 0 or ``UNKNOWN``."""
    intensities: np.ndarray
    """(N, K) int8: 0 to 5 or ``UNKNOWN``."""
    frames: np.ndarray
    """(N, 3) uint64. The first two stand for person, task and number of the frame, 0 where the
    table lacks person or number; the last for its source, 0 where the table does not say."""


@dataclass(frozen=True)
class Record:
    """Faces of one table or folder, in its order."""

    source: Path
    """As the user named it."""
    pool: bool
    """Unlabeled faces: labels are not looked at."""
    origin: Origin
    aus: tuple[str, ...]
    faces: Faces

    def __len__(self) -> int:
        return len(self.faces.rows)

    def where(self, face: int) -> str:
        """File and row of a face, or its path."""
        row = self.faces.rows[face]
        return f"{self.source}:{row}" if row else str(self.faces.paths[face])

    def picture(self, face: int) -> str:
        """A picture's name with its folder's: enough, where its row is said beside it."""
        return "/".join(str(self.faces.paths[face]).split(os.sep)[-2:])


def read_folder(folder: Path) -> Record:
    """The faces of a pool that is a folder of pictures."""
    paths = places(find_pictures(folder))
    size = len(paths)
    nobody = pa.array([""] * size, pa.string())
    nothing = np.empty((size, 0), np.int8)
    faces = Faces(
        rows=np.zeros(size, np.int64),
        paths=paths,
        subjects=nobody,
        people=nobody,
        labels=nothing,
        intensities=nothing,
        frames=np.zeros((size, 3), np.uint64),
    )
    return Record(folder, True, Origin(), (), faces)


def read_record(
    table: Path, dataset: str | None, pool: bool, within: Path | None, findings: Findings
) -> Record:
    """Read a table and find what is wrong with its cells.

    Args:
        table: CSV or Parquet, see ``manifest.read_manifest``; besides, ``task``, ``frame``,
            ``source`` and ``AU01_intensity`` … (0 to 5 or empty) are looked at.
        dataset: the set's name where the table does not say it.
        pool: whether it is a table of unlabeled faces, of which only ``path`` and ``subject`` mean
            something.
        within: the folder that its pictures may not lie outside of; None for its own.
        findings: gets what is wrong.

    Raises:
        DataError: the table is missing, empty, no table, or has no column ``path``.
    """
    lines = Lines(table, findings)
    origin = read_origin(table, dataset, findings)
    nameless = origin.dataset in NAMELESS
    columns = read_columns(table, lines.names, pool, nameless, findings)
    aus = tuple(columns.aus)
    parts = [
        _read_stretch(table, columns, stretch, within or table.parent, findings)
        for stretch in lines.stretches(columns.wanted)
    ]
    columns_of = {one.name: [getattr(part, one.name) for part in parts] for one in fields(Faces)}
    faces = Faces(**{name: _joined(column) for name, column in columns_of.items()})
    if not pool:
        if "subject" in columns.named:
            empty = faces.rows[pc.equal(faces.people, "").to_numpy(zero_copy_only=False)]
            severity = NOTE if nameless else WRONG
            findings.add_all(table, "no-subject", empty, repeat("the cell is empty"), severity)
        intensities = dict(zip(columns.intensities, faces.intensities.T, strict=True))
        compare_intensities(table, faces.rows, aus, faces.labels, intensities, findings)
        check_occurrence(table, faces.rows, aus, faces.labels, findings)
    return Record(table, pool, origin, aus, faces)


def _joined(parts: Sequence[np.ndarray | pa.StringArray]) -> np.ndarray | pa.StringArray:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pa.concat_arrays(parts)


def _read_stretch(
    table: Path, columns: Columns, stretch: Stretch, within: Path, findings: Findings
) -> Faces:
    rows = np.array(stretch.lines, np.int64)
    cells = {name: stretch.cells[place] for name, place in columns.named.items()}
    size = len(rows)
    written = pa.array(cells["path"], pa.string())
    empty = pc.equal(written, "")
    lacking = rows[empty.to_numpy(zero_copy_only=False)]
    findings.add_all(table, "no-path", lacking, repeat("the cell is empty"))
    away = outside(written, table.parent, within)
    findings.add_all(table, "elsewhere", rows[away], written.filter(pa.array(away)).to_pylist())
    paths = pc.if_else(empty, "", places(written, table.parent))
    people = [_whole(cell) for cell in cells.get("subject", [""] * size)]
    subjects = pa.array(people, pa.string())
    groups = (
        ("label-range", "", "0, 1 or empty", 1, columns.aus),
        ("intensity-range", "_intensity", "0 to 5 or empty", 5, columns.intensities),
    )
    codes = []
    for kind, ending, good, most, group in groups:
        codes.append(np.full((size, len(group)), UNKNOWN, np.int8))
        for place, (au, column) in enumerate(group.items()):
            texts = stretch.cells[column]
            codes[-1][:, place], strange = read_codes(texts, most)
            said = (f"{au}{ending} is {texts[face]!r}, not {good}" for face in strange)
            findings.add_all(table, kind, rows[strange], said)
    return Faces(
        rows=rows,
        paths=paths,
        subjects=subjects,
        people=pc.utf8_lower(subjects),
        labels=codes[0],
        intensities=codes[1],
        frames=_frames(cells, [person.lower() for person in people]),
    )


def _frames(cells: dict[str, list[str]], people: list[str]) -> np.ndarray:
    """See ``Faces.frames``; 16 bytes of a hash stand for person, task and number."""
    frames = np.zeros((len(people), 3), np.uint64)
    if "frame" not in cells or "subject" not in cells:
        return frames
    nothing = [""] * len(people)
    tasks, sources = cells.get("task", nothing), cells.get("source", nothing)
    rest = zip(people, tasks, cells["frame"], sources, strict=True)
    for face, (person, task, number, source) in enumerate(rest):
        if person and number:
            name = "\0".join((person, _whole(task), _whole(number)))
            frames[face, :2] = _hash(name, 2)
            frames[face, 2] = _hash(source, 1)[0] if source else 0
    return frames


def _hash(text: str, words: int) -> np.ndarray:
    content = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8 * words).digest()
    return np.frombuffer(content, np.uint64)


def _whole(cell: str) -> str:
    """A number is the same number in a column of floats."""
    return re.sub(r"^(\d+)\.0+$", r"\1", cell)
