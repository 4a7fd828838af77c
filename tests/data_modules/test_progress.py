import io

import pytest
import rich
from rich.console import Console

from data_modules import progress
from data_modules.progress import progress_of


@pytest.fixture
def console(monkeypatch):
    def console(terminal):
        written = Console(file=io.StringIO(), force_terminal=terminal, width=120)
        monkeypatch.setattr(progress, "get_console", lambda: written)
        return written.file

    return console


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_a_minute_whose_speed_leaves_out_what_was_done_before(
    console, clock, capsys
):
    written = console(terminal=False)
    with progress_of("cutting faces") as report:
        for second in range(125):
            clock[0] = 1000.0 + second
            report(500 + 10 * second, 5000)
    assert capsys.readouterr().out.splitlines() == [
        "cutting faces: 1,100 of 5,000, 10 faces/s",
        "cutting faces: 1,700 of 5,000, 10 faces/s",
    ]
    assert not written.getvalue().strip()


def test_a_terminal_gets_a_bar_with_faces_done(console, capsys):
    written = console(terminal=True)
    with progress_of("cutting faces") as report:
        report(500, 5000)
        report(600, 5000)
    assert "600/5000" in written.getvalue() and not capsys.readouterr().out


def test_faces_per_second_are_shown_once_there_is_a_speed():
    bar = rich.progress.Progress()
    bar.add_task("", total=10)
    (task,) = bar.tasks
    column = progress.SpeedColumn()
    assert str(column.render(task)) == ""
    task.finished_speed = 1234.4
    assert str(column.render(task)) == "1,234 faces/s"
