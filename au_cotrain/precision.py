"""Precision: which numbers a backbone is trained in; losses and scores are float32 always."""

from collections.abc import Sequence

import torch
from torch import nn

from au_cotrain.network import CoTrainingNetwork

AUTO = "auto"
WIDE = 7
"""Pixels of a kernel from which depthwise convolutions gain by bfloat16 on a CPU."""


def choose(networks: Sequence[CoTrainingNetwork], asked: str, device: str) -> str:
    """The trainer's precision; of ``AUTO``, mixed where it makes a view faster.

    Args:
        networks: of the same backbones; views that mixed precision would slow down are made
            ``exact`` in them.
        asked: ``AUTO``, or one that is given back.
        device: see ``gains``.
    """
    if asked != AUTO:
        return asked
    encoders = networks[0].encoders
    losing = tuple(v for v, encoder in enumerate(encoders) if not gains(encoder, device))
    for network in networks:
        network.exact = losing
    return "32-true" if len(losing) == len(encoders) else "bf16-mixed"


def in_words(network: CoTrainingNetwork, backbones: Sequence[str], precision: str) -> str:
    """The precision of each view, for the screen."""
    numbers = {"bf16-mixed": "bfloat16", "16-mixed": "float16", "32-true": "float32"}
    each = [
        "float32" if view in network.exact else numbers.get(precision, precision)
        for view in range(len(backbones))
    ]
    if len(set(each)) == 1:
        return each[0]
    return ", ".join(f"{name} in {own}" for name, own in zip(backbones, each, strict=True))


def gains(backbone: nn.Module, device: str) -> bool:
    """Whether bfloat16 trains a backbone faster: known of its layers and of the processor.

    Known, and not measured at each start, so that one seed has one result. On a CPU with
    instructions for bfloat16, residual, dense and grouped networks and transformers were 1.2 to 1.8
    times as fast, those with small depthwise convolutions 0.6 to 0.8 times
    (``benchmarks/precision.py``).

    Args:
        backbone: whose layers are looked at.
        device: "cpu", "cuda", ...; on "cuda" bfloat16 is taken wherever the card has it.
    """
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device != "cpu" or not _cpu_has_bfloat16():
        return False
    return not any(
        isinstance(layer, nn.Conv2d)
        and 1 < layer.groups == layer.in_channels
        and max(layer.kernel_size) < WIDE
        for layer in backbone.modules()
    )


def _cpu_has_bfloat16() -> bool:
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
