"""The predictor as its users meet it: crops in, a table out.

Here, as in the command line, tensors meet files: what a user names is found, cut out and scored.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import read_predictor
from au_cotrain.predictor.network import PredictorNetwork
from data_modules.picture import central_crop, middle_square


class Predictor:
    """Scores faces.

    Args:
        card: what the network is, its AUs and thresholds.
        network: in evaluation mode.
    """

    def __init__(self, card: PredictorCard, network: PredictorNetwork) -> None:
        self.card, self.network = card, network

    def __call__(self, crops: np.ndarray, batch: int = 32) -> pd.DataFrame:
        """Score faces that are cut out already, as in training.

        Args:
            crops: (N, H, W, 3) uint8 RGB, of any size; the middle square is taken.
            batch: faces scored at once.

        Returns:
            A row a face: for each AU ``AU01_p``, the calibrated probability, then for each
            ``AU01_c``, 1 where it reaches the AU's threshold and 0 where not.

        Raises:
            PredictorError: these are no such crops.
        """
        if crops.ndim != 4 or crops.shape[3] != 3 or crops.dtype != np.uint8:
            raise PredictorError(
                f"crops are {crops.dtype} of shape {crops.shape}; give uint8 RGB of shape "
                "(N, H, W, 3)"
            )
        scored = [
            self._score(crops[start : start + batch]) for start in range(0, len(crops), batch)
        ]
        p = np.concatenate(scored or [np.empty((0, len(self.card.aus)), np.float32)])
        occurs = (p >= np.array(self.card.thresholds)).astype(np.int8)
        columns = {f"{au}_p": p[:, j] for j, au in enumerate(self.card.aus)}
        columns |= {f"{au}_c": occurs[:, j] for j, au in enumerate(self.card.aus)}
        return pd.DataFrame(columns)

    def _score(self, crops: np.ndarray) -> np.ndarray:
        """(N, C) probabilities of (N, H, W, 3) crops."""
        scaled, size = self.card.scaled_size, self.card.image_size
        faces = np.stack([central_crop(middle_square(crop, scaled), size) for crop in crops])
        images = torch.from_numpy(faces.transpose(0, 3, 1, 2).copy())
        with torch.inference_mode():
            p: np.ndarray = self.network(images).numpy()
        return p


def load_predictor(folder: str | Path) -> Predictor:
    """Load an exported predictor; nothing in the folder is executed.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one.
    """
    return Predictor(*read_predictor(Path(folder)))
