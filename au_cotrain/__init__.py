"""Semi-supervised co-training of facial action unit recognisers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from au_cotrain.predictor.predictor import load_predictor

__all__ = ["load_predictor"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - torch is imported only when it is needed
    if name == "load_predictor":
        from au_cotrain.predictor.predictor import load_predictor

        return load_predictor
    raise AttributeError(name)
