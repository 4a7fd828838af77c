"""What a preparation leaves: a manifest, and a list of what was left out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_modules.preparation.claim import partial_file, write_whole
from data_modules.preparation.plan import Plan
from data_modules.prepared_set import LEFT_OUT, MANIFEST, METADATA


@dataclass(frozen=True)
class Prepared:
    """What a preparation came to."""

    manifest: Path
    rows: int
    left_out: Mapping[str, int]
    """Reason → number, the most frequent first; a reason ends at its first colon."""
    already: bool
    """Whether it was finished before."""
    cut: int = 0
    """Faces of the plan that this run worked at, without those that a stopped one had done."""
    seconds: float = 0.0
    """How long it was at them."""


def write_listing(
    plan: Plan,
    out: Path,
    faces: pd.DataFrame,
    reasons: Sequence[str | None],
    alignment: Mapping[str, Any],
) -> None:
    """Write the list of what was left out and, last of all, the manifest.

    Args:
        plan: what was to be cut.
        out: the folder.
        faces: N rows of the manifest, and ``place``.
        reasons: N reasons why a row was left out; None for one that was not.
        alignment: how the faces were cut out.
    """
    why = pd.Series(list(reasons), faces.index, dtype="string")
    lost = faces[why.notna()].assign(reason=why[why.notna()])
    columns = ["source", "subject", "task", "frame", "reason"]
    left_out = pd.concat([plan.left_out[columns], lost[columns]], ignore_index=True)
    write_whole(out, out / LEFT_OUT, left_out.to_csv(index=False, lineterminator="\n").encode())
    kept = faces[why.isna()].drop(columns="place")
    said = {
        "set": plan.dataset, "alignment": dict(alignment), "assumed": list(plan.assumed),
        "left_out": _counted(left_out["reason"]), "rows": len(kept),
    }  # fmt: skip
    kinds = {"string": pa.string(), "Int64": pa.int64(), "Int8": pa.int8()}
    schema = pa.schema(
        [(name, kinds[str(kind)]) for name, kind in kept.dtypes.items()],
        metadata={METADATA: json.dumps(said).encode()},
    )
    table = pa.Table.from_arrays(
        [pa.array(kept[field.name], field.type, from_pandas=True) for field in schema],
        schema=schema,
    )
    partial = partial_file(out)
    pq.write_table(table, partial)
    partial.replace(out / MANIFEST)


def _counted(reasons: "pd.Series[str]") -> dict[str, int]:
    return dict(Counter(reason.partition(":")[0] for reason in reasons).most_common())


def read_listing(out: Path, already: bool) -> Prepared:
    """What a finished preparation came to."""
    said = json.loads(pq.read_schema(out / MANIFEST).metadata[METADATA])
    return Prepared(out / MANIFEST, said["rows"], said["left_out"], already)


def first_left_out(out: Path) -> list[tuple[str, int, str]]:
    """Per reason, the most frequent first: the reason, how many, and the first of them."""
    table = pd.read_csv(out / LEFT_OUT, dtype="string", keep_default_na=False)
    kinds = table["reason"].str.partition(":")[0]
    told = []
    for kind, number in _counted(table["reason"]).items():
        first = table[kinds == kind].iloc[0]
        where = [first["source"], first["frame"] and f"frame {first['frame']}"]
        why = first["reason"].partition(":")[2].strip()
        told.append((kind, number, ", ".join(filter(None, where)) + (why and f": {why}")))
    return told
