"""The table of scores on disk: CSV or Parquet, whole whenever writing ends."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.scored_frame import INTEGERS, ScoredFrame, columns, rows

CSV, PARQUET = (".csv",), (".parquet", ".pq")


class ScoresTable:
    """Writes rows as they come: after each call of ``write`` they are on disk.

    A context manager. Until the first rows a table that stands in its place is left alone. A CSV
    then grows in its place, by whole rows. Parquet cannot grow: its rows are kept in a CSV beside
    it, ``OUT.partial.csv``, and turned into Parquet when writing ends, also by an exception; that
    CSV stays where the process is killed or the disk is full.

    Args:
        out: the table; its folder is made.
        aus: C names.

    Raises:
        PredictorError: the name ends otherwise than a table's, or something else has it.
        OSError: it cannot be written.
    """

    def __init__(self, out: Path, aus: Sequence[str]) -> None:
        check_table(out)
        self.out = out.resolve() if out.is_symlink() else out  # a link stays one
        self.aus, self.count = aus, 0
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._parquet = out.suffix.lower() in PARQUET
        self.partial = self.out.with_name(f"{self.out.name}.partial.csv")
        self._file = self.partial.open("wb", buffering=0)
        self._whole = 0  # bytes of whole rows

    def write(self, frames: Iterable[ScoredFrame]) -> None:
        """Append the rows of frames.

        Raises:
            OSError: not all of them fit on the disk; the table ends with its last whole row
                before, and the message says after how many.
        """
        new = [row for frame in frames for row in rows(frame, len(self.aus))]
        if not new:
            return
        self._append(new if self._whole else [columns(self.aus), *new])
        self.count += len(new)
        if not self._parquet and self.partial.exists():
            os.replace(self.partial, self.out)

    def _append(self, lines: Iterable[Iterable[Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(lines)
        # A file's name may hold bytes that are no UTF-8.
        waiting = memoryview(text.getvalue().encode(errors="backslashreplace"))
        try:
            while waiting:
                waiting = waiting[self._file.write(waiting) :]
            self._whole = self._file.tell()
        except BaseException as error:  # Ctrl-C too
            self._file.truncate(self._whole)
            self._file.seek(self._whole)
            raise (self._told(error) if isinstance(error, OSError) else error) from error

    @property
    def place(self) -> Path:
        """Where the rows are now."""
        return self.partial if self.partial.exists() else self.out

    def _told(self, error: OSError) -> OSError:
        there = f"its first {self.count:,} rows are there" if self.count else "no row is there"
        return OSError(error.errno, f"{error.strerror or error}; {there}", str(self.place))

    def close(self) -> None:
        """Finish the table; without a row there is none.

        Raises:
            OSError: the Parquet table does not fit on the disk; the message names the CSV.
        """
        if self._file.closed:
            return
        self._file.close()
        if not self.count:
            self.partial.unlink()
        elif self._parquet:
            unfinished = self.out.with_name(f".{self.out.name}.unfinished")
            try:
                write_parquet(self.partial, unfinished, self.aus)
                os.replace(unfinished, self.out)
            except OSError as error:
                raise self._told(error) from error
            finally:
                unfinished.unlink(missing_ok=True)
            self.partial.unlink()
        elif self.partial.exists():  # stopped between two lines of ``write``
            os.replace(self.partial, self.out)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def check_table(out: Path) -> None:
    """Whether a table can be written there, as far as its name says.

    Raises:
        PredictorError: it cannot.
    """
    if out.suffix.lower() not in CSV + PARQUET:
        raise PredictorError(f"{out}: name a table to write, .csv or .parquet, with -o")
    if out.exists() and not out.is_file():
        raise PredictorError(f"{out}: is no file that a table could replace; name another with -o")


def write_parquet(source: Path, out: Path, aus: Sequence[str]) -> None:
    """Turn a CSV into Parquet, piece by piece; a column that is empty throughout keeps its type."""
    import pyarrow as pa
    from pyarrow import csv as reader
    from pyarrow import parquet as pq

    names = columns(aus)
    types = dict.fromkeys(names, pa.float64()) | dict.fromkeys(INTEGERS, pa.int64())
    types |= {"input": pa.string()} | {f"{au}_c": pa.int64() for au in aus}
    pieces = reader.open_csv(
        source,
        parse_options=reader.ParseOptions(newlines_in_values=True),
        convert_options=reader.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=False
        ),
    )
    with pq.ParquetWriter(out, pieces.schema) as writer:
        for piece in pieces:
            writer.write_batch(piece)
