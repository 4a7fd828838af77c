"""The command line: a module a verb. Heavy imports wait until a verb needs them."""

import argparse
import sys
from collections.abc import Sequence

from au_cotrain.cli import (
    cv,
    doctor,
    evaluate,
    export,
    fetch_landmarker,
    predict,
    prepare,
    pretrain,
    synth,
)
from au_cotrain.errors import PredictorError, SettingError
from data_modules.errors import DataError

VERBS = (prepare, fetch_landmarker, doctor, pretrain, cv, export, predict, evaluate, synth)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``au-cotrain``; a user's mistake is one line on stderr and exit status 1."""
    parser = argparse.ArgumentParser("au-cotrain")
    parser.description = "Recognise facial action units, and render faces that have them."
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in VERBS:
        verb.add_to(verbs)
    chosen = vars(parser.parse_args(arguments))
    chosen.pop("verb")
    run = chosen.pop("run")
    try:
        run(**chosen)
    except (DataError, PredictorError, SettingError) as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(f"error: {error.filename or ''}: {error.strerror or error}")
