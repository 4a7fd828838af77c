"""The data module: labeled people to learn from, others to judge by, and a pool without labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from data_modules import cuts, transforms
from data_modules.dataset import FaceDataset
from data_modules.errors import DataError
from data_modules.facs import SIDED
from data_modules.licences import LICENCES, NOT_STATED
from data_modules.manifest import Manifest, read_manifest
from data_modules.people import check_apart, in_pool_alone
from data_modules.picture import check_pictures
from data_modules.pool import read_pool
from data_modules.sampler import CoTrainingSampler, InOrder

Loader = DataLoader[dict[str, Any]]


class Faces(pl.LightningDataModule):
    """Faces from manifests.

    Args:
        labeled: table to learn from.
        val: table of other people, by which the epoch is chosen.
        test: table of other people again, scored once at the end; None for no test.
        unlabeled: folder or table of the pool; None to train without one.
        aus: the AUs to learn; None for all of the labeled table's.
        size: pixels of a side of the faces the network sees.
        scaled_size: pixels of a side before the (random or central) crop to ``size``; None for
            15/14 of it, MLCR's 240 to 224.
        augmentation: "paper", "standard" or "strong", see ``transforms.training``.
        teacher_augmentation: the same, of what a teacher is shown of each face; None for no
            teacher.
        own_looks: whether each view sees its own random augmentation of a face.
        labeled_per_batch: labeled faces in a batch, over all devices.
        unlabeled_per_batch: pool faces in a batch, over all devices.
        pool_from: share of the epochs, 0 to 1, in the whole ones of which no pool face is read.
        steps_per_epoch: batches in an epoch; None for one round of the labeled faces.
        eval_batch: faces in a batch of validation and test.
        workers: processes that read pictures; 0 reads in the trainer's own.
        check: decode every labeled picture once before training.
        alignment: how the faces were cut out, in words; travels with the predictor. A table that
            ``au-cotrain prepare`` wrote knows it itself.
        licence: under what terms the faces may be used, in words, of those whose set has no terms
            known here; travels with the predictor.
        threshold: see ``manifest.read_manifest``.
        within: see ``manifest.read_manifest``; of all tables.
        seed: of order and augmentation.
    """

    def __init__(
        self,
        labeled: str | Path | None,
        val: str | Path | None,
        test: str | Path | None = None,
        unlabeled: str | Path | None = None,
        aus: Sequence[str] | None = None,
        size: int = 224,
        scaled_size: int | None = None,
        augmentation: str = "standard",
        teacher_augmentation: str | None = None,
        own_looks: bool = False,
        labeled_per_batch: int = 16,
        unlabeled_per_batch: int = 16,
        pool_from: float = 0.0,
        steps_per_epoch: int | None = None,
        eval_batch: int = 64,
        workers: int = 0,
        check: bool = True,
        alignment: str = "square crops, each face as in the training table",
        licence: str = NOT_STATED,
        threshold: int | None = None,
        within: str | Path | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.tables = {"labeled": labeled, "val": val, "test": test, "unlabeled": unlabeled}
        self.requested_aus = aus
        self.size = size
        self.scaled_size = scaled_size or round(size * 15 / 14)
        self.augmentation, self.teacher_augmentation = augmentation, teacher_augmentation
        self.own_looks = own_looks
        self.labeled_per_batch, self.unlabeled_per_batch = labeled_per_batch, unlabeled_per_batch
        self.pool_from, self.steps_per_epoch = pool_from, steps_per_epoch
        self.eval_batch, self.workers, self.check, self.seed = eval_batch, workers, check, seed
        self.words, self.licence, self.threshold = alignment, licence, threshold
        self.within = within
        self.labeled: Manifest | None = None
        self.test: Manifest | None = None
        self.pool: Manifest | None = None
        self.left_out = 0  # of the pool
        self.done = 0  # batches, by a run that was stopped

    def setup(self, stage: str | None = None) -> None:
        """Read and check every table, once.

        Raises:
            DataError: whatever would make a result wrong or stop the training later on.
        """
        if self.labeled is not None:
            return
        self._check_settings()
        labeled, self.val, self.test = self._read_splits()
        held_out = [self.val] if self.test is None else [self.val, self.test]
        for split in held_out:
            check_apart(labeled, split)
            cuts.check_cut_alike(labeled, split)
        if self.test is not None:
            check_apart(self.val, self.test)
        if not any(len(np.unique(column[column >= 0])) == 2 for column in self.val.labels.T):
            raise DataError(
                f"{self.val.source}: no AU is both present and absent here, so no epoch can be "
                "chosen by it; give a data.val with both"
            )
        self.pool = self._read_pool(labeled, held_out)
        if self.check:
            for faces in (labeled, *held_out):
                check_pictures(faces, self.scaled_size)
        self.labeled = labeled

    @property
    def aus(self) -> tuple[str, ...]:
        """Names of the AUs, in the order of the labels' columns."""
        return self.training_faces.aus

    @property
    def alignment(self) -> str | dict[str, Any]:
        """How the faces were cut out: what their preparation did, or in the user's words."""
        return self.training_faces.alignment or self.words

    @property
    def training_faces(self) -> Manifest:
        """The labeled faces to learn from."""
        if self.labeled is None:
            self.setup()
        assert self.labeled is not None
        return self.labeled

    @property
    def description(self) -> str:
        """Who learns from whom, in a few lines for the screen."""
        splits = {"labeled": self.training_faces, "val": self.val, "test": self.test}
        lines = [
            f"{name:<9} {len(faces):>7,} faces of {pc.count_distinct(faces.subjects).as_py():,} "
            f"people, {(faces.labels < 0).mean():.0%} of labels unknown"
            for name, faces in splits.items()
            if faces is not None
        ]
        pool = f"{'pool':<9} {len(self.pool or ()):>7,} faces"
        if self.left_out:
            pool += f", {self.left_out:,} left out (labeled, or of validation or test)"
        if self.pool is not None and (nameless := pc.sum(pc.equal(self.pool.subjects, "")).as_py()):
            pool += f", {nameless:,} of people nobody names"
        lines.append(pool)
        silent = [
            au
            for au, column in zip(self.aus, self.training_faces.labels.T, strict=True)
            if not (column == 1).any()
        ]
        if silent:
            lines.append(f"without a positive to learn from: {', '.join(silent)}")
        if self.training_faces.alignment:
            lines.append(f"cut out   {cuts.in_words(self.alignment)}")
        others = [faces for faces in (self.val, self.test, self.pool) if faces is not None]
        lines += cuts.remarks(self.training_faces, others)
        return "\n".join([f"{len(self.aus)} AUs: {' '.join(self.aus)}", *lines])

    @property
    def provenance(self) -> dict[str, Any]:
        """What a predictor should tell of the faces it learned from; plain values."""
        return {
            "tables": {name: str(table) for name, table in self.tables.items() if table},
            "data_sets": self.data_sets,
            "labeled_faces": len(self.training_faces),
            "pool_faces": len(self.pool or ()),
            "scaled_size": self.scaled_size,
            "alignment": self.alignment,
            "threshold": self.threshold,
        }

    @property
    def data_sets(self) -> list[dict[str, Any]]:
        """Each set of faces, under what licence, and the splits it is used in; plain values."""
        splits = {
            "labeled": self.training_faces,
            "validation": self.val,
            "test": self.test,
            "unlabeled": self.pool,
        }
        sets: dict[tuple[str, str], list[str]] = {}
        for split, faces in splits.items():
            if faces is not None:
                sets.setdefault(self._origin(faces), []).append(split)
        return [
            {"name": name, "licence": licence, "splits": used}
            for (name, licence), used in sets.items()
        ]

    def _origin(self, faces: Manifest) -> tuple[str, str]:
        """The name and the licence of the set that faces are of."""
        dataset = faces.preparation.get("set")
        if dataset in LICENCES:
            return dataset, LICENCES[dataset]
        # A prepared folder is called after what is in it, all their tables are called alike.
        source = faces.source.resolve()
        return source.parent.name if dataset else source.name, self.licence

    def example(self) -> Path:
        """A held-out picture, to try a predictor on."""
        self.setup()
        return Path((self.test or self.val).paths[0].as_py())

    def train_dataloader(self) -> Loader:
        """Batches of labeled and pool faces, see ``sampler.CoTrainingSampler``."""
        labeled, pool, ranks = self.training_faces, self.pool, self._rank()[1]
        epochs = (self.trainer and self.trainer.max_epochs) or 0
        if self.labeled_per_batch < ranks:
            raise DataError(
                f"data.labeled_per_batch is {self.labeled_per_batch}; give at least 1 for each of "
                f"the {ranks} devices"
            )
        parts = [labeled] if pool is None else [labeled, pool]
        sampler = CoTrainingSampler(
            len(labeled),
            0 if pool is None else len(pool),
            self.labeled_per_batch,
            self.unlabeled_per_batch,
            self.steps_per_epoch or -(-len(labeled) // self.labeled_per_batch),
            self.seed,
            *self._rank(),
            first=self.done,
            pool_from=int(self.pool_from * epochs),
        )
        mirror = not SIDED.intersection(self.aus)
        look, teacher_look = (
            None if strength is None else transforms.training(self.size, strength, mirror)
            for strength in (self.augmentation, self.teacher_augmentation)
        )
        faces = FaceDataset(parts, self.size, self.scaled_size, look, teacher_look, self.own_looks)
        return self._loader(faces, sampler)

    def state_dict(self) -> dict[str, int]:
        """How many batches were learned from, over all epochs."""
        assert self.trainer is not None
        return {"done": self.trainer.fit_loop.epoch_loop.batch_progress.total.ready}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Go on after those."""
        self.done = state_dict["done"]

    def val_dataloader(self) -> Loader:
        """The validation split, once."""
        return self._held_out_loader(self.val)

    def test_dataloader(self) -> Loader:
        """The test split, once."""
        assert self.test is not None, "no test split"
        return self._held_out_loader(self.test)

    def _read_splits(self) -> tuple[Manifest, Manifest, Manifest | None]:
        """Faces to learn from, of validation and, if there is one, of the test."""

        def read(split: str, aus: Sequence[str] | None) -> Manifest:
            return read_manifest(self._table(split), aus, self.threshold, within=self.within)

        labeled = read("labeled", self.requested_aus)
        test = read("test", labeled.aus) if self.tables["test"] else None
        return labeled, read("val", labeled.aus), test

    def _check_settings(self) -> None:
        for name in ("labeled_per_batch", "steps_per_epoch", "eval_batch"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise DataError(f"data.{name} is {number}; give at least 1")
        for name, strength in (
            ("augmentation", self.augmentation),
            ("teacher_augmentation", self.teacher_augmentation or "standard"),
        ):
            if strength not in transforms.STRENGTHS:
                raise DataError(
                    f"data.{name} is {strength!r}; it can be {' or '.join(transforms.STRENGTHS)}"
                )
        if not 0 <= self.pool_from <= 1:
            raise DataError(
                f"data.pool_from is {self.pool_from}; give a share of the epochs, 0 to 1"
            )
        if self.scaled_size < self.size:
            raise DataError(
                f"data.scaled_size is {self.scaled_size}, from which no {self.size} pixels can be "
                "cropped; give data.size or more"
            )

    def _held_out_loader(self, faces: Manifest) -> Loader:
        dataset = FaceDataset([faces], self.size, self.scaled_size)
        return self._loader(dataset, InOrder(len(faces), self.eval_batch, *self._rank()))

    def _loader(self, dataset: FaceDataset, sampler: CoTrainingSampler | InOrder) -> Loader:
        return DataLoader(
            dataset,
            batch_size=None,  # the sampler draws whole batches
            sampler=sampler,
            num_workers=self.workers,
            persistent_workers=self.workers > 0,
        )

    def _rank(self) -> tuple[int, int]:
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)

    def _table(self, split: str) -> Path:
        table = self.tables[split]
        if table is None:
            raise DataError(f"data.{split} is not set; give a CSV or Parquet table")
        return Path(table)

    def _read_pool(self, labeled: Manifest, held_out: Sequence[Manifest]) -> Manifest | None:
        if self.tables["unlabeled"] is None or not self.unlabeled_per_batch:
            return None
        everyone = read_pool(self._table("unlabeled"), labeled.aus, self.within)
        pool = everyone.take(in_pool_alone(everyone, labeled, held_out))
        self.left_out = len(everyone) - len(pool)
        if not len(pool):
            raise DataError(
                f"{everyone.source}: nothing left in this pool: its faces are labeled ones, or "
                "pictures or people of validation or test; give others, or data.unlabeled=null"
            )
        return pool
