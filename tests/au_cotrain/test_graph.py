import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from au_cotrain.graph import ClassifierGCN, cooccurrence, normalize_adjacency

label_tables = arrays(np.int8, st.tuples(st.integers(1, 30), st.integers(1, 5)),
                      elements=st.integers(-1, 1))  # fmt: skip


@pytest.mark.parametrize("name", ["bp4d", "emotionet"])
def test_graph_reproduces_the_reference(shared, name):
    reference = json.loads((shared / "reference" / f"{name}.json").read_text())
    adjacency = normalize_adjacency(torch.tensor(reference["relation"]))
    expected = torch.tensor(reference["adjacency_normalised"])
    torch.testing.assert_close(adjacency, expected, atol=1e-5, rtol=0)
    given_gcn = reference["gcn"]
    gcn = ClassifierGCN(16, given_gcn["leaky_relu_slope"])
    with torch.no_grad():
        gcn.conv1.lin.weight.copy_(torch.tensor(given_gcn["weight1"]).T)
        gcn.conv2.lin.weight.copy_(torch.tensor(given_gcn["weight2"]).T)
    for view in (1, 2):
        out = gcn(torch.tensor(given_gcn[f"nodes_view{view}"]), adjacency)
        expected = torch.tensor(given_gcn[f"out_view{view}"])
        torch.testing.assert_close(out, expected, atol=1e-5, rtol=0)


@given(label_tables)
def test_relation_is_the_difference_of_conditional_probabilities(labels):
    relation = cooccurrence(labels)
    for i in range(labels.shape[1]):
        for j in range(labels.shape[1]):
            both = (labels[:, i] >= 0) & (labels[:, j] >= 0)
            y_i, y_j = labels[both, i], labels[both, j]
            on, off = y_i[y_j == 1], y_i[y_j == 0]
            expected = on.mean() - off.mean() if len(on) and len(off) else 0.0
            assert relation[i, j].item() == pytest.approx(1.0 if i == j else expected, abs=1e-6)


@given(label_tables, st.floats(0, 100))
def test_relation_is_never_nan_and_shrinks(labels, shrinkage):
    relation = cooccurrence(torch.tensor(labels), shrinkage)
    assert relation.isfinite().all() and (relation.abs() <= 1 + 1e-6).all()
    assert (relation.diagonal() == 1).all()
    assert (relation.abs() <= cooccurrence(labels).abs() + 1e-6).all()
    assert normalize_adjacency(relation).isfinite().all()


def test_unknown_labels_are_not_negatives():
    # AU 0 goes with AU 1 wherever both are known; the release counted unknowns as absences.
    labels = torch.tensor([[1, 1], [0, 0]] * 5 + [[-1, 1]] * 40 + [[1, -1]] * 40)
    assert cooccurrence(labels)[0, 1].item() == pytest.approx(1)


def test_shrinkage_pulls_both_conditionals_to_the_marginal():
    labels = torch.tensor([[1, 1]] * 2 + [[0, 1]] * 2 + [[1, 0]] * 1 + [[0, 0]] * 5)
    marginal = 3 / 10
    expected = (2 + 4 * marginal) / (4 + 4) - (1 + 4 * marginal) / (6 + 4)
    assert cooccurrence(labels, 4.0)[0, 1].item() == pytest.approx(expected)


@pytest.mark.parametrize("wrong", [torch.tensor([[0, 9]]), torch.tensor([0, 1])])
def test_labels_of_another_code_or_shape_are_refused(wrong):
    with pytest.raises(ValueError, match="0, 1 or -1"):
        cooccurrence(wrong)


def test_adjacency_is_scaled_by_row_sums_of_the_untransposed_matrix():
    relation = torch.tensor([[1.0, -0.5, 0.25], [0.1, 1.0, 0.0], [0.0, 0.0, 1.0]])
    a = relation.abs().numpy()
    scale = np.diag(a.sum(1) ** -0.5)
    expected = torch.tensor(scale @ a.T @ scale)
    torch.testing.assert_close(normalize_adjacency(relation), expected)


def test_an_au_without_edges_stays_finite():
    adjacency = normalize_adjacency(torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    torch.testing.assert_close(adjacency, torch.tensor([[1.0, 0.0], [0.0, 0.0]]))


def test_gcn_passes_messages_from_column_to_row():
    gcn = ClassifierGCN(2)
    with torch.no_grad():
        gcn.conv1.lin.weight.copy_(torch.eye(2))
        gcn.conv2.lin.weight.copy_(torch.eye(2))
    adjacency = torch.tensor([[0.0, 1.0], [0.0, 0.0]])  # AU 1 sends to AU 0
    out = gcn(torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.eye(2) + adjacency)
    torch.testing.assert_close(out, torch.tensor([[2.0, 4.0], [1.0, 2.0]]))


def test_gradients_reach_zero_entries_of_the_adjacency():
    gcn = ClassifierGCN(3)
    torch.nn.init.eye_(gcn.conv2.lin.weight)
    adjacency = torch.zeros(2, 2, requires_grad=True)
    gcn(torch.ones(2, 3), adjacency + torch.eye(2)).sum().backward()
    assert (adjacency.grad != 0).all()
