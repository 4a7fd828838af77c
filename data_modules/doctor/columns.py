"""Columns of a table: which of them mean something, and which are in doubt."""

from dataclasses import dataclass, field
from pathlib import Path

from data_modules.doctor.finding import WRONG, Findings
from data_modules.errors import DataError
from data_modules.facs import looks_like_au, parse_au, parse_intensity

NAMES = ("path", "subject", "task", "frame", "source")


@dataclass(frozen=True)
class Columns:
    """Places of columns in a table."""

    named: dict[str, int]
    """Those of ``NAMES``."""
    aus: dict[str, int] = field(default_factory=dict)
    """AU → its labels, in the table's order."""
    intensities: dict[str, int] = field(default_factory=dict)
    """AU → its intensities."""

    @property
    def wanted(self) -> set[int]:
        """All places."""
        return {*self.named.values(), *self.aus.values(), *self.intensities.values()}


def read_columns(
    table: Path, names: list[str], pool: bool, nameless: bool, findings: Findings
) -> Columns:
    """Tell what each column holds.

    Args:
        table: for messages.
        names: of the columns.
        pool: whether nothing but ``path`` and ``subject`` means anything.
        nameless: whether this is a set that does not say who is in a picture.
        findings: gets columns in doubt; the first of two that are named alike is taken.

    Raises:
        DataError: there is no column ``path``.
    """
    columns = Columns({})
    for place, name in enumerate(names):
        target, key = _meaning(name, columns)
        if names.index(name) < place:
            findings.add(table, "column", f"two columns are named {name!r}", 1)
        elif key in target:
            first = names[target[key]]
            findings.add(table, "column", f"columns {first!r} and {name!r} are both {key}", 1)
        elif pool and key not in ("path", "subject"):
            continue
        elif key:
            target[key] = place
        elif looks_like_au(name):
            findings.add(table, "column", f"{name!r} is no action unit of FACS", 1)
    if "path" not in columns.named:
        raise DataError(
            f"{table}:1: no column 'path' (there are {', '.join(names)}); "
            "say where each picture is, columns parted by commas"
        )
    if not pool and not columns.aus:
        what = "no AU column; name them AU1, AU2, ..., or give unlabeled faces with --pool"
        findings.add(table, "column", what, 1, WRONG)
    if not pool and not nameless and "subject" not in columns.named:
        what = "no column 'subject', so that nobody can say who is both learned from and tested on"
        findings.add(table, "column", what, 1, WRONG)
    return columns


def _meaning(name: str, columns: Columns) -> tuple[dict[str, int], str]:
    """Where a column belongs and under which key; an empty one where it means nothing."""
    if name.lower() in NAMES:
        return columns.named, name.lower()
    if intensity := parse_intensity(name):
        return columns.intensities, intensity
    return columns.aus, parse_au(name) or ""
