"""Tables and a plot of a ladder's ledger: means over seeds, spreads, paired differences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from ladder import RUNGS

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

SCORES = {"f1": "F1 at 0.5", "f1_fitted": "F1 at fitted thresholds", "auc": "AUC"}
BASE, CEILING = "supervised", "ceiling"
CURVES = ("supervised", "mlcr", "ours")
"""Rungs whose curves over labels are drawn."""
WITHOUT_POOL = {"mlcr": "supervised", "ours": "supervised-rendered"}
"""Rungs whose curves over the pool are drawn, and what they are without one."""
BELOW: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.12), "frameon": False}
"""Where a curve's legend hides no point."""
EVERYONE = 6900
"""Faces of the whole pool, about; its place on the axis."""


def frame_of(cells: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A row a cell: what it is, and the test's mean scores."""
    rows = [
        {key: cell[key] for key in ("task", "rung", "labels", "pool", "seed", "seconds")}
        | {name: cell["metrics"]["test"]["mean"][name] for name in SCORES}
        for cell in cells
    ]
    return pd.DataFrame(rows)


def write_table(cells: Sequence[dict[str, Any]], out: Path) -> None:
    """Write Markdown: a table a task and number of labels, of cells with the whole pool."""
    frame = frame_of(cells)
    parts = []
    for task, of_task in frame.groupby("task", sort=False):
        for labels in sorted(of_task["labels"].dropna().unique()) or [None]:
            mine = of_task[of_task["labels"].isna() | (of_task["labels"] == labels)]
            named = "" if labels is None else f", {labels:.0f} labels"
            parts.append(f"### {task}{named}\n\n{_ladder(mine)}")
    out.write_text("\n\n".join(parts) + "\n")


def _ladder(frame: pd.DataFrame) -> str:
    """Rungs in order; differences are to two supervised views of the same seed."""
    lines = [
        "| rung | seeds | " + " | ".join(SCORES.values()) + " | F1 - supervised | AUC - supervised "
        "| of the ceiling's F1, AUC | min |",
        "| --- " * 9 + "|",
    ]
    seeds = {
        rung: group.set_index("seed")
        for rung, group in frame[frame["pool"].isna() | (frame["pool"] == 0)].groupby("rung")
    }
    for rung, about in RUNGS.items():
        if rung not in seeds:
            continue
        mine = seeds[rung]
        cells = [_spread(mine[name]) for name in SCORES]
        for name in ("f1_fitted", "auc"):
            paired = mine[name] - seeds[BASE][name] if BASE in seeds else mine[name] * float("nan")
            pairs = paired.dropna()
            few = f" ({len(pairs)} of {len(mine)} seeds)" if 0 < len(pairs) < len(mine) else ""
            cells.append("" if rung == BASE else _spread(pairs, signed=True) + few)
        ratios = [
            f"{mine[name].mean() / seeds[CEILING][name].mean():.0%}"
            for name in ("f1_fitted", "auc")
            if CEILING in seeds
        ]
        minutes = f"{mine['seconds'].mean() / 60:.1f}"
        lines.append(
            f"| {about.title} | {len(mine)} | {' | '.join(cells)} | {', '.join(ratios)} "
            f"| {minutes} |"
        )
    return "\n".join(lines)


def _spread(values: pd.Series, signed: bool = False) -> str:
    if values.empty:
        return ""
    mean = f"{values.mean():+.3f}" if signed else f"{values.mean():.3f}"
    return mean if len(values) < 2 else f"{mean} ± {values.std():.3f}"


def draw_plot(cells: Sequence[dict[str, Any]], out: Path) -> None:
    """Draw the ladder of webfaces, and the curves over labels and over the pool."""
    frame = frame_of(cells)
    web = frame[frame["task"] == "webfaces"]
    if web.empty:
        return
    figure, (ladder, labels, pool) = plt.subplots(
        1, 3, figsize=(15, 5), layout="constrained", width_ratios=[1.4, 1, 1]
    )
    whole = web[web["pool"].isna() | (web["pool"] == 0)]
    few = whole[whole["labels"].isna() | (whole["labels"] == 250)]
    rungs = [rung for rung in RUNGS if rung in set(few["rung"])]
    for place, rung in enumerate(rungs):
        values = few[few["rung"] == rung]["auc"]
        ladder.plot(values, [place] * len(values), "o", color="tab:blue", alpha=0.5)
        ladder.plot([values.mean()], [place], "|", color="black", markersize=14)
    ladder.set_yticks(range(len(rungs)), [RUNGS[rung].title for rung in rungs])
    ladder.invert_yaxis()
    ladder.set(xlabel="AUC, mean of 12 AUs", title="250 labels and the pool, a dot a seed")
    _curves(labels, whole[whole["rung"].isin(CURVES)], "labels", "labeled faces")
    for rung, style in ((CEILING, ":"), (f"{CEILING}-adapted", "--")):
        best = whole[whole["rung"] == rung]["auc"]
        if len(best):
            labels.axhline(best.mean(), color="grey", linestyle=style, label=RUNGS[rung].title)
    if labels.lines:
        labels.legend(**BELOW)
    pools = web[(web["labels"] == 250) & (web["seed"] == 0)].fillna({"pool": EVERYONE})
    _curves(
        pool,
        pd.concat(
            pools[
                (pools["rung"] == rung) | ((pools["rung"] == less) & (pools["pool"] == 0))
            ].assign(rung=rung)
            for rung, less in WITHOUT_POOL.items()
        ),
        "pool",
        "pool faces, one seed",
    )
    figure.savefig(out, dpi=110)
    plt.close(figure)


def _curves(axis: Axes, frame: pd.DataFrame, by: str, title: str) -> None:
    for place, rung in enumerate(CURVES):
        line = frame[frame["rung"] == rung].groupby(by)["auc"].mean()
        if len(line):
            label = RUNGS[rung].title
            axis.plot(line.index, line.to_numpy(), "o-", color=f"C{place}", label=label)
    axis.set(xlabel=title, ylabel="AUC", title=f"by {title}")
    axis.set_xscale("symlog", linthresh=100)
    seen = sorted(frame[by].unique())
    axis.set_xticks(seen, [f"{value:,.0f}" for value in seen])
    axis.minorticks_off()
    if axis.lines:
        axis.legend(**BELOW)
