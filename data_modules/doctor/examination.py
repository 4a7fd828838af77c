"""The examination: everything that is looked at before a number is trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from data_modules.doctor.chart import Chart, draw_charts
from data_modules.doctor.copies import find_copies
from data_modules.doctor.finding import NOTE, WRONG, Findings
from data_modules.doctor.pixels import read_pixels
from data_modules.doctor.record import Record, read_folder, read_record
from data_modules.doctor.repetition import find_repeated_rows, find_shared, numbered
from data_modules.errors import DataError
from data_modules.prepared_set import MANIFEST, SETS


@dataclass(frozen=True)
class Examination:
    """Charts of all tables, and what was found in them."""

    charts: list[Chart]
    findings: Findings

    @property
    def sound(self) -> bool:
        """Whether nothing was found that would make a result wrong."""
        return not self.findings.of(WRONG)

    @property
    def aus(self) -> pd.DataFrame:
        """The charts' tables below each other."""
        tables = [chart.aus for chart in self.charts if not chart.record.pool]
        return pd.concat(tables, ignore_index=True)


def examine(
    manifests: Sequence[Path],
    pools: Sequence[Path] = (),
    dataset: str | None = None,
    within: Path | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Examination:
    """Examine the splits of one experiment, and the pools it learns from.

    Args:
        manifests: tables of labeled faces, or folders that ``prepare`` wrote: no person and no
            picture may be in two of them.
        pools: tables or folders of unlabeled faces.
        dataset: the set whose published prevalences are compared, where a table does not say it.
        within: the folder that no picture may lie outside of; None for each table's own.
        workers: threads that decode pictures.
        progress: told how many pictures of how many are decoded.

    Raises:
        DataError: one is missing, empty, or no table at all, or there is no such set.
    """
    if dataset is not None and dataset not in SETS:
        raise DataError(f"--set is {dataset!r}; it can be {', '.join(SETS)}")
    findings = Findings()
    tables = [_table(manifest) for manifest in manifests]
    records = [read_record(table, dataset, False, within, findings) for table in tables]
    records += [_read_pool(pool, within, findings) for pool in pools]
    names = [str(record.source) for record in records]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{name}: given twice; give each table once")
    _, people = numbered([record.faces.people for record in records])
    paths, pictures = numbered([record.faces.paths for record in records])
    for record, files in zip(records, pictures, strict=True):
        find_repeated_rows(record, files, findings)
    find_shared(records, "person", people, findings)
    find_shared(records, "picture", pictures, findings)
    _compare_splits([record for record in records if not record.pool], findings)
    _compare_alignments(records, findings)
    _look_at_pictures(records, pictures, paths, people, workers, progress, findings)
    return Examination(draw_charts(records, people, findings), findings)


def _table(manifest: Path) -> Path:
    """The table that a folder of ``prepare`` or ``synth`` holds."""
    if not manifest.is_dir():
        return manifest
    for name in (MANIFEST, "manifest.csv"):
        if (manifest / name).is_file():
            return manifest / name
    raise DataError(
        f"{manifest}: no {MANIFEST} in this folder; give a table, or a folder that "
        "au-cotrain prepare wrote, or --pool for a folder of unlabeled faces"
    )


def _read_pool(pool: Path, within: Path | None, findings: Findings) -> Record:
    """As training reads it, see ``pool.read_pool``."""
    if (pool / MANIFEST).is_file():
        pool = pool / MANIFEST
    if not pool.is_dir():
        return read_record(pool, None, True, within, findings)
    record = read_folder(pool)
    if not len(record):
        raise DataError(f"{pool}: no pictures in this pool; give another --pool")
    return record


def _compare_splits(splits: Sequence[Record], findings: Findings) -> None:
    everywhere = set.intersection(*(set(split.aus) for split in splits))
    for split in splits:
        some = [au for au in split.aus if au not in everywhere]
        findings.add_all(split.source, "aus-differ", [0] * len(some), some, NOTE)


def _compare_alignments(records: Sequence[Record], findings: Findings) -> None:
    """Only between tables that say how their faces were cut out."""
    said = [record for record in records if record.origin.alignment is not None]
    for record in said[1:]:
        if record.origin.alignment != said[0].origin.alignment:
            what = f"its faces are not cut out as those of {said[0].source}"
            severity = NOTE if record.pool else WRONG
            findings.add(record.source, "alignment-differs", what, severity=severity)


def _look_at_pictures(
    records: Sequence[Record],
    pictures: Sequence[np.ndarray],
    paths: pa.StringArray,
    people: Sequence[np.ndarray],
    workers: int,
    progress: Callable[[int, int], None],
    findings: Findings,
) -> None:
    files = [path for path in paths.to_pylist() if path]
    place = np.full(len(paths) + 1, -1)  # of a path among the files; the last for no path
    place[[number for number, path in enumerate(paths.to_pylist()) if path]] = range(len(files))
    pictures = [place[numbers] for numbers in pictures]
    pixels = read_pixels(files, workers, progress)
    for record, numbers in zip(records, pictures, strict=True):
        severity = NOTE if record.pool else WRONG
        for kind, missing in (("missing", True), ("unreadable", False)):
            faults = [file for file in pixels.faults if pixels.missing(file) == missing]
            faces = np.flatnonzero(np.isin(numbers, faults))
            said = (f"{files[file]}: {pixels.faults[file]}" for file in numbers[faces])
            findings.add_all(record.source, kind, record.faces.rows[faces], said, severity)
    find_copies(records, pictures, people, pixels.digests, findings)
