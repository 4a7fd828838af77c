"""Signals that end a process, as an exception: what is open can be closed."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or another signal that asks the process to end.

    Attributes:
        status: the exit status by which a shell knows the signal, 130 for Ctrl-C.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise ``Stopped`` at Ctrl-C, SIGTERM and SIGHUP while this lasts.

    What is ignored stays so, as under nohup; in another thread than the main one nothing happens.
    """

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        names = ("SIGINT", "SIGTERM", "SIGHUP")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}
    heeded = {number: handler for number, handler in before.items() if handler != signal.SIG_IGN}
    try:
        for number in heeded:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)
