"""The tables of the webfaces task: whose labels are seen, who is the pool, who chooses, who tests.

FOLDER holds `train.csv` and `val.csv` (`path, subject, emotion`, a column an AU) and
`labeled_250_seed0.csv` and the like, parts of `train.csv`. Of the people of `train.csv` without a
label in the largest such part of a seed, some are set apart to choose the epoch and fit thresholds
by; the pool is everyone else, without labels. `val.csv` is the test, which chooses nothing.

    python benchmarks/webfaces.py FOLDER OUT.csv

writes the pool of `au-cotrain pretrain --pool OUT.csv --within FOLDER`: faces of people who choose
for none of the seeds.
"""

import argparse
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

CHOOSERS = 1000
"""Faces, at least, by which the epoch is chosen."""
SEEDS = (0, 1, 2)
"""Of the lists."""


class Tables(NamedTuple):
    """Files for `data.labeled`, `data.val`, `data.test` and `data.unlabeled`."""

    labeled: Path
    val: Path
    test: Path
    pool: Path | None


def write_tables(
    folder: Path, out: Path, labels: int | None, pool: int | None, seed: int
) -> Tables:
    """Part the people, and write a table a part.

    Args:
        folder: of the faces.
        out: where the tables are written.
        labels: how many faces are coded: of a list in the folder, or fewer of its shortest one;
            None for all but the choosers'.
        pool: None for all faces that are left, 0 for none, or a number: those left of as many
            faces that `write_pretraining_pool` draws.
        seed: of the lists and the draws.
    """
    faces = _once(folder, pd.read_csv(folder / "train.csv"))
    draw = np.random.default_rng(seed)
    lists = _lists(folder, seed)
    val = _choosers(faces, lists, draw)
    if labels is None:
        labeled = ~val
    else:
        known = min(size for size in lists if size >= labels)
        labeled = faces["path"].isin(lists[known])
        rows = draw.permutation(np.flatnonzero(labeled))[:labels]
        labeled = pd.Series(np.isin(np.arange(len(faces)), rows), faces.index)
    rest = faces[~val & ~labeled]
    if pool is not None:
        rest = rest[rest.index.isin(_shared_pool(folder, faces, pool).index)]
    out.mkdir(parents=True, exist_ok=True)
    parts = {"labeled": faces[labeled], "val": faces[val], "test": pd.read_csv(folder / "val.csv")}
    aus = [name for name in faces if name.startswith("AU")]
    if len(rest):
        parts["pool"] = rest.drop(columns=aus)
    for name, part in parts.items():
        part.assign(path=[str(folder / path) for path in part["path"]]).to_csv(
            out / f"{name}.csv", index=False
        )
    return Tables(
        out / "labeled.csv", out / "val.csv", out / "test.csv",
        out / "pool.csv" if len(rest) else None,
    )  # fmt: skip


def write_pretraining_pool(folder: Path, out: Path, count: int | None) -> int:
    """Write the faces of people who choose for no seed, or ``count`` of them; say how many."""
    faces = _once(folder, pd.read_csv(folder / "train.csv"))
    pool = _shared_pool(folder, faces, count)[["path", "subject"]]
    pool.assign(path=[str(folder.resolve() / path) for path in pool["path"]]).to_csv(
        out, index=False
    )
    return len(pool)


def _shared_pool(folder: Path, faces: pd.DataFrame, count: int | None) -> pd.DataFrame:
    """Faces of people who choose for no seed, or ``count`` of them, the same for every seed."""
    choosers = pd.Series(False, faces.index)
    for seed in SEEDS:
        choosers |= _choosers(faces, _lists(folder, seed), np.random.default_rng(seed))
    pool = faces[~choosers]
    return pool.iloc[np.sort(np.random.default_rng(0).permutation(len(pool))[:count])]


def _lists(folder: Path, seed: int) -> dict[int, set[str]]:
    return {
        int(path.name.split("_")[1]): set(pd.read_csv(path)["path"])
        for path in folder.glob(f"labeled_*_seed{seed}.csv")
    }


def _choosers(
    faces: pd.DataFrame, lists: dict[int, set[str]], draw: np.random.Generator
) -> pd.Series:
    coded_people = set(faces["subject"][faces["path"].isin(set().union(*lists.values()))])
    free = np.array(sorted(set(faces["subject"]) - coded_people))
    order = draw.permutation(len(free))
    counts = faces["subject"].value_counts()
    needed = int(np.searchsorted(counts[free[order]].cumsum(), CHOOSERS)) + 1
    return faces["subject"].isin(free[order[:needed]])


def _once(folder: Path, faces: pd.DataFrame) -> pd.DataFrame:
    """Faces whose picture is no other's: the doctor found some under two people, and repeats."""
    content = [hashlib.sha256((folder / path).read_bytes()).digest() for path in faces["path"]]
    return faces[~pd.Series(content, faces.index).duplicated(keep=False)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, help="faces, drawn at random; default: all")
    chosen = parser.parse_args()
    found = write_pretraining_pool(chosen.folder, chosen.out, chosen.count)
    print(f"{chosen.out}: {found:,} faces")
