"""A prepared data set: one of its three subject folds is tested, people of the others validate."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from data_modules.errors import DataError
from data_modules.faces import Faces
from data_modules.folds import FOLDS, NUMBERS, people_tested, third, validating
from data_modules.manifest import Manifest, read_manifest
from data_modules.prepared_set import MANIFEST
from data_modules.table import read_preparation


class PreparedFaces(Faces):
    """A fold of a data set that ``au-cotrain prepare`` wrote.

    Args:
        dataset: bp4d or disfa, whose folds are published, see ``folds.FOLDS``; or emotionet,
            whose pictures name no people: each counts as a person of its own, and a third of
            them, by ``split_seed``, is a fold.
        root: the folder that was prepared.
        fold: 1 to 3, the one that is tested.
        val_share: share of the other people (of EmotioNet, pictures) that validates.
        split_seed: of the validation people, apart from the training's seed.
        unlabeled: see ``Faces``; people of validation and test are left out of it.
        **rest: the other arguments of ``Faces``.
    """

    def __init__(
        self,
        dataset: str,
        root: str | Path | None,
        fold: int,
        val_share: float = 0.2,
        split_seed: int = 0,
        unlabeled: str | Path | None = None,
        **rest: Any,  # noqa: ANN401 - checked by Faces
    ) -> None:
        table = Path(os.path.expanduser(root), MANIFEST) if root is not None else None
        super().__init__(table, None, unlabeled=unlabeled, **rest)
        self.dataset, self.root, self.fold = dataset, root, fold
        self.val_share, self.split_seed = val_share, split_seed
        self.test_people: list[str] = []
        self.val_people: list[str] = []
        self.missing: list[str] = []

    @property
    def description(self) -> str:
        """Who learns from whom, and who the people of the splits are."""
        faces, seed = super().description, self.split_seed
        lines = [f"{self.dataset}, fold {self.fold} of {len(NUMBERS)}"]
        if self.dataset in FOLDS:
            lines += [
                f"tested    {' '.join(self.test_people)}",
                f"validate  {' '.join(self.val_people)} (of the others, by split_seed {seed})",
            ]
        else:
            lines.append(
                f"nobody says who is in a picture, and no folds are published: each picture counts "
                f"as a person of its own, a third is tested, drawn by split_seed {seed}"
            )
        if self.missing:
            lines.append(f"missing   {' '.join(self.missing)}: of the set, but not in {self.root}")
        if self.threshold is not None:
            lines.append(f"labels    an AU occurs from intensity {self.threshold} on")
        return "\n".join([*lines, faces])

    @property
    def provenance(self) -> dict[str, Any]:
        """What a predictor should tell of its fold and its faces; plain values."""
        return super().provenance | {
            "set": self.dataset,
            "fold": self.fold,
            "test_people": self.test_people,
            "val_people": self.val_people,
            "val_share": self.val_share,
            "split_seed": self.split_seed,
        }

    def _check_settings(self) -> None:
        super()._check_settings()
        if self.tables["labeled"] is None:
            raise DataError(
                f"data.root is not set; give the folder that au-cotrain prepare {self.dataset} "
                "wrote"
            )
        if self.fold not in NUMBERS:
            raise DataError(f"data.fold is {self.fold}; it can be 1, 2 or 3")
        if not 0 < self.val_share < 1:
            raise DataError(f"data.val_share is {self.val_share}; give a number between 0 and 1")

    def _read_splits(self) -> tuple[Manifest, Manifest, Manifest]:
        table = self._table("labeled")
        self._check_set(table)  # before its columns, which would be wrong for the same reason
        strangers = self.dataset not in FOLDS
        everyone = read_manifest(table, self.requested_aus, self.threshold, strangers, self.within)
        people, who = np.unique(np.array(everyone.subjects.to_pylist()), return_inverse=True)
        test = self._tested(everyone, list(people))
        others = [str(person) for person in people[~test]]
        if not test.any() or len(others) < 2:
            raise DataError(
                f"{everyone.source}: {int(test.sum())} people to test in fold {self.fold} and "
                f"{len(others)} others; at least 1 and 2 are needed"
            )
        drawn = validating(others, self.val_share, self.fold, self.split_seed)
        val = np.array([str(person) in drawn for person in people])
        if self.dataset in FOLDS:
            self.test_people = [str(person) for person in people[test]]
            self.val_people = sorted(drawn)
        return (
            everyone.take(~(test | val)[who]),
            everyone.take(val[who]),
            everyone.take(test[who]),
        )

    def _check_set(self, table: Path) -> None:
        way_out = f"give the folder that au-cotrain prepare {self.dataset} wrote"
        if not table.is_file():
            raise DataError(f"{table}: no such file; {way_out}")
        found = read_preparation(table).get("set")
        if found == self.dataset:
            return
        said = f"this is {found}" if found else "nothing in it says which set it is"
        raise DataError(
            f"{table}: {said}, and data is {self.dataset}, whose people are others; {way_out}"
        )

    def _tested(self, faces: Manifest, people: list[str]) -> np.ndarray:
        """Which people the fold tests; notes who is missing."""
        if self.dataset not in FOLDS:
            return np.array([third(person, self.split_seed) == self.fold for person in people])
        fold_of = {person: fold for fold in NUMBERS for person in people_tested(self.dataset, fold)}
        for person in people:
            if person.upper() not in fold_of:
                face = faces.subjects.index(person).as_py()
                raise DataError(
                    f"{faces.where(face)}: person {person} is in none of the published folds of "
                    f"{self.dataset}; remove the rows, or train with data=manifest"
                )
        self.missing = sorted(set(fold_of) - {person.upper() for person in people})
        return np.array([fold_of[person.upper()] == self.fold for person in people])
