import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import wandb
from pytorch_lightning.loggers import CSVLogger

from au_cotrain.errors import SettingError
from au_cotrain.logger import build_logger, whereabouts

ROOT = Path(__file__).parents[2]
KILLED = """
import os, pathlib, signal, time
from au_cotrain.logger import build_logger, finish, log_predictor, whereabouts
logger = build_logger("wandb", pathlib.Path.cwd(), {})
logger.log_metrics({"loss": 1.0}, 0)
for process in pathlib.Path("/proc").glob("[0-9]*"):
    stat = (process / "stat").read_text() if (process / "stat").exists() else ""
    if "(wandb-core)" in stat and stat.rpartition(")")[2].split()[1] == str(os.getpid()):
        os.kill(int(process.name), signal.SIGKILL)
time.sleep(1)
for step in range(5):
    logger.log_metrics({"loss": 1.0}, step)
whereabouts(logger)
finish(logger)
print("finished")
"""


@pytest.fixture
def mode(monkeypatch, tmp_path):
    """Opens a W&B logger, without W&B, and gives the mode it asked for."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    asked = {}

    def init(**settings):
        asked.update(settings)
        return MagicMock()

    monkeypatch.setattr(wandb, "init", init)

    def opened(**settings):
        build_logger("wandb", tmp_path, {"seed": 3}, **settings)
        assert asked["config"] == {"seed": 3} and asked["dir"] == str(tmp_path)
        return asked["mode"]

    return opened


def test_a_newcomer_is_off_line(mode):
    assert mode() == "offline"


def test_a_key_or_a_setting_goes_online(mode, monkeypatch, tmp_path):
    assert mode(mode="online") == "online"
    (tmp_path / ".netrc").write_text("machine api.wandb.ai login user password key")
    assert mode() == "online"
    (tmp_path / ".netrc").write_text("machine elsewhere.org login user password key")
    assert mode() == "offline"
    monkeypatch.setenv("WANDB_API_KEY", "key")
    assert mode() == "online"
    monkeypatch.setenv("WANDB_MODE", "offline")
    assert mode() == "offline"
    assert mode(mode="online") == "online"


def test_csv_is_a_table_below_the_run(tmp_path):
    logger = build_logger("csv", tmp_path, {})
    assert isinstance(logger, CSVLogger)
    assert whereabouts(logger) == str(tmp_path / "csv" / "version_0" / "metrics.csv")


def test_another_logger_or_mode_is_refused(tmp_path):
    with pytest.raises(SettingError, match="wandb or csv"):
        build_logger("tensorboard", tmp_path, {})
    with pytest.raises(SettingError, match="auto or online or offline"):
        build_logger("wandb", tmp_path, {}, mode="on")


def test_wandb_that_cannot_be_reached_is_logged_off_line(monkeypatch, tmp_path, capsys):
    modes = []

    def init(mode, **settings):
        modes.append(mode)
        if mode == "online":
            raise wandb.errors.CommError("no route to host")
        return MagicMock()

    monkeypatch.setattr(wandb, "init", init)
    build_logger("wandb", tmp_path, {}, mode="online")
    assert modes == ["online", "offline"]
    assert "W&B: no route to host; this run is logged off-line" in capsys.readouterr().out


def test_a_run_that_goes_on_keeps_the_name_of_the_last_one(monkeypatch, tmp_path):
    asked = MagicMock()
    monkeypatch.setattr(wandb, "init", asked)
    for name in ("offline-run-20260131_120000-old", "run-20260201_120000-new", "latest-run"):
        (tmp_path / "wandb" / name).mkdir(parents=True)
    for goes_on, name in ((True, "new"), (False, None)):
        build_logger("wandb", tmp_path, {}, goes_on)
        assert asked.call_args.kwargs["id"] == name


def test_wandb_that_dies_in_the_middle_stops_nothing_and_is_told_once(
    monkeypatch, tmp_path, capsys
):
    """Its service is killed for good."""
    monkeypatch.delenv("WANDB_SERVICE", raising=False)
    script = tmp_path / "script.py"
    script.write_text(KILLED)
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "WANDB_MODE": "offline"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("the training goes on without") == 1
    assert done.stdout.endswith("finished\n")
