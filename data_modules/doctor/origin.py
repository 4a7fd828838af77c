"""Where a manifest comes from: what ``prepare`` wrote into it and beside it."""

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data_modules.doctor.finding import NOTE, Findings
from data_modules.prepared_set import LEFT_OUT, METADATA


@dataclass(frozen=True)
class Origin:
    """What is known of how a manifest was made."""

    dataset: str | None = None
    """A name of ``prepared_set.SETS``."""
    alignment: dict[str, Any] | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason → frames with only a picture or only a code, or without a face."""


def read_origin(table: Path, dataset: str | None, findings: Findings) -> Origin:
    """Read what ``prepare`` says of a manifest; nothing of it is needed.

    Args:
        table: the manifest.
        dataset: the set's name where the manifest does not say it.
        findings: gets what cannot be read, and what was left out.
    """
    said: dict[str, Any] = {}
    if table.suffix.lower() == ".parquet":
        try:
            said = json.loads((pq.read_schema(table).metadata or {}).get(METADATA, b"{}"))
            if not isinstance(said, dict):
                raise ValueError("not an object")
        except ValueError as error:
            findings.add(table, "metadata", f"cannot be read ({error}); left alone", severity=NOTE)
            said = {}
    named = said.get("set")
    if named and dataset and named != dataset:
        what = f"it says its set is {named}, so --set {dataset} is not applied to it"
        findings.add(table, "metadata", what, severity=NOTE)
    left_out = said.get("left_out") or _left_out(table)
    for reason, count in sorted(left_out.items()):
        what = f"{reason}: {count:,}" if isinstance(count, int) else str(reason)
        findings.add(table, "left-out", what, severity=NOTE)
    return Origin(named or dataset, said.get("alignment"), left_out)


def _left_out(table: Path) -> dict[str, int]:
    """Counted in ``left_out.csv`` beside a manifest of ``prepare``."""
    beside = table.with_name(LEFT_OUT)
    if table.stem != "manifest" or not beside.is_file():
        return {}
    with beside.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reasons = [row.get("reason") or "" for row in csv.DictReader(file)]
    return dict(Counter(reason.partition(":")[0] for reason in reasons))
