import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from au_cotrain.pseudo_labels import ENOUGH, FORMS, MEMORY, MatchedLabels


def matched(prior: float, logits: torch.Tensor, coded: int = 1000) -> MatchedLabels:
    """Pseudo-labels of one AU after ``coded`` labels and the teacher's word on a pool."""
    form = MatchedLabels(1)
    positives = round(prior * coded)
    labels = torch.tensor([1] * positives + [0] * (coded - positives))[:, None]
    form.observe(labels, logits[:, None])
    return form


def test_fixmatch_by_hand():
    logits = torch.tensor([[0.3, -1.0, 2.0]])
    told = torch.tensor([[4.0, -4.0, 1.0]])  # sure it occurs, sure it does not, unsure
    unknown = torch.ones(1, 3, dtype=torch.bool)
    expected = math.log(1 + math.exp(-0.3)) + math.log(1 + math.exp(-1.0))
    assert FORMS["confident"](3)(logits, told, unknown).item() == pytest.approx(expected)


def test_mean_teacher_by_hand():
    logits, told = torch.tensor([[0.0], [0.0]]), torch.tensor([[100.0], [0.0]])
    unknown = torch.ones(2, 1, dtype=torch.bool)
    loss = FORMS["probabilities"](1)(logits, told, unknown)
    assert loss.item() == pytest.approx(0.25 / 2)


@given(st.floats(0.05, 0.95), st.floats(-5, 5), st.floats(0.1, 10))
def test_as_many_pseudo_labels_as_the_labels_say_whatever_the_teacher_s_bias(prior, bias, scale):
    told = torch.randn(1500, generator=torch.Generator().manual_seed(0)) * scale + bias
    q, _ = matched(prior, told).targets(told[:, None])
    assert (q > 0.5).float().mean().item() == pytest.approx(prior, abs=0.002)


def test_matched_targets_keep_the_teacher_s_order_and_doubt_at_the_threshold():
    told = torch.linspace(-3, 3, 1000)
    q, weight = matched(0.25, told).targets(told[:, None])
    assert (q.diff(dim=0) >= 0).all()
    assert weight[750].item() == pytest.approx(0, abs=0.02)
    assert weight[0].item() > 0.9 and weight[-1].item() > 0.9
    assert weight.min() >= 0 and weight.max() <= 1


def test_matched_loss_is_the_weighted_cross_entropy():
    told, logits = torch.linspace(-3, 3, 200)[:, None], torch.randn(200, 1)
    form = matched(0.3, told[:, 0])
    q, weight = form.targets(told)
    expected = (weight * F.binary_cross_entropy_with_logits(logits, q, reduction="none")).mean()
    unknown = torch.ones(200, 1, dtype=torch.bool)
    torch.testing.assert_close(form(logits, told, unknown), expected)


def test_the_memory_forgets_the_oldest_faces():
    form = matched(0.5, torch.full((MEMORY,), -9.0))
    for part in torch.linspace(0, 1, MEMORY).split(100):
        form.observe(torch.empty(0, 1), part[:, None])
    q, _ = form.targets(torch.tensor([[0.1], [0.9]]))
    assert q[0] < 0.5 < q[1]


def test_too_little_to_match_teaches_nothing():
    told = torch.linspace(-3, 3, 300)
    few_labels = matched(0.5, told, coded=ENOUGH - 2)
    few_faces = matched(0.5, told[: ENOUGH - 1])
    for form in (few_labels, few_faces):
        _, weight = form.targets(told[:, None])
        assert (weight == 0).all()


@pytest.mark.parametrize("name", FORMS)
def test_coded_entries_are_left_alone(name):
    form = FORMS[name](2)
    form.observe(torch.randint(0, 2, (300, 2)), torch.randn(300, 2))
    logits = torch.randn(8, 2, requires_grad=True)
    unknown = torch.zeros(8, 2, dtype=torch.bool)
    unknown[:4, 1] = True
    form(logits, 9 * torch.randn(8, 2), unknown).backward()
    assert (logits.grad[~unknown] == 0).all()
    assert logits.grad[unknown].abs().sum() > 0
    nothing = form(logits, torch.randn(8, 2), torch.zeros_like(unknown))
    assert nothing.item() == 0
