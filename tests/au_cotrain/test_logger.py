import pytest
import wandb
from pytorch_lightning.loggers import CSVLogger

from au_cotrain.errors import SettingError
from au_cotrain.logger import build_logger, whereabouts


@pytest.fixture
def mode(monkeypatch, tmp_path):
    """Opens a W&B logger, without W&B, and gives the mode it asked for."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    asked = {}
    monkeypatch.setattr(wandb, "init", lambda **settings: asked.update(settings))

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
