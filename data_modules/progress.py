"""Bars that say how far work on many faces is."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import get_console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TimeRemainingColumn,
)
from rich.text import Text

_IN_A_LOG = 60.0  # seconds between two lines


class SpeedColumn(ProgressColumn):
    """Faces, or whatever is counted, per second."""

    def __init__(self, counted: str = "faces") -> None:
        super().__init__()
        self.counted = counted

    def render(self, task: Task) -> Text:
        """The latest speed; nothing before there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} {self.counted}/s")


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar that counts, on a terminal; in a log it would be empty lines."""
    return Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), *columns, TimeRemainingColumn(),
        console=get_console(), transient=True, disable=not get_console().is_terminal,
    )  # fmt: skip


def advance(progress: Progress, bar: TaskID, done: int, total: int) -> None:
    """Move a bar, as `render_manifest` reports."""
    progress.update(bar, completed=done, total=total)


def pace(count: int, seconds: float, counted: str = "faces") -> str:
    """What was done, how long it took, and how fast: 1,640 faces in 21 s, 78 a second."""
    whole = round(seconds)
    if whole >= 3600:
        took = f"{whole // 3600} h {whole % 3600 // 60} min"
    elif whole >= 60:
        took = f"{whole // 60} min {whole % 60} s"
    else:
        took = f"{whole} s" if whole >= 10 else f"{seconds:.1f} s"
    speed = count / max(seconds, 1e-3)
    counted = counted.removesuffix("s") if count == 1 else counted
    return f"{count:,} {counted} in {took}, {speed:,.{0 if speed >= 10 else 1}f} a second"


@contextmanager
def progress_of(what: str, counted: str = "faces") -> Iterator[Callable[[int, int | None], None]]:
    """A bar with faces per second and time left; in a log a line a minute.

    Args:
        what: what is being done, such as "cutting faces".
        counted: what is counted, if not faces.

    Yields:
        A function to call with (faces done, faces in all; None if nobody knows). What the first
        call says was done before does not count as speed.
    """
    console = get_console()
    began: tuple[float, int] | None = None
    told = time.monotonic()
    with progress_bar(SpeedColumn(counted)) as progress:
        bar = progress.add_task(what, total=None, start=False)

        def report(done: int, total: int | None) -> None:
            nonlocal began, told
            now = time.monotonic()
            if began is None:
                began = now, done
                progress.reset(bar, total=total, completed=done)
            progress.update(bar, completed=done)
            if not console.is_terminal and now - told >= _IN_A_LOG:
                told = now
                speed = (done - began[1]) / (now - began[0])
                of = "" if total is None else f" of {total:,}"
                print(f"{what}: {done:,}{of}, {speed:.0f} {counted}/s", flush=True)

        yield report
