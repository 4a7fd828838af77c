"""A file of pretrained weights: a backbone's, and what reads faces from its features."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

_ROWS, _AUS, _GEOMETRY = "classifiers", "aus", "geometry."


def write_pretrained(
    out: Path,
    backbone: Mapping[str, Tensor],
    classifiers: Tensor,
    aus: Sequence[str],
    geometry: Mapping[str, Tensor],
) -> None:
    """Write weights as ``model.pretrained`` takes them, whole or not at all.

    Args:
        out: a .safetensors file.
        backbone: its tensors, as timm names them.
        classifiers: (C, D+1) rows [w ; b].
        aus: C names.
        geometry: what pretraining goes on from, see ``pretraining.Pretraining``.
    """
    tensors = {
        **backbone,
        _ROWS: classifiers,
        **{_GEOMETRY + name: tensor for name, tensor in geometry.items()},
    }
    partial = out.with_name(f".{out.name}.partial")
    save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()},
        partial,
        {_AUS: " ".join(aus)},
    )
    partial.replace(out)


def read_classifiers(file: Path) -> dict[str, Tensor]:
    """AU → its row [w ; b], (D+1,), of a file of pretrained weights; none in files of others."""
    if file.suffix != ".safetensors":
        return {}
    try:
        with safe_open(file, framework="pt") as opened:
            aus = (opened.metadata() or {}).get(_AUS, "").split()
            if not aus or _ROWS not in opened.keys():  # noqa: SIM118 - no mapping
                return {}
            rows = opened.get_tensor(_ROWS)
            return dict(zip(aus, rows, strict=True)) if rows.shape[:1] == (len(aus),) else {}
    except (OSError, SafetensorError):
        return {}  # loading the backbone says what is wrong with it


def read_geometry(file: Path) -> dict[str, Tensor]:
    """The geometry of a file of pretrained weights; none in files of others."""
    if not read_classifiers(file):
        return {}
    with safe_open(file, framework="pt") as opened:
        return {
            name.removeprefix(_GEOMETRY): opened.get_tensor(name)
            for name in opened.keys()  # noqa: SIM118 - no mapping
            if name.startswith(_GEOMETRY)
        }
