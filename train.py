"""Train a semi-supervised AU recogniser: ``python train.py [setting=value ...]``."""

import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import hydra
import pytorch_lightning as pl
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.utilities import rank_zero_only
from rich import get_console

from au_cotrain.checkpoint import LAST
from au_cotrain.errors import PredictorError, SettingError
from au_cotrain.export import export_predictor
from au_cotrain.graph import cooccurrence
from au_cotrain.logger import build_logger, finish, log_predictor, whereabouts
from au_cotrain.metrics import AUScore
from au_cotrain.precision import choose, in_words
from au_cotrain.revision import revision
from au_cotrain.summary import print_scores, print_whereabouts
from au_cotrain.task import CoTraining
from au_cotrain.trainer import build_trainer, device_of, leave_processes
from data_modules.contact_sheet import draw_contact_sheet
from data_modules.errors import DataError
from data_modules.faces import Faces
from data_modules.facs import AU_NAMES


@hydra.main(
    version_base="1.3", config_path=str(Path(__file__).parent / "conf"), config_name="train"
)
def main(config: DictConfig) -> None:
    """Compose and train; what a user can mend is one line and exit status 1."""
    asked = HydraConfig.get()
    launched = "TORCHELASTIC_RUN_ID" in os.environ or int(os.environ.get("SLURM_NTASKS", 1)) > 1
    first = "LOCAL_RANK" not in os.environ  # not one of the processes that a trainer starts
    if first or launched:  # a trainer's processes share its run's folder
        os.environ["AU_COTRAIN_RUN"] = asked.runtime.output_dir
    if first:
        sys.argv[1:] = asked.overrides.task  # and of a sweep, this one job
    try:
        if launched and not any("run.dir=" in setting for setting in asked.overrides.hydra):
            raise SettingError("hydra.run.dir is not set; give a folder that all processes see")
        train(OmegaConf.to_object(config), Path(os.environ["AU_COTRAIN_RUN"]))  # type: ignore[arg-type]
    except (DataError, PredictorError, SettingError) as error:
        if asked.runtime.choices.get("hydra/launcher") != "basic":
            raise  # a cluster takes a worker that exits for one that was lost, and tries again
        sys.exit(f"error: {error}")
    finally:
        if first:
            leave_processes()


def train(config: dict[str, Any], run: Path) -> None:
    """Build data and task, fit, score the epoch that validation chose, export it."""
    pl.seed_everything(config["seed"], workers=True, verbose=False)
    data: Faces = hydra.utils.instantiate(config["data"])
    data.prepare_data()
    data.setup()
    task = CoTraining(
        aus=list(data.aus),
        relation=cooccurrence(data.training_faces.labels, config["shrinkage"]).tolist(),
        image_size=data.size,
        provenance=data.provenance
        | {"seed": config["seed"], "date": f"{date.today()}", "revision": revision()},
        **config["model"],
        **config["method"],
    )
    settings = config["trainer"]
    settings["precision"] = choose(
        [task.network, task.judged], settings["precision"], device_of(settings["accelerator"])
    )
    announce(data, task, settings["precision"], run)

    stopped = stopped_run(config["ckpt_path"], run)
    logger = build_logger(
        folder=run, config=config, goes_on=stopped is not None, **config["logger"]
    )
    trainer = build_trainer(run, logger, config["monitor"], config["checkpoint_every"], settings)
    started = time.perf_counter()
    trainer.fit(task, data, ckpt_path=stopped, weights_only=True)
    minutes = (time.perf_counter() - started) / 60

    judge, split = (trainer.test, "test") if data.test else (trainer.validate, "val")
    best, predictor = run / "checkpoints" / "best.ckpt", run / "predictor"
    judge(task, datamodule=data, ckpt_path=best, verbose=False, weights_only=True)
    if trainer.is_global_zero:
        scores = {split: task.scores[split]} if data.test else None  # the checkpoint has the others
        export(best, predictor, scores, config["onnx"])
        log_predictor(logger, predictor)
        title = "test split, by the epoch and thresholds that validation chose"
        if not data.test:
            title = "val split, too good: it chose the epoch, temperatures and thresholds itself"
        print_scores(title, task.scores[split], AU_NAMES)
        crop = isinstance(data.alignment, dict)
        print_whereabouts(run, whereabouts(logger), data.example(), minutes, crop)
    finish(logger)


def stopped_run(asked: str | None, run: Path) -> Path | None:
    """The checkpoint to go on from; none for a run that was stopped before its first."""
    if asked == "last":
        last = run / "checkpoints" / LAST
        return last if last.is_file() else None
    if asked is None or Path(asked).is_file():
        return Path(asked) if asked else None
    raise SettingError(f"ckpt_path={asked}: no such file; last is that of the run's own folder")


def export(best: Path, out: Path, scores: dict[str, list[AUScore]] | None, onnx: bool) -> None:
    """Write the predictor; a backbone that ONNX does not know is no reason to have none."""
    try:
        export_predictor(best, out, scores, AU_NAMES, onnx)
    except PredictorError as error:
        if not onnx:
            raise
        get_console().print(f"without an ONNX graph: {error}", soft_wrap=True)
        export_predictor(best, out, scores, AU_NAMES)


@rank_zero_only
def announce(data: Faces, task: CoTraining, precision: str, run: Path) -> None:
    """Say who is learned from, and show it in the run's contact sheet."""
    backbones = task.hparams["backbones"]
    get_console().print(
        data.description,
        f"views     {' and '.join(backbones)}",
        f"precision {in_words(task.network, backbones, precision)}",
        sep="\n",
    )
    draw_contact_sheet(data.training_faces, run / "faces.png", data.size, data.scaled_size)


if __name__ == "__main__":
    main()
