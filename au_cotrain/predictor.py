"""The exported predictor: two encoders and plain linear classifiers. Needs torch and timm only."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from au_cotrain.errors import PredictorError, SettingError
from au_cotrain.views import Encoder, fuse

WEIGHTS, CARD = "predictor.safetensors", "predictor.json"


@dataclass(frozen=True)
class PredictorCard:
    """What ``predictor.json`` says."""

    aus: list[str]
    """C names, in the order of the probabilities."""
    backbones: list[str]
    """Two timm models."""
    feature_dim: int
    image_size: int
    """S, pixels of a side the network sees."""
    scaled_size: int
    """Pixels of a side the aligned face is scaled to before its middle S by S is cut out."""
    alignment: str | dict[str, Any]
    """How a face must be cut out of its photograph: in words, or what its preparation did."""
    provenance: dict[str, Any]
    """Data, seed, epoch, versions."""
    metrics: dict[str, Any]
    """Scores per split and AU."""
    format: int = 1


class Predictor(nn.Module):
    """Probabilities of AUs for aligned faces.

    Args:
        card: what it is made of.
    """

    def __init__(self, card: PredictorCard) -> None:
        super().__init__()
        self.card = card
        self.encoders = nn.ModuleList(
            Encoder(name, card.image_size, card.feature_dim) for name in card.backbones
        )
        self.classifiers = nn.ModuleList(
            nn.Linear(card.feature_dim, len(card.aus)) for _ in card.backbones
        )

    def forward(self, images: Tensor) -> Tensor:
        """Probabilities of faces, as validation and test compute them.

        Args:
            images: (N, 3, S, S) RGB, uint8 0 to 255.

        Returns:
            (N, C) in [0, 1].
        """
        logits_1, logits_2 = (
            classify(encode(images))
            for encode, classify in zip(self.encoders, self.classifiers, strict=True)
        )
        return fuse(logits_1, logits_2)

    def save(self, folder: Path) -> None:
        """Write ``predictor.safetensors`` and ``predictor.json`` into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: tensor.contiguous() for name, tensor in self.state_dict().items()}
        save_file(state, folder / WEIGHTS)
        (folder / CARD).write_text(json.dumps(asdict(self.card), indent=2) + "\n")


def load_predictor(folder: str | Path) -> Predictor:
    """Load an exported predictor, ready to predict; nothing in the folder is executed.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one.
    """
    folder = Path(folder)
    for part in (CARD, WEIGHTS):
        if not (folder / part).is_file():
            raise PredictorError(f"{folder}: no predictor here ({part} is missing)")
    try:
        card = PredictorCard(**json.loads((folder / CARD).read_text()))
        predictor = Predictor(card)
        predictor.load_state_dict(load_file(folder / WEIGHTS))
    except (TypeError, ValueError, RuntimeError, SafetensorError, SettingError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PredictorError(f"{folder}: not a whole predictor ({reason})") from error
    return predictor.eval()
