"""Findings: what is wrong with tables of faces, and what is worth knowing about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd

WRONG, NOTE = "wrong", "note"
"""Severities: a result trained on it would be wrong (or none: training stops), or worth knowing."""
LISTED = 1000
"""Occurrences of a kind in one manifest that are put in words; the rest are counted."""


class Kind(NamedTuple):
    """How a kind of finding is said."""

    one: str
    many: str
    way_out: str


KINDS = {
    "malformed-row": Kind(
        "malformed row", "malformed rows",
        "Not read, since its cells may stand under other columns; mend it.",
    ),
    "column": Kind("column in doubt", "columns in doubt", "Not read; mend the header."),
    "no-path": Kind("row without path", "rows without path", "Fill the cell or remove the row."),
    "no-subject": Kind(
        "row without subject", "rows without subject",
        "Nobody can say whether such a face's person is learned from and tested on; name them.",
    ),
    "elsewhere": Kind(
        "picture outside of the table's folder", "pictures outside of the table's folder",
        "If that is meant, name a folder that holds all pictures: --within here, data.within "
        "in a training.",
    ),
    "path-twice": Kind(
        "picture in two rows", "pictures in two rows", "Keep one of the rows."
    ),
    "label-range": Kind(
        "label out of range", "labels out of range",
        "Taken for unknown here; leave the cell empty where the AU was not coded.",
    ),
    "intensity-range": Kind(
        "intensity out of range", "intensities out of range",
        "Taken for unknown here; intensities run from 0 to 5, empty where not coded.",
    ),
    "label-against-intensity": Kind(
        "label against its intensity", "labels against their intensities",
        "No threshold of intensity gives these labels: look for shifted rows or columns.",
    ),
    "frame-twice": Kind(
        "frame in two rows", "frames in two rows",
        "One frame of one source has one row; keep the right one.",
    ),
    "frame-of-two-sources": Kind(
        "frame from two sources", "frames from two sources",
        "Two cameras, or two copies of the pictures? Both are learned from.",
    ),
    "missing": Kind(
        "label without picture", "labels without picture",
        "Training stops at the first in a split and passes over them in a pool; "
        "supply the pictures or remove the rows.",
    ),
    "unreadable": Kind(
        "unreadable picture", "unreadable pictures",
        "Training stops at the first in a split and passes over them in a pool; mend them or "
        "remove the rows.",
    ),
    "unlabeled": Kind(
        "frame without label", "frames without label", "Every AU of the row is unknown."
    ),
    "person-in-two-splits": Kind(
        "person in two splits", "people in two splits",
        "What is learned of a person there is tested here; keep each in one split.",
    ),
    "picture-in-two-splits": Kind(
        "picture in two splits", "pictures in two splits", "Keep each in one split."
    ),
    "copy-in-two-splits": Kind(
        "picture copied into two splits", "pictures copied into two splits",
        "Other files, pixel for pixel the same picture; keep each in one split.",
    ),
    "copy-under-two-people": Kind(
        "picture under two people", "pictures under two people",
        "Other files, pixel for pixel the same picture: one of the names is wrong.",
    ),
    "copy-labelled-otherwise": Kind(
        "picture with contradicting labels", "pictures with contradicting labels",
        "Other files, pixel for pixel the same picture: one of the labels is wrong.",
    ),
    "copy-of-nobody": Kind(
        "copied picture of nobody named", "copied pictures of nobody named",
        "Training parts such a set by picture, so that one copy may be learned from and the other "
        "tested on; keep one.",
    ),
    "copy": Kind(
        "picture that repeats", "pictures that repeat",
        "Pixel for pixel, in other files; video frames do.",
    ),
    "person-in-pool": Kind(
        "person of a split in the pool", "people of a split in the pool",
        "Training leaves people of validation and test out of the pool.",
    ),
    "picture-in-pool": Kind(
        "picture of a split in the pool", "pictures of a split in the pool",
        "Training leaves them out of the pool.",
    ),
    "copy-in-pool": Kind(
        "copy of a split's picture in the pool", "copies of a split's pictures in the pool",
        "Another file and no name in common, so training would learn from them; remove them.",
    ),
    "aus-differ": Kind(
        "AU some splits lack", "AUs some splits lack",
        "Training stops unless data.aus names AUs that every split has.",
    ),
    "alignment-differs": Kind(
        "alignment that differs", "alignments that differ",
        "Faces cut out in two ways are two kinds of pictures; prepare all with one.",
    ),
    "not-coded": Kind("AU not coded", "AUs not coded", "Unknown in every row."),
    "never-positive": Kind(
        "AU never positive", "AUs never positive", "Nothing to recognise it by."
    ),
    "never-negative": Kind(
        "AU never negative", "AUs never negative", "Nothing to tell it from."
    ),
    "prevalence": Kind(
        "prevalence far from the published", "prevalences far from the published",
        "Further than the choice of people explains: columns in another order, or unknown read "
        "as absent?",
    ),
    "not-judged": Kind(
        "prevalence not judged", "prevalences not judged",
        "Too few people with known labels to tell chance from error.",
    ),
    "people-count": Kind(
        "set with too many people", "sets with too many people",
        "More than it has: people under two names, or another set among it?",
    ),
    "left-out": Kind(
        "reason why prepare left faces out", "reasons why prepare left faces out", ""
    ),
    "metadata": Kind("doubt about the metadata", "doubts about the metadata", ""),
}  # fmt: skip
"""Kind → how it is said. The keys stand in the table of findings."""


@dataclass
class Group:
    """All findings of a kind and severity in one manifest."""

    manifest: str
    kind: str
    severity: str
    count: int = 0
    rows: list[int] = field(default_factory=list)
    """Of the first ``LISTED``: their lines in the table; 0 for the whole table or a folder."""
    whats: list[str] = field(default_factory=list)
    """The same ones in words."""

    @property
    def heading(self) -> str:
        """How many of what: ``312 labels out of range``."""
        kind = KINDS[self.kind]
        return f"{self.count:,} {kind.one if self.count == 1 else kind.many}"


class Findings:
    """Findings of one examination, in the order in which they were made.

    Occurrences are counted without end and put in words up to ``LISTED`` a group: a wrong column
    in a million rows costs no memory.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], Group] = {}

    def add(
        self, manifest: object, kind: str, what: str, row: int = 0, severity: str = WRONG
    ) -> None:
        """Note one."""
        self.add_all(manifest, kind, [row], [what], severity)

    def add_all(
        self,
        manifest: object,
        kind: str,
        rows: Sequence[int] | np.ndarray,
        whats: Iterable[str],
        severity: str = WRONG,
    ) -> None:
        """Note several.

        Args:
            manifest: the table or folder, as the user named it.
            kind: a key of ``KINDS``.
            rows: lines in the table, 0 for none.
            whats: those of ``rows`` in words; a generator is asked for the first ones only.
            severity: ``WRONG`` or ``NOTE``.
        """
        if not len(rows):
            return
        key = (str(manifest), kind, severity)
        group = self._groups.setdefault(key, Group(_printable(str(manifest)), kind, severity))
        listed = islice(zip(rows, whats, strict=False), LISTED - len(group.rows))
        for row, what in listed:
            group.rows.append(int(row))
            group.whats.append(_printable(what))
        group.count += len(rows)

    def of(self, severity: str) -> list[Group]:
        """The groups of a severity."""
        return [group for group in self._groups.values() if group.severity == severity]

    @property
    def verdict(self) -> str:
        """``sound``, or how many things would make a result wrong; then the notes."""
        wrong, notes = len(self.of(WRONG)), len(self.of(NOTE))
        first = "sound"
        if wrong:
            first = f"{wrong} thing{'s' * (wrong > 1)} would make a result wrong"
        return first + (f"; {notes} worth knowing" if notes else "")

    def table(self) -> pd.DataFrame:
        """Columns ``manifest, kind, severity, row, what``; what is wrong comes first.

        ``row`` is empty where a finding is of a whole manifest, or of a folder's picture. Where a
        kind occurs more than ``LISTED`` times in a manifest, one more row says how many more.
        """
        cells: list[tuple[str, str, str, int | None, str]] = []
        for group in self.of(WRONG) + self.of(NOTE):
            same = (group.manifest, group.kind, group.severity)
            listed = zip(group.rows, group.whats, strict=True)
            cells += [(*same, row or None, what) for row, what in listed]
            if group.count > len(group.rows):
                cells.append((*same, None, f"and {group.count - len(group.rows)} more like these"))
        table = pd.DataFrame(cells, columns=["manifest", "kind", "severity", "row", "what"])
        return table.astype({"row": "Int64"} | dict.fromkeys(table.columns.drop("row"), "string"))


def _printable(text: str) -> str:
    """Cells and names may hold anything; a report is printed."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
