"""Work done ahead: a stream is read and worked on in threads while its results are used."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Condition, Thread
from typing import TypeVar

_BYTES = 256 * 2**20  # of items that wait or are worked on; a single one may be larger

T = TypeVar("T")
R = TypeVar("R")


def work_ahead(
    items: Iterator[T], work: Callable[[T], R], threads: int, size: Callable[[T], int]
) -> Generator[R, None, None]:
    """Results in the items' order, however long each took.

    Few items are in memory at once. A generator: closed at any time (it is, too, where an error or
    Ctrl-C ends the loop over it) it waits for what is being worked on and leaves no thread behind.

    Args:
        items: read in a thread of its own; closed there, if it is a generator.
        work: what is done with an item; called in ``threads`` threads.
        threads: how many.
        size: bytes of an item.

    Raises:
        Whatever ``items`` or ``work`` raise, once it is that item's turn.
    """
    results: SimpleQueue[tuple[Future[R], int] | None] = SimpleQueue()
    room = _Room(2 * threads + 2)

    def read() -> None:
        try:
            for item in items:
                if not room.enter(bytes_ := size(item)):
                    break
                results.put((pool.submit(work, item), bytes_))
            else:
                results.put(None)
        except BaseException as error:
            failed: Future[R] = Future()
            failed.set_exception(error)
            results.put((failed, 0))
        finally:
            getattr(items, "close", lambda: None)()

    # A daemon: an interpreter that ends with the generator still open must not wait for it.
    reader = Thread(target=read, name="reading ahead", daemon=True)
    with ThreadPoolExecutor(threads, "working ahead") as pool:
        reader.start()
        try:
            while (result := results.get()) is not None:
                future, bytes_ = result
                done = future.result()
                room.leave(bytes_)
                del future, result  # while this result is in use, nothing else holds it
                yield done
        finally:
            room.close()
            reader.join()
            pool.shutdown(cancel_futures=True)


class _Room:
    """Where items are until their results are taken; the reader waits while it is full."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items = 0
        self._bytes = 0
        self._open = True
        self._changed = Condition()

    def enter(self, size: int) -> bool:
        """Wait for room; False if it was closed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open or self._fits(size))
            self._items += 1
            self._bytes += size
            return self._open

    def _fits(self, size: int) -> bool:
        return not self._items or (self._items < self._most and self._bytes + size <= _BYTES)

    def leave(self, size: int) -> None:
        with self._changed:
            self._items -= 1
            self._bytes -= size
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
