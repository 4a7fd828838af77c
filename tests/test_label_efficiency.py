"""The benchmark's ledger, and that its tables keep people apart. Its trainings are not tests."""

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import webfaces
from ladder import RUNGS
from ladder_table import draw_plot, write_table
from ledger import Ledger


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Sixty people with two faces each, twenty of whom are in the list of labels."""
    monkeypatch.setattr(webfaces, "CHOOSERS", 20)
    root = tmp_path / "web"
    root.mkdir()
    rows = [{"path": f"{i}.jpg", "subject": f"p{i // 2}", "AU12": i % 2} for i in range(120)]
    for row in rows:
        (root / row["path"]).write_text(row["path"])
    (root / "119.jpg").write_text("7.jpg")  # the same picture under two people
    pd.DataFrame(rows).to_csv(root / "train.csv", index=False)
    pd.DataFrame(rows[:3]).to_csv(root / "val.csv", index=False)
    pd.DataFrame(rows[:40:2]).to_csv(root / "labeled_20_seed0.csv", index=False)
    return root


def people(table: Path) -> set[str]:
    return set(pd.read_csv(table)["subject"])


def test_choosers_are_strangers_and_the_pool_has_no_labels(folder, tmp_path):
    tables = webfaces.write_tables(folder, tmp_path / "out", 20, None, seed=0)
    assert len(pd.read_csv(tables.labeled)) == 20
    assert 20 <= len(pd.read_csv(tables.val)) <= 21
    assert not people(tables.val) & (people(tables.labeled) | people(tables.pool))
    pool = pd.read_csv(tables.pool)
    assert "AU12" not in pool
    assert not set(pool["path"]) & set(pd.read_csv(tables.labeled)["path"])
    seen = [Path(path).name for table in tables for path in pd.read_csv(table)["path"]]
    assert "119.jpg" not in seen and "7.jpg" not in seen


def test_the_choosers_are_the_same_whatever_is_labeled(folder, tmp_path):
    parts = [
        webfaces.write_tables(folder, tmp_path / f"{labels}", labels, None, seed=0)
        for labels in (20, 10, None)
    ]
    assert len({frozenset(people(tables.val)) for tables in parts}) == 1
    assert [len(pd.read_csv(tables.labeled)) for tables in parts[:2]] == [20, 10]
    everyone = pd.read_csv(parts[2].labeled)
    assert len(everyone) + len(pd.read_csv(parts[2].val)) == 118


def test_a_smaller_pool_is_that_of_the_pretraining_without_the_labeled(folder, tmp_path):
    count = webfaces.write_pretraining_pool(folder, tmp_path / "pool.csv", 30)
    drawn = set(pd.read_csv(tmp_path / "pool.csv")["path"])
    tables = webfaces.write_tables(folder, tmp_path / "out", 20, 30, seed=0)
    labeled = set(pd.read_csv(tables.labeled)["path"])
    assert count == len(drawn) == 30 and drawn & labeled
    assert set(pd.read_csv(tables.pool)["path"]) == drawn - labeled


def test_without_a_pool_there_is_no_table(folder, tmp_path):
    assert webfaces.write_tables(folder, tmp_path / "out", 20, 0, seed=0).pool is None


def test_a_ledger_remembers_and_becomes_a_table(tmp_path):
    file = tmp_path / "results.json"
    ledger = Ledger(file)
    for rung, labels, auc in (
        ("ceiling", None, 1.0),
        ("supervised", 250, 0.8),
        ("mlcr", 250, 0.85),
    ):
        for seed in (0, 1):
            cell = {"task": "webfaces", "rung": rung, "labels": labels, "pool": None, "seed": seed}
            mean = {"f1": 0.4, "f1_fitted": 0.5, "auc": auc + 0.02 * seed}
            ledger.note(cell, {"test": {"mean": mean}}, 60, {"date": "2026-01-01"})
    again = Ledger(file)
    assert again.holds(cell) and not again.holds({**cell, "seed": 2})
    write_table(again.cells, tmp_path / "table.md")
    text = (tmp_path / "table.md").read_text()
    line = next(row for row in text.splitlines() if RUNGS["mlcr"].title in row)
    assert "0.860 ± 0.014" in line and "+0.050 ± 0.000" in line and "85%" in line
    draw_plot(again.cells, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 10_000


def test_a_table_tells_what_cannot_be_compared(tmp_path):
    cells = [
        {"task": "rendered", "rung": rung, "labels": None, "pool": None, "seed": seed}
        | {"seconds": 60, "metrics": {"test": {"mean": {"f1": 0.4, "f1_fitted": 0.5, "auc": 0.8}}}}
        for rung, seed in (("supervised", 0), ("mlcr", 0), ("mlcr", 1))
    ]
    write_table(cells, tmp_path / "table.md")
    rows = (tmp_path / "table.md").read_text().splitlines()
    assert rows[-1].count("+0.000 (1 of 2 seeds)") == 2
    assert all(row.split("|")[-3].strip() == "" for row in rows[-2:])  # there is no ceiling
