import pytest
import torch

from au_cotrain.network import CoTrainingNetwork
from au_cotrain.teacher import Teacher


@pytest.fixture
def network() -> CoTrainingNetwork:
    torch.manual_seed(0)
    return CoTrainingNetwork(["test_resnet", "test_resnet"], 32, torch.eye(3))


def change(network: CoTrainingNetwork, by: float) -> None:
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += by


def test_it_is_a_moving_average_of_the_weights(network):
    teacher = Teacher(network, 0.9)
    before = teacher.network.classifiers[0].clone()
    change(network, 1.0)
    teacher.follow(network, step=10_000)
    torch.testing.assert_close(teacher.network.classifiers[0], before + 0.1)


def test_its_first_steps_forget_random_weights(network):
    teacher = Teacher(network, 0.999)
    change(network, 1.0)
    teacher.follow(network, step=4)  # keeps a half
    torch.testing.assert_close(teacher.network.classifiers[0], network.classifiers[0] - 0.5)


def test_without_decay_it_is_the_network_in_evaluation_mode(network):
    teacher = Teacher(network, 0.0)
    change(network, 0.01)
    network.encoders[0].backbone.bn1.running_mean += 1.0
    teacher.follow(network, step=1000)
    images = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    network.eval()
    torch.testing.assert_close(teacher(images).logits, network(images).logits)


def test_it_is_not_trained_and_always_evaluates(network):
    teacher = Teacher(network, 0.9)
    teacher.train()
    assert not teacher.network.training
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    images = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    assert not teacher(images).logits[0].requires_grad


def test_stage_2_reaches_it(network):
    teacher = Teacher(network, 0.9)
    network.start_graph()
    teacher.follow(network, step=1)
    assert teacher.network.refining
