import io

import pytest
import rich
from rich.console import Console

from data_modules import progress
from data_modules.progress import pace, progress_of


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


def test_what_is_counted_is_named_and_the_number_in_all_may_be_unknown(console, clock, capsys):
    console(terminal=False)
    with progress_of("scoring faces", "frames") as report:
        report(0, None)
        clock[0] += 61
        report(1830, None)
    assert capsys.readouterr().out == "scoring faces: 1,830, 30 frames/s\n"
    assert pace(1830, 61, "frames") == "1,830 frames in 1 min 1 s, 30 a second"


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


@pytest.mark.parametrize(
    ("faces", "seconds", "said"),
    [
        (1640, 21.02, "1,640 faces in 21 s, 78 a second"),
        (6, 0.04, "6 faces in 0.0 s, 150 a second"),
        (1, 0.0, "1 face in 0.0 s, 1,000 a second"),
        (20, 8.0, "20 faces in 8.0 s, 2.5 a second"),
        (100_000, 200.0, "100,000 faces in 3 min 20 s, 500 a second"),
        (5_000_000, 7505.0, "5,000,000 faces in 2 h 5 min, 666 a second"),
    ],
)
def test_a_pace_is_told_in_words(faces, seconds, said):
    assert pace(faces, seconds) == said
