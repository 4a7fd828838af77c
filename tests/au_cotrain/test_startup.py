import subprocess
import sys
from types import ModuleType

import pytest

from au_cotrain.startup import lean


def test_what_was_spared_loads_as_ever_afterwards():
    code = (
        "import sys; from au_cotrain import views; import torch\n"
        "print('torch._dynamo' in sys.modules, 'wandb' in sys.modules)\n"
        "import torch._dynamo.utils, wandb, torchvision\n"
        "print(torch._dynamo.utils.is_compile_supported('cpu') in (True, False))\n"
        "print(callable(torch._dynamo.optimize), callable(wandb.init))\n"
        "print(torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)).item())\n"
        "encoder = views.Encoder('test_resnet', 32)\n"
        "print(len(encoder(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == [*["False"] * 2, *["True"] * 3, "2.0", "2"], done.stderr


def test_what_is_loaded_already_is_left_alone():
    loaded = ModuleType("torch._dynamo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch._dynamo", loaded)
        patch.setitem(sys.modules, "wandb", loaded)
        with lean():
            assert sys.modules["torch._dynamo"] is sys.modules["wandb"] is loaded
        assert sys.modules["torch._dynamo"] is sys.modules["wandb"] is loaded
