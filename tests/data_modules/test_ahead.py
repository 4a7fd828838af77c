import threading
import time

import pytest

from data_modules import ahead
from data_modules.ahead import work_ahead


def slow_square(number):
    time.sleep(0.002 * (number % 3))
    return number * number


def working_threads():
    return [thread for thread in threading.enumerate() if "ahead" in thread.name]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order(threads):
    results = list(work_ahead(iter(range(50)), slow_square, threads, lambda _: 1))
    assert results == [number * number for number in range(50)]
    assert not working_threads()


def test_work_is_done_in_several_threads_at_once():
    both = threading.Barrier(2, timeout=10)
    list(work_ahead(iter(range(2)), lambda _: both.wait(), 2, lambda _: 1))


def test_few_items_are_read_before_they_are_used():
    read = []
    items = (read.append(number) or number for number in range(1000))
    results = work_ahead(items, lambda number: number, 2, lambda _: 1)
    for number in results:
        time.sleep(0.001)
        assert len(read) <= number + 8
        if number == 50:
            break
    results.close()


def test_large_items_are_read_one_by_one(monkeypatch):
    monkeypatch.setattr(ahead, "_BYTES", 100)
    at_once, most = [], []
    lock = threading.Lock()

    def work(number):
        with lock:
            at_once.append(number)
            most.append(len(at_once))
        time.sleep(0.005)
        with lock:
            at_once.remove(number)
        return number

    assert list(work_ahead(iter(range(8)), work, 4, lambda _: 80)) == list(range(8))
    assert max(most) == 1


def test_closing_early_closes_what_is_read_and_leaves_no_thread():
    closed = []

    def items():
        try:
            yield from range(10**9)
        finally:
            closed.append(threading.current_thread())

    results = work_ahead(items(), slow_square, 2, lambda _: 1)
    assert next(results) == 0
    results.close()
    assert len(closed) == 1 and not working_threads()


@pytest.mark.parametrize("where", ["reading", "working"])
def test_an_error_comes_when_it_is_its_items_turn(where):
    def items():
        yield from range(5)
        if where == "reading":
            raise KeyError("items")

    def work(number):
        if where == "working" and number == 4:
            raise KeyError("work")
        return number

    results, taken = work_ahead(items(), work, 3, lambda _: 1), []
    with pytest.raises(KeyError):
        for result in results:
            taken.append(result)
    assert taken == list(range(5 if where == "reading" else 4))
    assert not working_threads()
