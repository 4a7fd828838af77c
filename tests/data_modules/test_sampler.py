import time
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.sampler import CoTrainingSampler, InOrder


def epochs(number, *args, **kwargs):
    """The batches of the first epochs."""
    sampler = CoTrainingSampler(*args, **kwargs)
    batches = []
    for epoch in range(number):
        sampler.set_epoch(epoch)
        batches += list(sampler)
    return batches


sizes = st.tuples(
    st.integers(1, 30), st.integers(0, 30), st.integers(1, 9), st.integers(0, 9), st.integers(1, 8)
)


@settings(deadline=None)
@given(sizes, st.integers(0, 2**32))
def test_each_batch_has_its_exact_numbers_labeled_first(size, seed):
    labeled, unlabeled, labeled_per_batch, unlabeled_per_batch, steps = size
    batches = epochs(1, *size, seed)
    assert len(batches) == steps == len(CoTrainingSampler(*size, seed))
    for batch in batches:
        faces = [face for face, _ in batch]
        assert len(faces) == labeled_per_batch + (unlabeled_per_batch if unlabeled else 0)
        assert all(0 <= face < labeled for face in faces[:labeled_per_batch])
        assert all(labeled <= face < labeled + unlabeled for face in faces[labeled_per_batch:])


@settings(deadline=None)
@given(sizes)
def test_over_epochs_every_face_of_each_set_is_seen_equally_often(size):
    labeled, unlabeled = size[:2]
    for upto in (1, 3):
        seen = Counter(face for batch in epochs(upto, *size, seed=0) for face, _ in batch)
        for faces in (range(labeled), range(labeled, labeled + unlabeled)):
            counts = [seen[face] for face in faces] or [0]
            assert max(counts) - min(counts) <= 1


@settings(deadline=None)
@given(sizes, st.integers(2, 4))
def test_ranks_part_the_batch_that_one_would_have(size, ranks):
    alone = epochs(2, *size, seed=3)
    parts = [epochs(2, *size, seed=3, rank=rank, ranks=ranks) for rank in range(ranks)]
    for batch, *shares in zip(alone, *parts, strict=True):
        assert sorted(batch) == sorted(draw for share in shares for draw in share)
        for wanted in (range(size[0]), range(size[0], size[0] + size[1])):
            held = [sum(face in wanted for face, _ in share) for share in shares]
            assert max(held) - min(held) <= 1


def test_seed_and_epoch_fix_faces_and_augmentation():
    size = (20, 50, 4, 6, 5)
    assert epochs(3, *size, seed=1) == epochs(3, *size, seed=1)
    assert epochs(1, *size, seed=1) != epochs(1, *size, seed=2)
    first, second = epochs(2, *size, seed=1)[:5], epochs(2, *size, seed=1)[5:]
    assert first != second


def test_an_epoch_can_be_entered_without_those_before():
    size = (7, 11, 3, 4, 5)
    resumed = CoTrainingSampler(*size, seed=1)
    resumed.set_epoch(4)
    assert list(resumed) == epochs(5, *size, seed=1)[-5:]
    assert list(resumed) == list(resumed)


def test_each_round_is_shuffled_anew_and_each_set_for_itself():
    orders = [
        [face for batch in list(epochs(4, 12, 12, 12, 12, 1, seed=0))[turn : turn + 1]
         for face, _ in batch]
        for turn in range(4)
    ]  # fmt: skip
    labeled = [order[:12] for order in orders]
    pool = [[face - 12 for face in order[12:]] for order in orders]
    assert len({tuple(order) for order in labeled + pool}) == 8
    assert list(range(12)) not in labeled + pool


def test_a_face_is_augmented_otherwise_each_time():
    seeds = [seed for batch in epochs(50, 1, 1, 1, 1, 2, seed=0) for _, seed in batch]
    assert len(set(seeds)) == len(seeds) == 200


def test_a_small_pool_does_not_change_which_labeled_faces_are_drawn():
    without = epochs(2, 20, 0, 4, 8, 5, seed=1)
    with_pool = epochs(2, 20, 3, 4, 8, 5, seed=1)
    assert [batch[:4] for batch in with_pool] == without


def test_a_pool_that_waits_changes_nothing_else():
    always = epochs(4, 20, 30, 4, 8, 5, seed=1)
    waiting = epochs(4, 20, 30, 4, 8, 5, seed=1, pool_from=2)
    assert waiting == [batch[:4] for batch in always[:10]] + always[10:]


def test_a_steps_time_knows_nothing_of_the_pools_size():
    def seconds(pool):
        batches = iter(CoTrainingSampler(100, pool, 16, 16, 1000, seed=0))
        next(batches)  # shuffles
        started = time.process_time()
        list(islice(batches, 60))
        return time.process_time() - started

    small = min(seconds(1_000_000 // 100) for _ in range(3))
    large = min(seconds(1_000_000) for _ in range(3))
    assert large < 3 * small


def test_a_pool_of_a_million_is_shuffled_in_less_than_a_second():
    started = time.process_time()
    next(iter(CoTrainingSampler(100, 1_000_000, 16, 16, 1000, seed=0)))
    assert time.process_time() - started < 1


@given(st.integers(0, 40), st.integers(1, 9), st.integers(1, 5))
def test_in_order_every_face_comes_once_over_all_ranks(faces, per_batch, ranks):
    samplers = [InOrder(faces, per_batch, rank, ranks) for rank in range(ranks)]
    batches = [list(sampler) for sampler in samplers]
    assert [len(sampler) for sampler in samplers] == [len(share) for share in batches]
    drawn = [draw for share in batches for batch in share for draw in batch]
    assert sorted(drawn) == [(face, 0) for face in range(faces)]
    assert all(1 <= len(batch) <= per_batch for share in batches for batch in share)


def test_in_order_one_rank_keeps_the_tables_order():
    faces = [face for batch in InOrder(10, 4) for face, _ in batch]
    assert faces == list(range(10))


@pytest.mark.parametrize("sampler", [CoTrainingSampler(5, 5, 2, 2, 4, 0), InOrder(9, 2)])
def test_samplers_can_be_gone_through_again(sampler):
    assert list(sampler) == list(sampler)
