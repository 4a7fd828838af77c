"""The crew: processes that cut segments, each with a landmarker of its own."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import cv2
import pandas as pd

from data_modules.alignment import Aligner, Alignment
from data_modules.errors import DataError
from data_modules.preparation.segment import Cutting

_POLL = 0.2  # seconds between two looks at how far the crew is


def cut_all(
    cutting: Cutting,
    parts: Iterator[pd.DataFrame],
    alignment: Alignment,
    model: Path | None,
    workers: int,
    progress: Callable[[int], None],
) -> None:
    """Cut all parts of a plan.

    Args:
        cutting: where from and where to.
        parts: whole segments each, see ``Cutting.cut``; drawn as they are needed.
        alignment: how faces are cut out.
        model: the landmarker's file.
        workers: processes; 0 cuts in this one. What is written does not depend on it.
        progress: called with the number of faces done by this call, now and then.

    Raises:
        DataError: a worker was killed, or the landmarker cannot be opened.
        OSError: OUT cannot be written.
    """
    if workers == 0:
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            progress(done)

        with Aligner(alignment, model) as aligner:
            for part in parts:
                cutting.cut(part, aligner, tick)
        return
    # Never forked: MediaPipe's threads would not survive it.
    context = get_context("spawn")
    # Without a lock where it can be: a killed worker would never give it back.
    counter, stop = context.Value("q", 0), context.RawValue("b", 0)
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_join,
        initargs=(cutting, alignment, model, counter, stop),
    )
    try:
        # A window over the parts, so that memory stays flat.
        running = {_submit(pool, part) for part in islice(parts, 2 * workers)}
        while running:
            finished, running = wait(running, _POLL, FIRST_COMPLETED)
            for future in finished:
                future.result()
            running |= {_submit(pool, part) for part in islice(parts, len(finished))}
            progress(counter.get_obj().value)
    except BaseException as error:
        stop.value = True
        if isinstance(error, BrokenProcessPool):
            raise DataError(
                "a worker was killed, perhaps for want of memory (fewer --workers need less); run "
                "the same command again to go on"
            ) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, part: pd.DataFrame) -> "Future[None]":
    with _deaf():
        return pool.submit(_cut, part)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started here do not hear Ctrl-C; this one hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """What a process of the crew keeps from one part to the next."""

    cutting: Cutting
    alignment: Alignment
    model: Path | None
    counter: Any
    aligner: Aligner | None = None


def _join(
    cutting: Cutting,
    alignment: Alignment,
    model: Path | None,
    counter: Any,  # noqa: ANN401 - a shared number
    stop: Any,  # noqa: ANN401 - a shared flag
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    threading.Thread(target=_leave, args=(stop,), daemon=True).start()
    cv2.setNumThreads(1)
    _Worker.cutting, _Worker.alignment, _Worker.model = cutting, alignment, model
    _Worker.counter = counter


def _leave(stop: Any) -> None:  # noqa: ANN401
    """Leave at once when told to, or when the first process was killed: no file is half there."""
    parent = parent_process()
    while parent is not None and parent.is_alive() and not stop.value:
        parent.join(_POLL)
    os._exit(1)


def _cut(part: pd.DataFrame) -> None:
    if _Worker.aligner is None:
        _Worker.aligner = Aligner(_Worker.alignment, _Worker.model)
    _Worker.cutting.cut(part, _Worker.aligner, _tick)


def _tick() -> None:
    with _Worker.counter.get_lock():
        _Worker.counter.value += 1
