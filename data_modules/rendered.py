"""The embedded data: rendered faces, lab people with labels and web people without."""

import os
from functools import partial
from pathlib import Path
from typing import Any

from rich import get_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

from data_modules.faces import Faces

SPLITS = {"labeled": "lab", "val": "lab", "unlabeled": "web", "test": "web"}
"""Split → the world its faces come from: the pool has something to teach about the test."""


class RenderedFaces(Faces):
    """Faces this project renders itself, once, into a cache.

    Labeled and validation faces are of lab people, the pool and the test of web people (see
    ``data_modules.synthetic.worlds``); every split has people of its own.

    Args:
        cache: folder below which the faces are kept.
        people: people per split.
        frames: faces per person and split.
        size: see ``Faces``, as all that follow.
        seed: of the faces drawn, and of order and augmentation.
        workers: processes that read pictures, and at least two that render.
        **rest: the other arguments of ``Faces``.
    """

    def __init__(
        self,
        cache: str | Path,
        people: dict[str, int],
        frames: dict[str, int],
        size: int = 64,
        seed: int = 0,
        workers: int = 0,
        **rest: Any,  # noqa: ANN401 - checked by Faces
    ) -> None:
        super().__init__("", "", size=size, seed=seed, workers=workers, check=False, **rest)
        self.cache = Path(os.path.expanduser(cache))
        self.people, self.frames = people, frames

    def prepare_data(self) -> None:
        """Render what the cache does not hold yet."""
        from data_modules.synthetic import fingerprint, render_manifest  # numba: only when needed

        cache = self.cache / fingerprint()
        processes = self.workers or min(2, os.cpu_count() or 1)
        with Progress(
            "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=get_console(), transient=True, disable=not get_console().is_terminal,
        ) as progress:  # fmt: skip
            for number, (split, world) in enumerate(SPLITS.items()):
                people, frames = self.people[split], self.frames[split]
                name = f"{world}-{people}x{frames}-{self.scaled_size}px-{self.seed}-{number}"
                if not (cache / name / "manifest.csv").exists():
                    progress.print(f"rendering {people * frames:,} {split} faces, this once")
                bar = progress.add_task(f"rendering {split} faces", total=people * frames)
                self.tables[split] = render_manifest(
                    cache / name,
                    world,
                    people,
                    frames,
                    self.scaled_size,
                    seed=4 * self.seed + number,  # other people in each split
                    workers=processes,
                    progress=partial(_advance, progress, bar),
                )
                progress.remove_task(bar)

    def setup(self, stage: str | None = None) -> None:
        """Read the tables, rendering them first where this process has not yet."""
        if not self.tables["labeled"]:
            self.prepare_data()
        super().setup(stage)


def _advance(progress: Progress, bar: TaskID, done: int, total: int) -> None:
    progress.update(bar, completed=done, total=total)
