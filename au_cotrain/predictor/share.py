"""A share: the part of a collection that one of several processes scores, and their merging."""

import csv
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from au_cotrain.errors import PredictorError, SettingError
from au_cotrain.predictor.scores_table import CSV, write_parquet

Item = TypeVar("Item")


class Share(NamedTuple):
    """The ``number``-th of ``shares``, from 1 on: a stretch of the collection, as long as others'.

    Every process is given the same inputs, so that each knows the same collection, and the same
    ``out``; it writes ``OUT.2-of-8.csv`` beside it, and the last one to finish merges them.
    """

    number: int
    shares: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2/8".

        Raises:
            SettingError: it is no such thing.
        """
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise SettingError(f"--shard is {text!r}; give 1/8 for the first of eight shares")
        return cls(int(found[1]), int(found[2]))

    def of(self, collection: Sequence[Item]) -> Sequence[Item]:
        """This share of it.

        Raises:
            SettingError: there is less to score than there are shares.
        """
        if len(collection) < self.shares:
            raise SettingError(
                f"--shard {self.number}/{self.shares}: there are {len(collection):,} pictures and "
                "videos, fewer than shares; give fewer shares"
            )
        first, end = (
            number * len(collection) // self.shares for number in (self.number - 1, self.number)
        )
        return collection[first:end]

    def place(self, out: Path) -> Path:
        """Where this share's table is, once it is whole."""
        return out.with_name(f"{out.stem}.{self.number}-of-{self.shares}.csv")

    def unfinished(self, out: Path) -> Path:
        """Where it grows until then."""
        return self.place(out).with_suffix(".unfinished.csv")

    def merge(self, out: Path, collection: Sequence[str], aus: Sequence[str]) -> int | None:
        """Put the shares' tables into one, in the collection's order, if all are there.

        They are removed then.

        Args:
            out: that table, CSV or Parquet.
            collection: names of all recordings, in order.
            aus: C names.

        Returns:
            The number of its rows, or None if shares are missing or another process merged them.

        Raises:
            PredictorError: the tables are not of this collection, which stays as it is.
        """
        parts = [self._replace(number=i + 1).place(out) for i in range(self.shares)]
        partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
        try:
            rows = self._concatenate(parts, partial, collection)
            if out.suffix.lower() in CSV:
                os.replace(partial, out)
            else:
                unfinished = partial.with_suffix(".unfinished")
                write_parquet(partial, unfinished, aus)
                os.replace(unfinished, out)
        except FileNotFoundError:
            return None
        finally:
            partial.unlink(missing_ok=True)
        for part in parts:
            part.unlink(missing_ok=True)
        return rows

    def _concatenate(self, parts: Sequence[Path], out: Path, collection: Sequence[str]) -> int:
        """Write all rows under one heading; they must be of the whole collection, in its order."""
        with ExitStack() as opened:
            tables = [
                csv.reader(opened.enter_context(part.open(newline="", encoding="utf-8")))
                for part in parts
            ]
            merged = opened.enter_context(out.open("w", newline="", encoding="utf-8"))
            writer = csv.writer(merged, lineterminator="\n")
            headings = [next(table) for table in tables]
            writer.writerow(headings[0])

            def names() -> Iterator[str]:
                for row in chain(*tables):
                    writer.writerow(row)
                    yield row[0]

            rows = [(name, sum(1 for _ in of)) for name, of in groupby(names())]
        same_columns = all(heading == headings[0] for heading in headings)
        if not same_columns or [name for name, _ in rows] != [n for n, _ in groupby(collection)]:
            raise PredictorError(
                f"{parts[0]} and the others are not of the inputs that are there now; remove them "
                "and score all shares anew, with the same inputs"
            )
        return sum(count for _, count in rows)
