"""``au-cotrain cv``: a training a fold, and the mean and spread of their test scores."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import SettingError
from data_modules.facs import ACTION_UNITS


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "cv", help="train on every fold of a prepared set, and sum up the tests",
        description="Train on every fold of a prepared set (data=bp4d, disfa or emotionet) and "
        "print mean and spread of the test scores. Started again, it goes on where it was.",
        epilog="The same trainings without the summary, as a Hydra sweep: "
        "python train.py -m data=bp4d data.root=OUT data.fold=1,2,3",
    )  # fmt: skip
    verb.add_argument(
        "overrides", nargs="+", metavar="setting=value",
        help="of train.py: data=bp4d data.root=OUT ...",
    )  # fmt: skip
    verb.add_argument(
        "--out", type=Path, help="folder for runs and results (default: runs/cv-SET-...)"
    )
    verb.add_argument(
        "--folds", type=_numbers, default=(1, 2, 3), help="the folds to run (default: 1,2,3)"
    )
    verb.set_defaults(run=cv)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        folds = tuple(int(number) for number in text.split(","))
    except ValueError:
        folds = ()
    if not folds or not set(folds) <= {1, 2, 3}:
        raise argparse.ArgumentTypeError(f"{text!r}: name some of 1,2,3")
    return folds


def cv(overrides: Sequence[str], out: Path | None = None, folds: Sequence[int] = (1, 2, 3)) -> None:
    """Train a predictor a fold, print and write what their tests say together.

    A fold that fails leaves the others be.

    Args:
        overrides: of ``train.py``.
        out: folder for ``fold-1`` ..., ``cv.csv`` and ``cv.json``; None for one that the same
            overrides always have.
        folds: some of 1, 2, 3.

    Raises:
        SettingError: no prepared set, a folder in other use, no train.py, or a fold that failed.
    """
    import hashlib

    import au_cotrain
    from au_cotrain.cross_validation import CrossValidation
    from au_cotrain.metrics import METRICS
    from au_cotrain.summary import print_spread

    chosen = [override.partition("=")[2] for override in overrides if override.startswith("data=")]
    if not chosen:
        raise SettingError("no set given; write au-cotrain cv data=bp4d data.root=OUT ...")
    script = Path(au_cotrain.__file__).parents[1] / "train.py"
    if not script.is_file():
        raise SettingError(f"{script}: no such file; run cv from a checkout of au_cotrain")
    if out is None:
        digest = hashlib.sha256("\n".join(sorted(overrides)).encode()).hexdigest()[:8]
        out = Path("runs", f"cv-{chosen[-1]}-{digest}")
    trainings = CrossValidation(out, overrides, folds)
    failed = []
    for fold in trainings.folds:
        print(f"fold {fold}: {trainings.run_folder(fold)}", flush=True)
        try:
            if not trainings.train(fold, script):
                failed.append(str(fold))
        except KeyboardInterrupt:
            raise SettingError(f"stopped in fold {fold}; the same command goes on there") from None
    trainings.save()
    names = {f"AU{number:02d}": name for number, name in ACTION_UNITS.items()}
    if len(failed) < len(trainings.folds):
        for metric, of in trainings.summary().items():
            print_spread(f"{METRICS[metric]} on the people each fold tests", of, names)
    if failed:
        raise SettingError(
            f"fold {' and '.join(failed)} not finished, see above; the same command goes on there"
        )
    print(f"{out}/cv.csv: a row an AU and fold\n{out}/cv.json: mean and spread")
