"""What do rendered faces teach about real ones? AU12 against a human word, without a real label.

    python benchmarks/transfer.py PHOTOGRAPHS.csv VIEW.safetensors...

VIEW: what `au-cotrain pretrain` wrote, with a pool of real faces or without; its classifier of AU12
has learned from rendered labels alone. Measured is how well AU12's probability tells happiness from
neutral, for each view and for the mean of their probabilities. PHOTOGRAPHS.csv: a table with `path`
(relative to it) and `emotion`. The photographs choose nothing.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import roc_auc_score

from au_cotrain.pretrained import read_classifiers
from au_cotrain.views import Encoder
from data_modules.picture import central_crop, read_picture

AT_ONCE = 64


@torch.no_grad()
def probabilities(view: Path, backbone: str, pictures: np.ndarray) -> np.ndarray:
    """AU12's probability of (N, S, S, 3) pictures."""
    encoder = Encoder(backbone, pictures.shape[1], pretrained=str(view)).eval()
    row = read_classifiers(view)["AU12"]
    features = torch.cat(
        [encoder(part) for part in torch.from_numpy(pictures.transpose(0, 3, 1, 2)).split(AT_ONCE)]
    )
    return (features @ row[:-1] + row[-1]).sigmoid().numpy()


def main() -> None:
    """Score the photographs with each view, and with all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photographs", type=Path)
    parser.add_argument("views", type=Path, nargs="+")
    parser.add_argument("--backbone", default="tf_efficientnet_lite0")
    parser.add_argument("--size", type=int, default=96)
    chosen = parser.parse_args()
    table = pd.read_csv(chosen.photographs)
    table = table[table["emotion"].isin(["happiness", "neutral"])]
    happy = table["emotion"] == "happiness"
    scaled = round(chosen.size * 15 / 14)
    pictures = np.stack(
        [
            central_crop(read_picture(chosen.photographs.parent / path, scaled), chosen.size)
            for path in table["path"]
        ]
    )
    said = [probabilities(view, chosen.backbone, pictures) for view in chosen.views]
    for view, each in zip(chosen.views, said, strict=True):
        print(f"{view}: AUC {roc_auc_score(happy, each):.3f}")
    fused = roc_auc_score(happy, np.mean(said, axis=0))
    print(f"all of them: AUC {fused:.3f}, {len(table):,} photographs")


if __name__ == "__main__":
    main()
