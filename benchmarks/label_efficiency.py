r"""Do unlabeled faces make up for missing labels? A ladder of trainings, repeated over seeds.

    python benchmarks/label_efficiency.py webfaces OUT --faces FOLDER --weights FILE \
        --rendered VIEW1 VIEW2 --adapted VIEW1 VIEW2
    python benchmarks/label_efficiency.py rendered OUT --weights FILE

A cell is a training of `train.py`: a task, a number of labels and of pool faces, a rung of
`ladder.py`, a seed. All have the same backbones, steps and augmentation. The epoch, temperatures
and thresholds are chosen on the task's validation people, and the test split is scored once.
`OUT/results.json` has every finished cell; a finished one is not run again, a stopped one costs
itself only. `OUT/table.md` and `OUT/plot.png` are made of it at the end; `--no-run` makes only
them.

FILE holds ImageNet weights of tf_efficientnet_lite0.
webfaces: FOLDER as `webfaces.py` says; the views are what `au-cotrain pretrain` made of FILE,
without a pool and with one.
rendered: the project's own faces, see `conf/data/rendered.yaml`; lab labels, web pool, web test.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ladder import RUNGS
from ladder_table import draw_plot, write_table
from ledger import Ledger
from one_view import score_first_view
from webfaces import write_tables

from au_cotrain.revision import revision

ROOT = Path(__file__).parents[1]
EVERY_TASK = (
    "data.workers=0", "data.size=96", "data.scaled_size=104", "data.steps_per_epoch=50",
    "trainer.max_epochs=6", "model.backbones=[tf_efficientnet_lite0,tf_efficientnet_lite0]",
    "method.learning_rate=1e-3", "method.graph_learning_rate=1e-4",
)  # fmt: skip
WEBFACES = ("data=manifest", "data.check=false", "data.within=/", "data.augmentation=strong")
RENDERED = ("data=rendered", "data.augmentation=standard")
RENDERED_CEILING = (
    "data.worlds.labeled=web", "data.people.labeled=3000", "data.frames.labeled=1",
)  # fmt: skip
PRETRAINED = ("method.learning_rate=5e-4",)
"""Where the backbones know faces already."""
LABELED, POOL = 16, 32
"""Faces of a batch; where all are labeled, all of them."""


@dataclass(frozen=True)
class Cell:
    """One training, by what makes it differ from the others."""

    task: str
    rung: str
    labels: int | None
    pool: int | None
    seed: int

    @property
    def name(self) -> str:
        """Short, unique, fit for a folder."""
        labels = "all" if self.labels is None else self.labels
        pool = "all" if self.pool is None else self.pool
        return f"{self.task}-{self.rung}-{labels}-{pool}-seed{self.seed}"


class Bench:
    """Runs cells.

    Args:
        chosen: the command line's.
    """

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.out: Path = chosen.out.resolve()
        self.runs: Path = (chosen.runs or chosen.out / "runs").resolve()
        self.faces = chosen.faces
        self.starts = {
            "imagenet": [chosen.weights] * 2,
            "rendered": chosen.rendered,
            "adapted": chosen.adapted,
        }
        self.threads = max(1, (os.cpu_count() or 1) // chosen.jobs)
        self.extra: list[str] = chosen.set
        self.ledger = Ledger(self.out / "results.json")
        self.failed = False

    def command(self, cell: Cell) -> list[str]:
        """The training of a cell, as a user would type it."""
        rung = RUNGS[cell.rung]
        settings = [
            *(RENDERED if cell.task == "rendered" else WEBFACES), *EVERY_TASK, f"seed={cell.seed}",
            f"data.labeled_per_batch={LABELED + POOL if rung.labels else LABELED}",
            f"data.unlabeled_per_batch={POOL if rung.pool else 0}",
        ]  # fmt: skip
        if cell.task == "webfaces":
            tables = write_tables(
                self.faces.resolve(), self.runs / cell.name / "tables", cell.labels, cell.pool,
                cell.seed,
            )  # fmt: skip
            settings += [
                f"data.labeled={tables.labeled}", f"data.val={tables.val}",
                f"data.test={tables.test}", f"data.unlabeled={tables.pool or 'null'}",
            ]  # fmt: skip
        elif rung.labels:
            settings += RENDERED_CEILING
        weights = [str(Path(file).resolve()) for file in self.starts[rung.start]]
        settings.append(f"model.pretrained=[{','.join(weights)}]")
        settings += () if rung.start == "imagenet" else PRETRAINED
        return [*settings, *rung.settings, *self.extra]

    def run(self, cell: Cell) -> None:
        """Train, and note what the test said; nothing where that is known already."""
        if self.ledger.holds(asdict(cell)):
            return
        folder, started = self.runs / cell.name, time.perf_counter()
        rung = RUNGS[cell.rung]
        if rung.same_run:
            whole = self.runs / replace(cell, rung=rung.same_run).name / "predictor"
            if whole.exists():
                self._note(cell, score_first_view(whole), started, ())
            return
        command = self.command(cell)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log.txt").open("w") as log:
            done = subprocess.run(
                [sys.executable, "train.py", *command, "logger=csv", "onnx=false",
                 f"hydra.run.dir={folder}"],
                cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False,
                env=os.environ | {"OMP_NUM_THREADS": str(self.threads)},
            )  # fmt: skip
        if done.returncode:
            print(f"{cell.name}: failed, see {folder / 'log.txt'}", flush=True)
            self.failed = True
            return
        card = json.loads((folder / "predictor" / "predictor.json").read_text())
        self._note(cell, card["metrics"], started, command)

    def _note(
        self, cell: Cell, metrics: dict[str, Any], started: float, command: Sequence[str]
    ) -> None:
        seconds = round(time.perf_counter() - started)
        self.ledger.note(asdict(cell), metrics, seconds, self._told(command))
        mean = metrics["test"]["mean"]
        print(
            f"{cell.name}: test F1 {mean['f1_fitted']:.3f} AUC {mean['auc']:.3f} in {seconds} s",
            flush=True,
        )

    def _told(self, command: Sequence[str]) -> dict[str, Any]:
        """What a reader needs to run the cell again; without this machine's folders."""
        local = ("data.labeled=", "data.val=", "data.test=", "data.unlabeled=", "model.pretrained=")
        settings = [setting for setting in command if not setting.startswith(local)]
        return {"settings": settings, "date": f"{date.today()}", "revision": revision()}


