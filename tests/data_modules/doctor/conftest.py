"""Small experiments without a fault, into which a test plants one."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_modules.doctor import examine


@pytest.fixture
def experiment(draw, noise, tmp_path):
    """Two sound splits: ``train.csv`` of people A and B, ``val.csv`` of C and D."""

    def build(name, people, seed):
        rows = ["path,subject,AU1,AU12"]
        for place, (person, labels) in enumerate((p, x) for p in people for x in ("0,1", "1,0")):
            picture = draw(f"{name}/{place}.png", pixels=noise(seed + place, side=24))
            rows.append(f"{name}/{picture.name},{person},{labels}")
        table = tmp_path / f"{name}.csv"
        table.write_text("\n".join(rows) + "\n")
        return table

    return build("train", "AB", 0), build("val", "CD", 100)


@pytest.fixture
def found():
    """Examine and tell each finding as (manifest's name, kind, severity, row, what)."""

    def found(*manifests, **options):
        table = examine(manifests, **options).findings.table().fillna({"row": 0})
        names = [name.rpartition("/")[2] for name in table["manifest"]]
        return list(zip(names, table["kind"], table["severity"], table["row"], table["what"],
                        strict=True))  # fmt: skip

    return found


@pytest.fixture
def prepared(tmp_path, draw, noise):
    """Write a folder as ``prepare`` does; columns given replace or join the usual ones."""

    def prepared(name="out", dataset="disfa", metadata=None, **columns):
        size = len(next(iter(columns.values()))) if columns else 3
        first = 10_000 * sum(map(ord, name))  # no two folders share a picture
        pictures = [
            draw(f"{name}/crops/{i}.png", pixels=noise(first + i, 16)).name for i in range(size)
        ]
        table = pd.DataFrame(
            {
                "path": [f"crops/{picture}" for picture in pictures],
                "subject": [f"{name}{i}" for i in range(size)],
                "task": pd.array([None] * size, "string"),
                "frame": np.arange(size),
                "source": "Videos/Left.avi",
                "AU01": pd.array([i % 2 for i in range(size)], "Int8"),
                **columns,
            }
        )
        said = {"set": dataset, "alignment": {"method": "none", "size": 16}, **(metadata or {})}
        content = pa.Table.from_pandas(table, preserve_index=False)
        content = content.replace_schema_metadata({"au_cotrain": json.dumps(said)})
        pq.write_table(content, tmp_path / name / "manifest.parquet")
        return tmp_path / name

    return prepared
