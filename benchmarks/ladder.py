"""The ladder: what each rung trains with, on equal backbones, steps and augmentation."""

from typing import NamedTuple


class Rung(NamedTuple):
    """One way to train.

    Attributes:
        title: as tables call it.
        settings: of `train.py`, beside the task's.
        pool: whether it sees the pool.
        labels: whether it sees the labels of the pool too.
        start: weights its backbones start from: of ImageNet; "rendered": pretrained on rendered
            faces; "adapted": and with the pool.
        same_run: the rung whose training this is too, judged by its first view alone.
    """

    title: str
    settings: tuple[str, ...] = ()
    pool: bool = True
    labels: bool = False
    start: str = "imagenet"
    same_run: str | None = None


_PLAIN = ("experiment=supervised",)
_AGREE = ("method.lambda_cr=100",)
_APART = ("method.lambda_mv=1",)

RUNGS = {
    "one-view": Rung("supervised, one view", pool=False, same_run="supervised"),
    "supervised": Rung("supervised, two views", _PLAIN, pool=False),
    "co-regularized": Rung("+ co-regularization", (*_PLAIN, *_AGREE)),
    "multi-view": Rung("+ multi-view", (*_PLAIN, *_AGREE, *_APART)),
    "mlcr": Rung(
        "+ graph: the paper's method",
        (*_PLAIN, *_AGREE, *_APART, "method.graph_from=0.5"),
    ),
    "mlcr-one-view": Rung("the paper's method, its first view alone", same_run="mlcr"),
    "fixmatch": Rung("FixMatch, two views", ("experiment=fixmatch",)),
    "mean-teacher": Rung("mean teacher, two views", ("experiment=mean_teacher",)),
    "ours-imagenet": Rung("ours, without rendered faces"),
    "supervised-rendered": Rung(
        "supervised, after rendered faces", _PLAIN, pool=False, start="rendered"
    ),
    "supervised-adapted": Rung(
        "supervised, after rendered faces and pool", _PLAIN, pool=False, start="adapted"
    ),
    "ours": Rung("ours", start="adapted"),
    "ceiling": Rung("all labels of the pool, two views", _PLAIN, pool=False, labels=True),
    "ceiling-adapted": Rung(
        "the same, after rendered faces and pool", _PLAIN, pool=False, labels=True, start="adapted"
    ),
}
