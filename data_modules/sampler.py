"""Which faces make a batch: fixed by seed, epoch and step alone."""

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler

Draw = tuple[int, int]
"""A face's index in its dataset and the seed of its augmentation."""


class CoTrainingSampler(Sampler[list[Draw]]):
    """Batches of labeled and unlabeled faces in a fixed ratio; an epoch is a number of steps.

    Both sets are gone through in shuffled rounds, reshuffled each round, so that every face is
    seen equally often and the time a step takes knows nothing of the pool's size.

    Args:
        labeled: number of labeled faces: the dataset's first.
        unlabeled: number of pool faces: those that follow.
        labeled_per_batch: over all ranks.
        unlabeled_per_batch: over all ranks.
        steps: batches in an epoch.
        seed: of order and augmentation.
        rank: of this process.
        ranks: processes that share each batch.
        first: batches, since the first epoch, that a run that was stopped has done.
        pool_from: epoch, from 0, before which no batch has faces of the pool.
    """

    def __init__(
        self,
        labeled: int,
        unlabeled: int,
        labeled_per_batch: int,
        unlabeled_per_batch: int,
        steps: int,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
        first: int = 0,
        pool_from: int = 0,
    ) -> None:
        self.first, self.pool_from = first, pool_from
        self.streams = [
            (0, labeled, labeled_per_batch),
            (labeled, unlabeled, unlabeled_per_batch if unlabeled else 0),
        ]
        self.steps, self.seed, self.rank, self.ranks = steps, seed, rank, ranks
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Told by the trainer before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.steps  # with those done: the trainer's count goes on

    def __iter__(self) -> Iterator[list[Draw]]:
        orders: dict[tuple[int, int], np.ndarray] = {}
        streams = self.streams if self.epoch >= self.pool_from else self.streams[:1]
        begin, end = self.epoch * self.steps, (self.epoch + 1) * self.steps
        for step in range(max(begin, self.first), end):
            batch = []
            for stream, (first, size, per_batch) in enumerate(streams):
                mine = range(step * per_batch + self.rank, (step + 1) * per_batch, self.ranks)
                for position in mine:
                    turn, place = divmod(position, size)
                    if (stream, turn) not in orders:
                        orders.pop((stream, turn - 2), None)
                        orders[stream, turn] = self._random(stream, turn).permutation(size)
                    face = first + int(orders[stream, turn][place])
                    seed = int(self._random(stream, turn, place).integers(2**31))
                    batch.append((face, seed))
            yield batch

    def _random(self, *key: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *key])


class InOrder(Sampler[list[Draw]]):
    """Every face of a held-out split once, in order, in batches, parted among ranks unpadded."""

    def __init__(self, faces: int, per_batch: int, rank: int = 0, ranks: int = 1) -> None:
        mine = range(rank, faces, ranks)
        self.batches = [mine[i : i + per_batch] for i in range(0, len(mine), per_batch)]

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[list[Draw]]:
        for batch in self.batches:
            yield [(face, 0) for face in batch]
