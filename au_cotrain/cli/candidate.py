"""A candidate: a predictor, and the faces of a manifest that it is judged on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from au_cotrain.cli.acquaintance import acquaintance, otherwise_coded, tested
from au_cotrain.evaluation.judgement import Judgement, judge
from au_cotrain.evaluation.outcome import Outcome
from au_cotrain.predictor.predictor import load_predictor
from data_modules import cuts
from data_modules.coded_faces import CodedFaces, read_coded_faces
from data_modules.dataset import FaceDataset
from data_modules.sampler import InOrder


class Candidate:
    """A predictor, and the faces it is judged on."""

    coded: CodedFaces

    def __init__(self, path: Path) -> None:
        self.path, self.predictor = path, load_predictor(path)

    def read(
        self,
        manifest: Path,
        threshold: int | None,
        within: Path | None,
        fold_of: Candidate | None,
    ) -> None:
        """Read the faces whose AUs it knows, of the people whom ``fold_of`` tests."""
        card = self.predictor.card
        coded = read_coded_faces(manifest, card.aus, threshold, within)
        cuts.check_cut_as(coded.manifest, card.alignment, f"{self.path}'s training faces")
        if fold_of is not None:
            coded = coded.take(tested(coded, fold_of.predictor.card, fold_of.path))
        self.coded = coded
        unknown = [au for au in card.aus if au not in coded.manifest.aus]
        self.notes = acquaintance(coded, card)
        if unknown:
            self.notes.append(f"Not coded here, so not scored: {', '.join(unknown)}.")
        if coded.others:
            self.notes.append(f"Coded, but unknown to the predictor: {', '.join(coded.others)}.")
        doubts = cuts.doubt(coded.manifest, card.alignment), otherwise_coded(threshold, card)
        self.notes += [doubt for doubt in doubts if doubt is not None]

    @property
    def description(self) -> str:
        """What is judged on whom, for the screen."""
        aus = self.coded.manifest.aus
        return "\n".join(
            [
                f"predictor {self.path}",
                f"manifest  {self.coded.manifest.source}, {len(self.coded):,} faces of "
                f"{len(set(self.coded.people)):,} people",
                f"{len(aus)} AUs: {' '.join(aus)}",
            ]
        )

    def judge(self, batch: int, workers: int, report: Callable[[int, int], None]) -> Judgement:
        """Show the network every face as validation does: scaled, its middle cut out."""
        card, faces = self.predictor.card, len(self.coded)
        dataset = FaceDataset([self.coded.manifest], card.image_size, card.scaled_size)
        loader: DataLoader[dict[str, Any]] = DataLoader(
            dataset, batch_size=None, sampler=InOrder(faces, batch), num_workers=workers
        )

        def images() -> Iterator[Tensor]:
            for item in loader:
                yield item["images"]

        device = "cuda" if torch.cuda.is_available() else "cpu"
        return judge(self.predictor.network.to(device), images(), faces, report)

    def outcome(self, judgement: Judgement) -> Outcome:
        """What was said beside what was coded, of the AUs that both know."""
        card, coded = self.predictor.card, self.coded
        place = [card.aus.index(au) for au in coded.manifest.aus]
        return Outcome(
            str(self.path),
            coded.manifest.aus,
            judgement.probabilities[:, place],
            judgement.uncalibrated[:, place],
            judgement.views[:, :, place],
            np.array(card.thresholds)[place],
            coded.manifest.labels,
            coded.intensities,
            coded.people,
            coded.sequences,
            coded.frames,
            tuple(coded.manifest.paths.to_pylist()),
        )
