"""A view of a face: a timm encoder with its own normalisation, and how two views make one answer.

Needs torch and timm only, so that an exported predictor needs no more.
"""

import difflib
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import huggingface_hub
import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from au_cotrain.errors import SettingError


class Encoder(nn.Module):
    """A timm backbone that turns faces into features, normalisation included.

    Args:
        backbone: a timm model name.
        image_size: S, pixels of a side of the square faces.
        feature_dim: D; a linear projection follows a backbone of another width. ``None``: the
            backbone's own width.
        pretrained: ``True`` for timm's weights (downloaded), a local ``.pth`` or ``.safetensors``
            file, or ``False`` for random weights.
        mean: of the three colours in [0, 1]; ``None``: the backbone's own.
        std: of the three colours in [0, 1]; ``None``: the backbone's own.
        channels_last: lay out weights and pixels colour by colour last, which is faster on most
            processors, and the same numbers otherwise.

    Raises:
        SettingError: timm does not know the name, the backbone cannot take faces of this size,
            or its weights cannot be had.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        backbone: str,
        image_size: int,
        feature_dim: int | None = None,
        pretrained: bool | str = False,
        mean: tuple[float, float, float] | None = None,
        std: tuple[float, float, float] | None = None,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        try:
            self.backbone = _create_backbone(backbone, image_size, pretrained).eval()
            own = timm.get_pretrained_cfg(backbone)
            for name, value in (("mean", mean or own.mean), ("std", std or own.std)):
                self.register_buffer(name, 255.0 * torch.tensor(value).view(3, 1, 1))
            with torch.no_grad():
                width = self.backbone(torch.zeros(1, 3, image_size, image_size)).shape[1]
        except (RuntimeError, AssertionError, IndexError) as error:  # what timm's models raise
            raise SettingError(
                f"model.backbones: {backbone} cannot take faces of {image_size} px ({error}); "
                "set another data.size"
            ) from error
        self.feature_dim = int(width)
        self.projection: nn.Module = nn.Identity()
        self.project(feature_dim or self.feature_dim)
        self.train()
        self.to(memory_format=self.layout)

    def project(self, feature_dim: int) -> None:
        """Make the features ``feature_dim`` wide, by a new linear projection where they are not."""
        if feature_dim != self.feature_dim:
            self.projection = nn.Linear(self.feature_dim, feature_dim)
            self.feature_dim = feature_dim

    def forward(self, images: Tensor) -> Tensor:
        """Encode faces.

        Args:
            images: (N, 3, S, S) RGB, uint8 0 to 255.

        Returns:
            (N, D) features.
        """
        pixels = (images.to(self.mean.dtype) - self.mean) / self.std
        features = self.backbone(pixels.contiguous(memory_format=self.layout))
        out: Tensor = self.projection(features)
        return out


def fuse(logits_1: Tensor, logits_2: Tensor) -> Tensor:
    """The one answer of two views: the logit of the mean of their probabilities.

    This is the mixture (p1+p2)/2 that the co-regularization loss pulls both views to, so what
    is trained to agree is what is reported. Validation, test and every export call it.

    Args:
        logits_1: (N, C) of view 1.
        logits_2: (N, C) of view 2.

    Returns:
        (N, C) logits, whose sigmoid is (sigmoid(logits_1) + sigmoid(logits_2)) / 2; finite also
        where that is 0 or 1 to a float.
    """
    log_p = torch.logaddexp(F.logsigmoid(logits_1), F.logsigmoid(logits_2))
    log_q = torch.logaddexp(F.logsigmoid(-logits_1), F.logsigmoid(-logits_2))
    return log_p - log_q


def _create_backbone(name: str, image_size: int, pretrained: bool | str) -> nn.Module:
    if not timm.is_model(name):
        close = difflib.get_close_matches(name, timm.list_models(), 4)
        raise SettingError(
            f"model.backbones: timm does not know {name!r}"
            + (f"; close names: {', '.join(close)}" if close else "")
            + "; timm.list_models() has all of them"
        )
    # Transformers are built for one size; convolutional networks take any and refuse the argument.
    fixed = timm.get_pretrained_cfg(name).fixed_input_size
    size = {"img_size": image_size} if fixed else {}
    if pretrained is not True:
        model: nn.Module = timm.create_model(name, num_classes=0, **size)
        if pretrained:
            _load_weights(model, name, Path(pretrained))
        return model
    if not _hub_answers():
        # Weights in the local cache load at once; without this, timm retries for a minute.
        huggingface_hub.constants.HF_HUB_OFFLINE = True
    try:
        model = timm.create_model(name, num_classes=0, pretrained=True, **size)
    except Exception as error:  # the hub client has no common base for what a network can do
        raise SettingError(
            f"model.pretrained=true: no weights for {name}: no network, and none in the local "
            "cache; give a local file (model.pretrained=weights.safetensors) or "
            f"model.pretrained=false ({type(error).__name__})"
        ) from error
    return model


def _hub_answers() -> bool:
    try:
        socket.getaddrinfo(urlsplit(huggingface_hub.constants.ENDPOINT).hostname, 443)
    except OSError:
        return False
    return True


def _load_weights(model: nn.Module, name: str, file: Path) -> None:
    """Fill a backbone from a file; other ports of a network may name the same tensors otherwise."""
    if not file.is_file():
        raise SettingError(f"model.pretrained: no such file: {file}")
    try:
        state: Any = (
            load_file(file)
            if file.suffix == ".safetensors"
            else torch.load(file, map_location="cpu", weights_only=True)
        )
    except Exception as error:  # torch, pickle and safetensors each raise their own
        raise SettingError(f"model.pretrained: {file} holds no weights ({error})") from error
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    if not isinstance(state, dict):
        raise SettingError(f"model.pretrained: {file} holds no weights; give a file of tensors")
    state = {key: tensor for key, tensor in state.items() if isinstance(tensor, Tensor)}
    own = model.state_dict()
    if not own.keys() <= state.keys():
        # The same tensors in the same order; a classifier may follow them.
        pairs = list(zip(own.items(), state.values(), strict=False))
        if len(state) < len(own) or any(mine.shape != his.shape for (_, mine), his in pairs):
            raise SettingError(
                f"model.pretrained: {file} does not hold the tensors of {name}; "
                "give the weights of that backbone"
            )
        state = {key: his for (key, _), his in pairs}
    try:
        model.load_state_dict({key: state[key] for key in own})
    except RuntimeError as error:
        raise SettingError(f"model.pretrained: {file} does not fit {name} ({error})") from error
