"""A run of train.py in this process, watched by one more callback."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
import train  # noqa: E402


def run_watched(settings: list[str], watcher: pl.Callback) -> None:
    """Train with these settings; the pool's terms are in force from the first step on."""

    def build(*args: Any) -> pl.Trainer:  # noqa: ANN401 - passed on
        trainer = build_trainer(*args)
        trainer.callbacks.append(watcher)
        return trainer

    build_trainer, train.build_trainer = train.build_trainer, build
    plain = ["logger=csv", "onnx=false", "method.pool_from=0", "method.ramp_epochs=0"]
    with (
        initialize_config_dir(str(ROOT / "conf"), version_base="1.3"),
        tempfile.TemporaryDirectory() as folder,
    ):
        config: Any = OmegaConf.to_object(compose("train", [*plain, *settings]))
        train.train(config, Path(folder))
    train.build_trainer = build_trainer


def wait_for(device: torch.device) -> None:
    """Until an accelerator has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize()
