import copy

import pytest
import torch

from au_cotrain import precision
from au_cotrain.network import CoTrainingNetwork, exactly
from au_cotrain.precision import choose, gains, in_words
from au_cotrain.views import Encoder

RELATION = torch.eye(3)
PAIR = ["test_resnet", "test_efficientnet"]


@pytest.fixture
def bfloat16(monkeypatch):
    """A processor that has instructions for it."""
    monkeypatch.setattr(precision, "_cpu_has_bfloat16", lambda: True)


def network(backbones):
    torch.manual_seed(0)
    return CoTrainingNetwork(backbones, 32, RELATION)


@pytest.mark.parametrize(
    ("backbone", "gain"),
    [
        ("test_resnet", True),
        ("resnet10t", True),
        ("test_vit", True),
        ("test_convnext", True),  # depthwise, of 7 pixels
        ("test_efficientnet", False),
        ("mobilenetv3_small_050", False),
    ],
)
def test_small_depthwise_convolutions_do_not_gain(bfloat16, backbone, gain):
    size = 160 if backbone == "test_vit" else 32
    assert gains(Encoder(backbone, size), "cpu") is gain


def test_nothing_gains_where_the_processor_has_no_bfloat16(monkeypatch):
    monkeypatch.setattr(precision, "_cpu_has_bfloat16", lambda: False)
    views = network(["test_resnet", "test_resnet"])
    assert choose([views], "auto", "cpu") == "32-true" and not views.exact[2:]
    assert in_words(views, ["test_resnet"] * 2, "32-true") == "float32"
    assert not gains(views, "mps")


def test_auto_is_chosen_view_by_view(bfloat16):
    views = network(PAIR)
    teacher = copy.deepcopy(views)
    assert choose([views, teacher], "auto", "cpu") == "bf16-mixed"
    assert views.exact == teacher.exact == (1,)
    said = in_words(views, PAIR, "bf16-mixed")
    assert said == "test_resnet in bfloat16, test_efficientnet in float32"


@pytest.mark.parametrize("asked", ["32-true", "bf16-mixed", "64-true"])
def test_what_is_asked_for_is_given(bfloat16, asked):
    views = network(PAIR)
    assert choose([views], asked, "cpu") == asked and views.exact == ()


def test_an_exact_view_is_exact_and_all_that_follows_the_backbones_is_float32():
    views = network(PAIR).eval()
    views.exact = (1,)
    images = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        plain = views(images)
        with torch.autocast("cpu", torch.bfloat16):
            mixed = views(images)
    assert not torch.equal(mixed.features[0], plain.features[0])
    torch.testing.assert_close(mixed.features[0], plain.features[0], atol=0.1, rtol=0.05)
    assert torch.equal(mixed.features[1], plain.features[1])
    assert torch.equal(mixed.logits[1], plain.logits[1])
    assert {part.dtype for pair in mixed for part in pair} == {torch.float32}


def test_exactly_ends_mixed_precision():
    with torch.autocast("cpu", torch.bfloat16), exactly(torch.device("cpu")):
        assert (torch.eye(2) @ torch.eye(2)).dtype == torch.float32
