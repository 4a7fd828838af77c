"""A bar that says how far the rendering of faces is."""

from rich import get_console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn


def progress_bar() -> Progress:
    """A bar that counts faces, on a terminal; in a log it would be empty lines."""
    return Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=get_console(), transient=True, disable=not get_console().is_terminal,
    )  # fmt: skip


def advance(progress: Progress, bar: TaskID, done: int, total: int) -> None:
    """Move a bar, as `render_manifest` reports."""
    progress.update(bar, completed=done, total=total)
