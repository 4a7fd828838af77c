"""Lines of a table, read leniently: what cannot be read is found, and the rest goes on."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_modules.doctor.finding import Findings
from data_modules.errors import DataError
from data_modules.table import heading

STRETCH = 50_000
"""Rows held as text at once."""


@dataclass(frozen=True)
class Stretch:
    """Some rows that follow each other."""

    lines: list[int]
    """As an editor counts, the header being line 1."""
    cells: dict[int, list[str]]
    """Place of a column → its cells, stripped; empty text where there is nothing."""


class Lines:
    """A CSV or Parquet table, read once, a stretch of rows at a time.

    Args:
        table: the file.
        findings: gets rows with a cell too many or too few, or with an unfinished quote; they are
            passed over.

    Attributes:
        names: of the columns, see ``table.read_table``.

    Raises:
        DataError: the table is missing, empty, or no table.
    """

    def __init__(self, table: Path, findings: Findings) -> None:
        if not table.is_file():
            raise DataError(f"{table}: no such file; give a CSV or Parquet table")
        self.table, self.findings = table, findings
        self.malformed = 0
        self.parquet = table.suffix.lower() == ".parquet"
        try:
            if self.parquet:
                self._file = pq.ParquetFile(table)
                header, empty = self._file.schema_arrow.names, not self._file.metadata.num_rows
            else:
                self._rows = self._csv_rows()
                header = next(self._rows, (0, []))[1]
                self._first = next(self._rows, None)
                empty = self._first is None and not self.malformed
        except (ValueError, OSError, pa.ArrowException) as error:
            raise self._no_table(error) from error
        if empty:
            raise DataError(f"{table}: no faces in it; give a table with a row a picture")
        self.names = [heading(name) for name in header]

    def stretches(self, wanted: Collection[int]) -> Iterator[Stretch]:
        """The rows, once, with the cells of the wanted columns."""
        try:
            yield from self._parquet(wanted) if self.parquet else self._csv(wanted)
        except (ValueError, OSError, pa.ArrowException) as error:
            raise self._no_table(error) from error

    def _no_table(self, error: Exception) -> DataError:
        return DataError(
            f"{self.table}: not a readable table ({' '.join(str(error).split())}); give a CSV in "
            "UTF-8, its cells parted by commas, or Parquet"
        )

    def _parquet(self, wanted: Collection[int]) -> Iterator[Stretch]:
        line = 2
        for batch in self._file.iter_batches(STRETCH):
            cells = {
                place: batch.column(place).to_pandas().astype("string").fillna("").str.strip()
                for place in wanted
            }
            lines = list(range(line, line + len(batch)))
            yield Stretch(lines, {place: column.tolist() for place, column in cells.items()})
            line += len(batch)

    def _csv(self, wanted: Collection[int]) -> Iterator[Stretch]:
        rows = [self._first] if self._first else []
        for row in self._rows:
            if len(rows) == STRETCH:
                yield _stretch(rows, wanted)
                rows = []
            rows.append(row)
        yield _stretch(rows, wanted)

    def _csv_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The header, then the rows under it, each with the line on which it starts."""
        with self.table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            columns = 0
            while True:
                line = reader.line_num + 1
                try:
                    cells = [cell.strip() for cell in next(reader)]
                except StopIteration:
                    return
                except csv.Error as error:
                    self._malformed(str(error), line)
                    continue
                if not any(cells):
                    continue
                columns = columns or len(cells)
                if len(cells) == columns:
                    yield line, cells
                else:
                    what = f"{len(cells)} cells under {columns} columns"
                    self._malformed(what, line)

    def _malformed(self, what: str, line: int) -> None:
        self.malformed += 1
        self.findings.add(self.table, "malformed-row", what, line)


def _stretch(rows: list[tuple[int, list[str]]], wanted: Collection[int]) -> Stretch:
    cells = {place: [row[place] for _, row in rows] for place in wanted}
    return Stretch([line for line, _ in rows], cells)
