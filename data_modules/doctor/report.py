"""The report: an examination on the screen, and as tables to read in."""

from pathlib import Path

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from data_modules.doctor.chart import Chart
from data_modules.doctor.examination import Examination
from data_modules.doctor.finding import KINDS, NOTE, WRONG, Group
from data_modules.errors import DataError
from data_modules.facs import parse_au

EXAMPLES = 3
"""Occurrences of a kind that are printed."""


def print_report(examination: Examination, console: Console) -> None:
    """Print what was counted, what is wrong, what is worth knowing, and the verdict."""
    for chart in examination.charts:
        _print_chart(chart, console)
    for severity, title in ((WRONG, "Wrong"), (NOTE, "Worth knowing")):
        groups = examination.findings.of(severity)
        if groups:
            console.print(Text(title, "bold red" if severity == WRONG else "bold"))
        for group in groups:
            _print_group(group, console)
    verdict = examination.findings.verdict
    console.print(Text(verdict, "bold green" if examination.sound else "bold red"))


def _print_chart(chart: Chart, console: Console) -> None:
    record = chart.record
    title = Text(str(record.source), "bold", overflow="fold")
    dataset = record.origin.dataset
    title.append(f"  {dataset or ''}{' ' * bool(dataset)}{'pool' * record.pool}".rstrip(), "dim")
    console.print(title)
    said = f"{len(record):,} faces"
    if len(chart.frames):
        least, middle, most = chart.frames.min(), np.median(chart.frames), chart.frames.max()
        said += f" of {len(chart.frames):,} people, {_span(least, middle, most)}"
    elif len(record):
        said += ", nobody named"
    _print(Text(said), 2, console)
    if (chart.aus["known"] > 0).any():
        console.print(Padding(_aus(chart.aus), (0, 0, 0, 2), expand=False))
    console.print()


def _span(least: int, middle: float, most: int) -> str:
    if least == most:
        return f"{least:,} of each"
    return f"{least:,} to {most:,} of each (median {middle:,.0f})"


def _aus(aus: pd.DataFrame) -> Table:
    compared = bool(aus["published"].notna().any())
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    table.add_column("AU")
    for name in ("known", "positives", "prevalence", "unknown"):
        table.add_column(name, justify="right")
    if compared:
        table.add_column("published", justify="right")
        table.add_column("± by chance", justify="right")
    for row in aus[aus["known"] > 0].to_dict("records"):  # the others are worth a note, not a wall
        far = abs(row["prevalence"] - row["published"]) > row["allowed"]
        cells = [
            row["au"], f"{row['known']:,}", f"{row['positives']:,}", _decimal(row["prevalence"]),
            f"{row['unknown_rate']:.1%}",
        ]  # fmt: skip
        if compared:
            cells += [_decimal(row["published"]), _decimal(row["allowed"]) + " far" * far]
        table.add_row(*cells, style="red" if far else None)
    return table


def _decimal(number: float) -> str:
    return "" if np.isnan(number) else f"{number:.3f}"


def _print_group(group: Group, console: Console) -> None:
    heading = Text(f"{group.heading} in ", "bold").append(group.manifest, "not bold")
    _print(heading, 2, console)
    if not any(group.rows) and all(map(parse_au, group.whats)):
        lines, more = [" ".join(group.whats)], 0
    else:
        shown = list(zip(group.rows, group.whats, strict=True))[:EXAMPLES]
        lines = [(f"{group.manifest}:{row}: " if row else "") + what for row, what in shown]
        more = group.count - len(shown)
    for line in [*lines, *[f"... and {more:,} more"] * (more > 0)]:
        _print(Text(line), 6, console)
    if way_out := KINDS[group.kind].way_out:
        _print(Text(way_out, "italic"), 4, console)


def _print(text: Text, indent: int, console: Console) -> None:
    """A paragraph in the room there is, without blanks at the ends of its lines."""
    for line in text.wrap(console, console.width - indent, overflow="fold"):
        line.rstrip()
        console.print(Text(" " * indent) + line, soft_wrap=True)


def tables_of(out: Path, inputs: list[Path]) -> tuple[Path, Path]:
    """Where the findings and the AUs' numbers go.

    Args:
        out: a file ending in .csv or .parquet, beside which ``STEM-aus`` is written, or a folder.
        inputs: tables that may not be written over.

    Raises:
        DataError: it would write over one of them.
    """
    if out.suffix.lower() in (".csv", ".parquet") and not out.is_dir():
        tables = out, out.with_name(f"{out.stem}-aus{out.suffix}")
    else:
        tables = out / "findings.csv", out / "findings-aus.csv"
    taken = {path.resolve() for path in inputs}
    for table in tables:
        if table.resolve() in taken:
            raise DataError(f"{table}: --out would write over this table; give another")
    return tables


def write_tables(examination: Examination, findings: Path, aus: Path) -> None:
    """Write findings (see ``Findings.table``) and numbers of AUs (see ``chart.COLUMNS``)."""
    for table, path in ((examination.findings.table(), findings), (examination.aus, aus)):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".parquet":
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False)
