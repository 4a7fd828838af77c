import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss

from au_cotrain.losses import (
    SELECTIVE_SHARES,
    co_regularization_loss,
    conditional_dependence,
    multi_view_loss,
    recognition_loss,
)

logits = arrays(np.float64, (5, 3), elements=st.floats(-60, 60))


@pytest.mark.parametrize("name", ["bp4d", "emotionet"])
def test_losses_reproduce_the_reference(shared, name):
    reference = json.loads((shared / "reference" / f"{name}.json").read_text())
    pair = [torch.tensor(reference["co_regularisation"][f"logits_view{v}"]) for v in (1, 2)]
    exact = reference["co_regularisation"]["js_exact"]
    assert co_regularization_loss(*pair).item() == pytest.approx(exact, abs=1e-5)
    nodes = [torch.tensor(reference["gcn"][f"nodes_view{v}"]) for v in (1, 2)]
    assert multi_view_loss(*nodes).item() == pytest.approx(
        reference["multi_view"]["loss"], abs=1e-5
    )


def test_recognition_is_cross_entropy_over_known_labels():
    z = torch.randn(40, 1, dtype=torch.float64)
    y = torch.randint(0, 2, (40, 1))
    expected = log_loss(y.flatten(), z.sigmoid().flatten())
    assert recognition_loss(z, y).item() == pytest.approx(expected)


def test_recognition_sums_over_aus_and_divides_by_labeled_faces():
    z, y = torch.zeros(6, 4), torch.full((6, 4), -1)
    y[:2] = 1  # two labeled faces, four pool faces
    assert recognition_loss(z, y).item() == pytest.approx(4 * math.log(2))


def test_unknown_labels_move_no_weight():
    z = torch.randn(5, 3, requires_grad=True)
    y = torch.tensor([[1, -1, 0]] * 4 + [[-1, -1, -1]])
    recognition_loss(z, y, [0.5] * 3).backward()
    assert (z.grad[:, 1] == 0).all() and (z.grad[4] == 0).all()
    assert (z.grad[:4, 0] != 0).all()


def test_a_batch_without_labels_costs_nothing_and_is_finite():
    z = torch.randn(5, 3, requires_grad=True)
    loss = recognition_loss(z, torch.full((5, 3), -1), [0.3] * 3)
    loss.backward()
    assert loss.item() == 0 and (z.grad == 0).all()


@pytest.mark.parametrize(
    ("positives", "known", "share", "kept_negatives"),
    [
        (2, 20, 0.3, 18 - (18 - 6)),  # 2 < 6: as many negatives as half stay
        (2, 19, 0.3, 17 - int(17 - math.ceil(5.7))),
        (8, 20, 0.3, 12),  # enough positives: nothing is dropped
        (0, 20, 0.5, 10),
        (1, 2, 0.9, 1),  # fewer negatives than half: none can be dropped
    ],
)
def test_selective_learning_drops_surplus_negatives(positives, known, share, kept_negatives):
    y = torch.full((30, 1), -1)
    y[:known] = 0
    y[:positives] = 1
    z = torch.zeros(30, 1, requires_grad=True)
    recognition_loss(z, y, [share]).backward()
    assert int((z.grad[positives:known] != 0).sum()) == kept_negatives
    assert (z.grad[:positives] != 0).all() and (z.grad[known:] == 0).all()


def test_selective_learning_draws_its_negatives_at_random():
    z, y = torch.zeros(200, 1, requires_grad=True), torch.zeros(200, 1, dtype=torch.long)
    (one,) = torch.autograd.grad(recognition_loss(z, y, [0.5]), z)
    (other,) = torch.autograd.grad(recognition_loss(z, y, [0.5]), z)
    assert not torch.equal(one, other)


def test_published_shares_name_twelve_aus_each():
    assert all(len(table) == 12 for table in SELECTIVE_SHARES.values())


@settings(deadline=None)
@given(logits, logits)
def test_divergence_is_that_of_entropies(a, b):
    def entropy(p):
        return -sum(np.where(q > 0, q * np.log(np.maximum(q, 1e-300)), 0) for q in (p, 1 - p))

    p1, p2 = (1 / (1 + np.exp(-z)) for z in (a, b))
    expected = np.mean(entropy((p1 + p2) / 2) - (entropy(p1) + entropy(p2)) / 2)
    loss = co_regularization_loss(torch.tensor(a), torch.tensor(b)).item()
    assert loss == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(logits, logits)
def test_divergence_is_symmetric_bounded_and_blind_to_negation(a, b):
    one, two = torch.tensor(a), torch.tensor(b)
    loss = co_regularization_loss(one, two)
    assert -1e-12 <= loss <= math.log(2) + 1e-12
    torch.testing.assert_close(loss, co_regularization_loss(two, one))
    torch.testing.assert_close(loss, co_regularization_loss(-one, -two))
    assert co_regularization_loss(one, one).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_divergence_has_finite_gradients_where_probabilities_saturate(dtype):
    z = torch.linspace(-60, 60, 25, dtype=dtype)
    one, two = (grid.clone().requires_grad_() for grid in torch.meshgrid(z, z, indexing="ij"))
    co_regularization_loss(one, two).backward()
    assert one.grad.isfinite().all() and two.grad.isfinite().all()
    # Two certain views that contradict each other are pushed, not given up.
    assert one.grad[-1, 12] > 0


