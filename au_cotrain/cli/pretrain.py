"""``au-cotrain pretrain``: weights of a backbone that has seen rendered faces."""

from pathlib import Path

from au_cotrain.cli.verb import Verbs
from data_modules.errors import DataError

BETWEEN_CHECKPOINTS = 100
"""Steps that a killed run loses at most."""


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "pretrain", help="teach a backbone faces, by rendered ones",
        description="Teach a backbone where the points of rendered faces lie, what their muscles "
        "do and which AUs occur; with --pool, carry that to real faces. Training starts from it "
        "with model.pretrained=OUT. A stopped run goes on where it was.",
    )  # fmt: skip
    verb.add_argument("faces", type=Path, help="folder that au-cotrain synth wrote")
    verb.add_argument("out", type=Path, help="weights to write, a .safetensors file")
    verb.add_argument("--backbone", default="resnet34", help="a timm model (default: resnet34)")
    verb.add_argument(
        "--weights", default="", metavar="FILE",
        help="what it starts from: a file, that of an earlier pretraining too, or timm for timm's "
        "own; default: random weights",
    )  # fmt: skip
    verb.add_argument("--size", type=int, default=96, help="pixels of a side (default: 96)")
    verb.add_argument("--steps", type=int, default=1250, help="default: 1250")
    verb.add_argument("--batch", type=int, default=64, help="faces in a step (default: 64)")
    verb.add_argument(
        "--pool", type=Path, help="real faces that nobody coded, a folder or a table, as "
        "data.unlabeled; start from --weights that know rendered faces",
    )  # fmt: skip
    verb.add_argument(
        "--within", type=Path, metavar="FOLDER",
        help="that the pool's table may not name pictures outside of (default: its own)",
    )  # fmt: skip
    verb.add_argument(
        "--pool-batch", type=int, default=40, help="faces of the pool in a step (default: 40)"
    )
    verb.add_argument(
        "--rate", type=float, default=2e-3, help="highest learning rate (default: 0.002)"
    )
    verb.add_argument("--seed", type=int, default=0, help="of order and augmentation")
    verb.add_argument(
        "--workers", type=int, default=0, help="processes that read pictures (default: none)"
    )
    verb.set_defaults(run=pretrain)


def pretrain(
    faces: Path,
    out: Path,
    backbone: str,
    weights: str,
    size: int,
    steps: int,
    batch: int,
    pool: Path | None,
    within: Path | None,
    pool_batch: int,
    rate: float,
    seed: int,
    workers: int,
) -> None:
    """Teach a backbone faces, go on where a killed run was, and say where its weights are.

    Raises:
        DataError: no such faces or pool, an impossible number, or a file of that name is there.
        SettingError: no such backbone, or it cannot take faces of this size.
    """
    import pytorch_lightning as pl
    import torch
    from torch.utils.data import DataLoader

    from au_cotrain.pretraining import COMPONENTS, DAMPING, Pretraining
    from au_cotrain.shape_model import ShapeModel
    from au_cotrain.trainer import build_pretrainer
    from data_modules.pool import read_pool
    from data_modules.rendered_geometry import RenderedGeometry
    from data_modules.sampler import CoTrainingSampler

    for name, number in {"size": size, "steps": steps, "batch": batch}.items():
        if number < 1:
            raise DataError(f"--{name} is {number}; give 1 or more")
    if out.suffix != ".safetensors":
        raise DataError(f"{out}: not a file of weights; end its name in .safetensors")
    if out.exists():
        raise DataError(f"{out}: is there already; give another name, or remove it")
    manifest = faces / "manifest.csv"
    if not manifest.is_file():
        raise DataError(f"{manifest}: no such table; render faces with au-cotrain synth {faces}")

    pl.seed_everything(seed, verbose=False)
    real = None if pool is None else read_pool(pool, (), within)
    data = RenderedGeometry(manifest, size, real)
    shape = ShapeModel.fit(torch.from_numpy(data.landmarks), COMPONENTS, DAMPING)
    start: bool | str = weights if weights not in ("", "timm") else weights == "timm"
    task = Pretraining(backbone, size, start, shape, data.manifest.aus, data.muscles.shape[1], rate)
    out.parent.mkdir(parents=True, exist_ok=True)
    trainer, last = build_pretrainer(out, BETWEEN_CHECKPOINTS)
    done = 0
    if last.is_file():
        done = torch.load(last, map_location="cpu", weights_only=True)["global_step"]
    sampler = CoTrainingSampler(
        len(data.manifest), len(real or ()), batch, pool_batch, steps, seed, first=done
    )
    loader = DataLoader(data, batch_size=None, sampler=sampler, num_workers=workers)
    trainer.fit(task, loader, ckpt_path=str(last) if done else None)
    task.save(out)
    last.unlink(missing_ok=True)
    faces_seen = f"{len(data.manifest):,} rendered" + (f" and {len(real):,} real" if real else "")
    print(f"{out}: {backbone} after {steps:,} steps on {faces_seen} faces; model.pretrained={out}")
