"""How much do rendered faces teach about real ones? Trains on rendered faces alone, tests on real.

Renders faces of the web world, trains on their labels alone (`experiment=supervised`), lets the
predictor score real photographs with a human emotion word, and measures how well AU12's probability
tells happiness from neutral. The epoch is chosen on other rendered people; the photographs are
scored once a seed and choose nothing.

    python benchmarks/transfer.py PHOTOGRAPHS.csv OUT [--seeds 0 1 2] [--count 20000]

PHOTOGRAPHS.csv: a table with `path` (relative to it) and `emotion`. A stopped run goes on with the
next seed.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import pandas as pd
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parents[1]
SIZE, SCALED = 64, 72
EPOCHS = 3


def run(*command: str) -> None:
    """Run a command of the project as a user would, and stop where it fails."""
    print("$", *command[:12], "..." if len(command) > 12 else "", flush=True)
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)


def render(out: Path, count: int, world: str) -> None:
    """Faces to train on, and a tenth as many of other people to choose the epoch by."""
    for seed, (split, faces) in enumerate((("train", count), ("val", count // 10))):
        run("-m", "au_cotrain.cli", "synth", str(out / split), "--count", str(faces), "--seed",
            str(1000 + seed), "--size", str(SCALED), "--world", world)  # fmt: skip


def train(out: Path, seed: int) -> Path:
    """A predictor trained on the rendered faces."""
    folder = out / f"seed{seed}"
    if not (folder / "predictor").exists():
        run("train.py", "data=manifest", "experiment=supervised", f"seed={seed}", "logger=csv",
            f"data.labeled={out / 'train' / 'manifest.csv'}",
            f"data.val={out / 'val' / 'manifest.csv'}",
            f"data.size={SIZE}", f"data.scaled_size={SCALED}", "data.labeled_per_batch=64",
            "data.check=false", "model.backbones=[test_resnet,test_efficientnet]",
            "method.learning_rate=3e-3", f"trainer.max_epochs={EPOCHS}",
            f"hydra.run.dir={folder}")  # fmt: skip
    return folder / "predictor"


def score(predictor: Path, photographs: Path) -> float:
    """AUC of AU12's probability, happiness against neutral."""
    table = pd.read_csv(photographs)
    table = table[table["emotion"].isin(["happiness", "neutral"])]
    pictures = [str(photographs.parent / path) for path in table["path"]]
    out = predictor.parent / "photographs.csv"
    run("-m", "au_cotrain.cli", "predict", str(predictor), *pictures, "-o", str(out))
    scores = pd.read_csv(out)["AU12_p"]
    return float(roc_auc_score(table["emotion"] == "happiness", scores))


def main() -> None:
    """Render, train each seed, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photographs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--world", default="web")
    chosen = parser.parse_args()
    out, photographs = chosen.out.resolve(), chosen.photographs.resolve()
    render(out, chosen.count, chosen.world)
    found = pd.Series(
        {seed: score(train(out, seed), photographs) for seed in chosen.seeds}, name="AUC"
    )
    print(found.to_string(), f"mean {found.mean():.3f}, sd {found.std():.3f}", sep="\n")


if __name__ == "__main__":
    main()
