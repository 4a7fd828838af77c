"""What libraries load at import and nobody here uses: half of a first prediction's wait."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def lean() -> Iterator[None]:
    """Import timm without torch's compiler and without Weights & Biases.

    torchvision asks the compiler for one function, timm for a decorator that keeps functions from
    being compiled: both load all of it (and sympy), for seconds. What asks in here gets stand-ins
    by which nothing can be compiled; afterwards ``torch.compile`` and ``wandb`` load as ever.
    Where they are loaded already nothing is changed.
    """
    compiler, its = ModuleType("torch._dynamo"), ModuleType("torch._dynamo.utils")
    vars(compiler).update(utils=its, disable=_unchanged)
    vars(its).update(is_compile_supported=lambda _device: False)
    loaded: dict[str, ModuleType | None] = {compiler.__name__: compiler, its.__name__: its}
    spared = {} if compiler.__name__ in sys.modules else loaded
    if "wandb" not in sys.modules:
        spared = spared | {"wandb": None}  # as if it were not installed: timm does without
    sys.modules.update(spared)  # type: ignore[arg-type] # None is what import expects there
    try:
        yield
    finally:
        for name, module in spared.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _unchanged(function: Callable[..., Any] | None = None, *_: object, **__: object) -> Any:  # noqa: ANN401
    """The compiler's ``disable`` where there is no compiler; with and without brackets."""
    return _unchanged if function is None else function
