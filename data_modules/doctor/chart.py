"""Charts: what is counted in a table, beside what is published of its set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_modules.doctor.finding import NOTE, Findings
from data_modules.doctor.prevalence import Judgement, judge
from data_modules.doctor.published import PUBLISHED, Published
from data_modules.doctor.record import Record
from data_modules.facs import UNKNOWN

COLUMNS = {
    "manifest": "string", "au": "string", "rows": "int64", "people": "int64", "known": "int64",
    "positives": "int64", "prevalence": "float64", "unknown_rate": "float64",
    "published": "float64", "standard_error": "float64", "allowed": "float64",
}  # fmt: skip
"""Of ``Chart.aus``; the last three as in ``prevalence.Judgement``, empty where not judged."""


@dataclass(frozen=True)
class Chart:
    """What is counted in one table or pool."""

    record: Record
    frames: np.ndarray
    """Faces of each person, in no order; none where nobody is named."""
    aus: pd.DataFrame
    """A row an AU, see ``COLUMNS``; none for a pool."""


def draw_charts(
    records: Sequence[Record], people: Sequence[np.ndarray], findings: Findings
) -> list[Chart]:
    """Count, and compare prevalences with the published ones.

    Splits of one set are judged each and then together: all its people leave nothing to chance,
    so that columns of two AUs that are alike show too when they are exchanged.

    Args:
        records: splits and pools.
        people: for each record, (N,) which person each face has; -1 where unknown.
        findings: gets prevalences far from the published ones.
    """
    charts = []
    sets: dict[str, list[tuple[Record, np.ndarray]]] = {}
    far: set[str] = set()
    for record, persons in zip(records, people, strict=True):
        judged: dict[str, Judgement] = {}
        dataset = record.origin.dataset or ""
        if not record.pool and dataset in PUBLISHED:
            sets.setdefault(dataset, []).append((record, persons))
            judged = judge(record.faces.labels, persons, record.aus, PUBLISHED[dataset])
            far |= _say(str(record.source), judged, set(), findings)
            _say_few(record, persons, judged, PUBLISHED[dataset], findings)
        charts.append(_chart(record, persons, judged))
    for dataset, members in sets.items():
        if len(members) > 1 and _apart([persons for _, persons in members]):
            aus = tuple(au for au in members[0][0].aus if all(au in one.aus for one, _ in members))
            columns = [
                record.faces.labels[:, [record.aus.index(au) for au in aus]]
                for record, _ in members
            ]
            persons = np.concatenate([persons for _, persons in members])
            judged = judge(np.concatenate(columns), persons, aus, PUBLISHED[dataset])
            together = " + ".join(str(record.source) for record, _ in members)
            _say(together, judged, far, findings)
    return charts


def _chart(record: Record, people: np.ndarray, judged: dict[str, Judgement]) -> Chart:
    frames = np.bincount(people[people >= 0])
    frames = frames[frames > 0]
    rows = []
    for place, au in enumerate(() if record.pool else record.aus):
        column = record.faces.labels[:, place]
        known, positives = int((column != UNKNOWN).sum()), int((column == 1).sum())
        one = judged.get(au)
        rows.append((
            str(record.source), au, len(record), len(frames), known, positives,
            positives / known if known else np.nan,
            1 - known / len(record) if len(record) else np.nan,
            *((one.published, one.standard_error, one.allowed) if one else (np.nan,) * 3),
        ))  # fmt: skip
    return Chart(record, frames, pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))


def _apart(people: Sequence[np.ndarray]) -> bool:
    """Whether no person is in two of them: who is counted twice would weigh double."""
    each = [np.unique(persons[persons >= 0]) for persons in people]
    return len(np.unique(np.concatenate(each))) == sum(map(len, each))


def _say(
    manifest: str, judged: dict[str, Judgement], said: set[str], findings: Findings
) -> set[str]:
    """Which AUs are far, besides those said already."""
    far = {au for au, one in judged.items() if one.far} - said
    for au in sorted(far):
        one = judged[au]
        what = (
            f"{au} {one.prevalence:.3f}, published {one.published:.3f}: {one.distance:.3f} off, "
            f"where {one.people} people explain {one.allowed:.3f}"
        )
        findings.add(manifest, "prevalence", what)
    return far


def _say_few(
    record: Record,
    people: np.ndarray,
    judged: dict[str, Judgement],
    published: Published,
    findings: Findings,
) -> None:
    """What stands in the way of a judgement."""
    for au, one in judged.items():
        if np.isnan(one.allowed):
            what = f"{au}: known labels of {one.people} people"
            findings.add(record.source, "not-judged", what, severity=NOTE)
    persons = len(np.unique(people[people >= 0]))
    if persons > published.people:
        what = f"{persons} people; {record.origin.dataset} has {published.people}"
        findings.add(record.source, "people-count", what, severity=NOTE)