def test_divergence_of_no_faces_is_zero():
    assert co_regularization_loss(torch.zeros(0, 3), torch.zeros(0, 3)).item() == 0


def test_gradients_agree_with_finite_differences():
    one, two = (torch.randn(4, 3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    labels = torch.randint(0, 2, (4, 3))
    assert torch.autograd.gradcheck(co_regularization_loss, (one, two))
    assert torch.autograd.gradcheck(multi_view_loss, (one, two))
    assert torch.autograd.gradcheck(lambda z: recognition_loss(z, labels), (one,))
    features = [torch.randn(12, 3, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    labels = torch.arange(12)[:, None] % 2
    assert torch.autograd.gradcheck(
        lambda a, b: conditional_dependence(a, b, labels), tuple(features)
    )


def test_multi_view_is_one_for_parallel_and_zero_for_orthogonal_classifiers():
    one = torch.tensor([[1.0, 0, 0], [0, 2, 0]])
    assert multi_view_loss(one, -3 * one).item() == pytest.approx(1)
    assert multi_view_loss(one, one.roll(1, dims=1)).item() == pytest.approx(0)
    assert multi_view_loss(one, torch.zeros(2, 3)).item() == 0


def test_dependence_is_one_for_equal_and_about_zero_for_independent_views():
    torch.manual_seed(0)
    f, y = torch.randn(400, 16), torch.randint(0, 2, (400, 3))
    assert conditional_dependence(f, f, y).item() == pytest.approx(1, abs=1e-3)
    assert conditional_dependence(f, 7 * f @ torch.linalg.qr(torch.randn(16, 16))[0], y) > 0.99
    assert abs(conditional_dependence(f, torch.randn(400, 16), y).item()) < 0.05


def test_dependence_that_the_label_explains_does_not_count():
    torch.manual_seed(0)
    y = torch.randint(0, 2, (600, 1))
    one, two = (3 * y + torch.randn(600, 8) for _ in range(2))
    assert abs(conditional_dependence(one, two, y).item()) < 0.05
    unlabeled = torch.zeros_like(y)
    assert conditional_dependence(one, two, unlabeled).item() > 0.5


def test_dependence_is_the_unbiased_class_conditional_hsic():
    torch.manual_seed(0)
    f1, f2 = torch.randn(9, 4), torch.randn(9, 5)
    y = torch.tensor([[1]] * 5 + [[-1]] * 4)

    def hsic(a, b, n=5):
        # Song et al. 2012, eq. 5, written out.
        k, one = (a @ a.T).fill_diagonal_(0), torch.ones(n)
        l = (b @ b.T).fill_diagonal_(0)  # noqa: E741 - the paper's letter
        pairs = (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2))
        return (torch.trace(k @ l) + pairs - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))

    a, b = (f / f.norm(dim=1).mean() for f in (f1 - f1.mean(0), f2 - f2.mean(0)))
    a, b = a[:5], b[:5]
    expected = hsic(a, b) / (hsic(a, a) * hsic(b, b) + 1e-8).sqrt()
    torch.testing.assert_close(conditional_dependence(f1, f2, y), expected)


def test_dependence_needs_four_faces_of_a_class_and_is_never_nan():
    f = torch.randn(6, 4, requires_grad=True)
    y = torch.tensor([[1], [1], [1], [-1], [-1], [-1]])
    loss = conditional_dependence(f, f, y)
    loss.backward()
    assert loss.item() == 0 and f.grad.isfinite().all()
    constant = torch.ones(6, 4, requires_grad=True)
    loss = conditional_dependence(constant, constant, torch.zeros(6, 1))
    loss.backward()
    assert loss.isfinite() and constant.grad.isfinite().all()


def test_released_co_regularization_is_not_what_we_compute():
    # The release takes the absolute difference of means: opposite errors cancel there.
    one = torch.tensor([[4.0, -4.0]])
    assert co_regularization_loss(one, -one) > 0.5
    assert F.l1_loss(one.sigmoid().mean(), (-one).sigmoid().mean()).item() == pytest.approx(0)


@settings(deadline=None)
@given(
    logits, logits, arrays(np.int8, (5, 3), elements=st.integers(-1, 1)), st.permutations(range(5))
)
def test_the_order_of_faces_changes_no_loss(a, b, labels, order):
    a, b, labels = map(torch.from_numpy, (a, b, labels))
    for loss, given_to in (
        (recognition_loss, (a, labels)), (co_regularization_loss, (a, b)),
        (conditional_dependence, (a, b, labels)),
    ):  # fmt: skip
        moved = loss(*(tensor[list(order)] for tensor in given_to))
        torch.testing.assert_close(moved, loss(*given_to), atol=1e-9, rtol=1e-6)


@settings(deadline=None)
@given(logits, logits, arrays(np.int8, (5, 3), elements=st.integers(-1, 1)))
def test_what_is_said_of_unknown_labels_costs_nothing(a, b, labels):
    otherwise = torch.from_numpy(np.where(labels < 0, b, a))
    a, labels = torch.from_numpy(a), torch.from_numpy(labels)
    torch.testing.assert_close(recognition_loss(otherwise, labels), recognition_loss(a, labels))
