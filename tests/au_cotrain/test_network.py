import pytest
import torch

from au_cotrain.errors import SettingError
from au_cotrain.losses import multi_view_loss
from au_cotrain.network import CoTrainingNetwork

faces = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
relation = torch.tensor([[1.0, 0.5, -0.2], [0.4, 1.0, 0.0], [-0.1, 0.0, 1.0]])


@pytest.fixture
def network() -> CoTrainingNetwork:
    torch.manual_seed(0)
    return CoTrainingNetwork(["test_resnet", "test_resnet"], 32, relation, learn_adjacency=True)


def test_two_views_of_a_face_have_their_own_weights(network):
    views = network(faces)
    assert [tuple(f.shape) for f in views.features] == [(4, network.feature_dim)] * 2
    assert [tuple(z.shape) for z in views.logits] == [(4, 3)] * 2
    assert not torch.allclose(*views.features)
    assert not torch.allclose(*views.classifiers)


def test_backbones_of_unlike_width_meet_at_the_narrower():
    mixed = CoTrainingNetwork(["test_resnet", "resnet10t"], 32, relation)
    assert mixed.feature_dim == 96
    assert mixed.encoders[1](faces).shape == (4, 96)


def test_stage_2_starts_without_a_jump(network):
    network.eval()
    before = network(faces)
    network.start_graph()
    after = network(faces)
    for one, two in zip(before.logits + before.classifiers, after.logits + after.classifiers,
                        strict=True):  # fmt: skip
        assert torch.equal(one, two)


def test_the_first_forward_of_stage_2_uses_the_gcn(network):
    network.start_graph()
    network(faces).logits[0].sum().backward()
    assert network.gcn.conv2.lin.weight.grad.abs().sum() > 0


def test_classifiers_go_on_learning_through_the_gcn(network):
    network.start_graph()
    torch.nn.init.normal_(network.gcn.conv2.lin.weight, std=0.1)
    network(faces).logits[0].sum().backward()
    assert network.classifiers[0].grad.abs().sum() > 0
    assert network.adjacency_residual.grad.abs().sum() > 0


def test_multi_view_loss_of_stage_2_acts_on_the_classifiers_that_make_the_logits(network):
    network.start_graph()
    torch.nn.init.normal_(network.gcn.conv2.lin.weight, std=0.1)
    views = network(faces)
    for f, w, z in zip(views.features, views.classifiers, views.logits, strict=True):
        torch.testing.assert_close(f @ w[:, :-1].T + w[:, -1], z)
    assert not torch.allclose(views.classifiers[0], network.classifiers[0])
    multi_view_loss(*views.classifiers).backward()
    assert network.gcn.conv1.lin.weight.grad.abs().sum() > 0
    assert network.classifiers[1].grad.abs().sum() > 0


def test_one_gcn_serves_both_views(network):
    network.start_graph()
    torch.nn.init.normal_(network.gcn.conv2.lin.weight, std=0.1)
    refined = network.refined_classifiers()
    adjacency = network.adjacency()
    for raw, out in zip(network.classifiers, refined, strict=True):
        torch.testing.assert_close(raw + network.gcn(raw, adjacency), out)


def test_the_stage_and_the_relation_travel_with_the_weights(network):
    network.start_graph()
    fresh = CoTrainingNetwork(["test_resnet", "test_resnet"], 32, torch.zeros(3, 3))
    fresh.load_state_dict(network.state_dict())
    assert fresh.refining
    torch.testing.assert_close(fresh.relation, relation)


@pytest.mark.parametrize("backbones", [["test_resnet"], ["test_resnet"] * 3])
def test_two_views_need_two_backbones(backbones):
    with pytest.raises(SettingError, match="two backbones"):
        CoTrainingNetwork(backbones, 32, relation)
