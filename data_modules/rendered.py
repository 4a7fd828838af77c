"""The embedded data: rendered faces, lab people with labels and web people without."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from data_modules.alignment import Alignment
from data_modules.faces import Faces
from data_modules.licences import RENDERED
from data_modules.manifest import Manifest
from data_modules.progress import advance, progress_bar

SPLITS = ("labeled", "val", "unlabeled", "test")

FRAMING = {
    33: (0.260, 0.364), 133: (0.407, 0.375), 362: (0.593, 0.375), 263: (0.737, 0.363),
    168: (0.501, 0.351), 2: (0.502, 0.623),
}  # fmt: skip
"""Where a rendered face's landmarks lie, on average over people of the lab, as parts of the side.

Rendered faces are framed as aligned ones are, so that a photograph aligned to this is framed alike.
"""


class RenderedFaces(Faces):
    """Faces this project renders itself, once, into a cache.

    Args:
        cache: folder below which the faces are kept.
        worlds: the world of each split, see ``data_modules.synthetic.load_world``: by default
            labeled and validation faces are of lab people, the pool and the test of web people,
            so that the pool has something to teach about the test.
        people: people per split; every split has people of its own.
        frames: faces per person and split.
        size: see ``Faces``, as all that follow.
        seed: of the faces drawn, and of order and augmentation.
        workers: processes that read pictures, and at least two that render.
        **rest: the other arguments of ``Faces``.
    """

    def __init__(
        self,
        cache: str | Path,
        worlds: Mapping[str, Any],
        people: Mapping[str, int],
        frames: Mapping[str, int],
        size: int = 64,
        seed: int = 0,
        workers: int = 0,
        **rest: Any,  # noqa: ANN401 - checked by Faces
    ) -> None:
        super().__init__("", "", size=size, seed=seed, workers=workers, check=False, **rest)
        self.cache = Path(os.path.expanduser(cache))
        self.worlds, self.people, self.frames = worlds, people, frames

    def prepare_data(self) -> None:
        """Render what the cache does not hold yet.

        Raises:
            DataError: a world cannot be read.
        """
        # numba: only when needed
        from data_modules.synthetic import fingerprint, load_world, render_manifest

        worlds = {split: load_world(self.worlds[split]) for split in SPLITS}
        cache = self.cache / fingerprint()
        processes = self.workers or min(2, os.cpu_count() or 1)
        with progress_bar() as progress:
            for number, (split, world) in enumerate(worlds.items()):
                people, frames = self.people[split], self.frames[split]
                name = f"{world.digest}-{people}x{frames}-{self.scaled_size}px-{self.seed}-{number}"
                if not (cache / name / "manifest.csv").exists():
                    progress.print(f"rendering {people * frames:,} {split} faces, this once")
                bar = progress.add_task(f"rendering {split} faces", total=people * frames)
                self.tables[split] = render_manifest(
                    cache / name,
                    world,
                    people * frames,
                    self.scaled_size,
                    seed=4 * self.seed + number,  # other people in each split
                    frames=frames,
                    workers=processes,
                    progress=partial(advance, progress, bar),
                )
                progress.remove_task(bar)

    @property
    def alignment(self) -> dict[str, Any]:
        """How a photograph's face is cut out to lie as the rendered ones do."""
        return Alignment(template=FRAMING).parameters()

    def _origin(self, faces: Manifest) -> tuple[str, str]:
        split = next(split for split, table in self.tables.items() if table == faces.source)
        world = self.worlds[split]
        named = world if isinstance(world, str) else "its own, see .hydra/config.yaml of the run"
        return f"rendered faces, world {named}", RENDERED

    def setup(self, stage: str | None = None) -> None:
        """Read the tables, rendering them first where this process has not yet."""
        if not self.tables["labeled"]:
            self.prepare_data()
        super().setup(stage)