def cells(chosen: argparse.Namespace) -> list[Cell]:
    """The ladder of every seed, seed by seed; where all is labeled, one cell a seed."""
    sizes = chosen.labels if chosen.task == "webfaces" else [None]
    return list(
        dict.fromkeys(
            Cell(chosen.task, rung, None if RUNGS[rung].labels else labels, pool, seed)
            for seed in chosen.seeds
            for labels in sizes
            for rung in chosen.rungs
            for pool in (chosen.pool if RUNGS[rung].pool else [0])
        )
    )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("task", choices=["rendered", "webfaces"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument(
        "--rendered", type=Path, nargs=2, help="both views' pretrained weights, of rendered faces"
    )
    parser.add_argument(
        "--adapted", type=Path, nargs=2, help="both views' pretrained weights, with the pool"
    )
    parser.add_argument("--runs", type=Path, help="folder of the trainings; default: OUT/runs")
    parser.add_argument("--rungs", nargs="+", default=list(RUNGS), choices=list(RUNGS))
    parser.add_argument("--labels", type=int, nargs="+", default=[250, 1000])
    parser.add_argument("--pool", type=int, nargs="+", default=[None])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--set", nargs="+", default=[], help="more settings of train.py")
    parser.add_argument("--no-run", action="store_true", help="only tables and plot")
    chosen = parser.parse_args()
    if chosen.task == "rendered":  # what rendered faces teach is no start for a test on them
        left_out = [rung for rung in chosen.rungs if RUNGS[rung].start != "imagenet"]
        chosen.rungs = [rung for rung in chosen.rungs if rung not in left_out]
        if left_out:
            print(f"not on rendered faces, which they learned from: {', '.join(left_out)}")
    if not chosen.no_run:
        _check_inputs(parser, chosen)
    bench = Bench(chosen)
    wanted = [] if chosen.no_run else cells(chosen)
    with ThreadPoolExecutor(chosen.jobs) as jobs:
        list(jobs.map(bench.run, [cell for cell in wanted if not RUNGS[cell.rung].same_run]))
    for cell in wanted:
        bench.run(cell)  # those that look at another's run
    if bench.ledger.cells:
        write_table(bench.ledger.cells, bench.out / "table.md")
        draw_plot(bench.ledger.cells, bench.out / "plot.png")
    if bench.failed:
        sys.exit(1)


def _check_inputs(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Stop before the first training where a file that one of them needs is not there."""
    needed: dict[str, list[Path | None]] = {}
    if chosen.task == "webfaces":
        needed["--faces"] = [chosen.faces and chosen.faces / "train.csv"]
    for rung in chosen.rungs:
        start = RUNGS[rung].start
        needed["--weights" if start == "imagenet" else f"--{start}"] = (
            [chosen.weights] if start == "imagenet" else getattr(chosen, start) or [None]
        )
    for option, files in needed.items():
        for file in files:
            if file is None or not Path(file).is_file():
                parser.error(f"{option}: no such file: {file}" if file else f"{option} is needed")


if __name__ == "__main__":
    main()
