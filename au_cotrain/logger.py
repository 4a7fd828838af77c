"""Where a run is written down: Weights & Biases, off-line unless told otherwise, or CSV."""

import netrc
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytorch_lightning.loggers import CSVLogger, Logger
from pytorch_lightning.utilities import rank_zero_only
from rich import get_console

from au_cotrain.errors import SettingError

MODES = ("auto", "online", "offline")


def build_logger(
    name: str,
    folder: Path,
    config: dict[str, Any],
    goes_on: bool = False,
    project: str = "au_cotrain",
    mode: str = "auto",
) -> Logger:
    """Open a run's logger.

    Args:
        name: "wandb" or "csv"; "csv" never imports wandb.
        folder: of the run; everything is written below it.
        config: the composed configuration.
        goes_on: whether W&B's last run in this folder is gone on with.
        project: W&B project.
        mode: "online", "offline", or "auto": online if there is a W&B key (WANDB_API_KEY or the
            login that ``wandb login`` stores) or WANDB_MODE says so, else off-line.

    Raises:
        SettingError: no such logger or mode.
    """
    if name not in ("wandb", "csv") or mode not in MODES:
        raise SettingError(
            f"logger.name is {name!r} and logger.mode {mode!r}; they can be wandb or csv, and "
            f"{' or '.join(MODES)}"
        )
    if name == "csv":
        return CSVLogger(folder, name="csv")  # a run gone on with gets a table of its own
    from pytorch_lightning.loggers import WandbLogger

    if mode == "auto":
        mode = os.environ.get("WANDB_MODE") or ("online" if _has_key() else "offline")
    # Opened here since Lightning passes W&B an argument it warns of.
    return WandbLogger(
        experiment=_open_run(
            project=project, dir=str(folder), config=config, mode=mode, resume="allow",
            id=_last_run(folder) if goes_on else None,
        )
    )  # fmt: skip


@rank_zero_only
def _open_run(**settings: Any) -> Any:  # noqa: ANN401 - wandb.init's arguments, and its run
    os.environ.setdefault("WANDB_SILENT", "true")  # the run's own summary says where all lies
    import wandb

    try:
        run = wandb.init(**settings)
    except Exception as error:  # no network, a wrong key, a service that died: no reason to stop
        _tell(error, "this run is logged off-line")
        run = wandb.init(**settings | {"mode": "offline", "id": None})
    run.define_metric("trainer/global_step")
    run.define_metric("*", step_metric="trainer/global_step", step_sync=True)
    return LastingRun(run)


class LastingRun:
    """A W&B run that is lost without stopping the training.

    Args:
        run: W&B's, whose attributes and methods these are.
    """

    def __init__(self, run: Any) -> None:  # noqa: ANN401 - wandb's run
        self._run, self._lost = run, False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is there
        found = getattr(self._run, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if self._lost:
                return None
            try:
                return found(*arguments, **named)
            except Exception as error:
                self._lost = True
                _tell(error, f"the training goes on without; its log ends in {self._run.dir}")

        return call


def _tell(error: Exception, consequence: str) -> None:
    reason = " ".join(str(error).split()) or type(error).__name__
    get_console().print(f"W&B: {reason}; {consequence}", soft_wrap=True)


def _last_run(folder: Path) -> str | None:
    """The name by which W&B knows the last run that was logged below a folder."""
    logged = (run.name for run in (folder / "wandb").glob("*run-*-*"))  # offline-run-DATE_TIME-NAME
    last = max((name.rpartition("run-")[2] for name in logged), default="")
    return last.rpartition("-")[2] or None


def _has_key() -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    host = urlsplit(os.environ.get("WANDB_BASE_URL", "https://api.wandb.ai")).hostname or ""
    file = os.environ.get("NETRC") or os.path.expanduser("~/.netrc")  # where its login is kept
    try:
        return netrc.netrc(file).authenticators(host) is not None
    except (OSError, netrc.NetrcParseError):
        return False


def log_predictor(logger: Logger, folder: Path) -> None:
    """Keep an exported predictor with its run, as a W&B artifact; other loggers have none."""
    if isinstance(logger, CSVLogger):
        return
    import wandb

    artifact = wandb.Artifact("predictor", type="model")
    artifact.add_dir(str(folder))
    logger.experiment.log_artifact(artifact)  # type: ignore[attr-defined]


def whereabouts(logger: Logger) -> str:
    """Where a run was logged, for the screen."""
    if isinstance(logger, CSVLogger):
        return str(Path(logger.log_dir, "metrics.csv"))
    run = logger.experiment  # type: ignore[attr-defined]
    folder = os.path.relpath(Path(run.dir).parent)
    return run.url or f"W&B, off-line; to upload: wandb sync {folder}"


def finish(logger: Logger) -> None:
    """Close a run, so that the next one of a sweep is another."""
    if not isinstance(logger, CSVLogger):
        logger.experiment.finish()  # type: ignore[attr-defined]
