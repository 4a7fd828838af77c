import pytest
import torch
from torch.nn import functional as F

from au_cotrain.pretrained import write_pretrained
from au_cotrain.pretraining import WEIGHT, Pretraining
from au_cotrain.shape_model import ShapeModel

AUS = ["AU04", "AU12"]
MUSCLES, COMPONENTS, LANDMARKS = 3, 4, 5
IDENTITY = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


@pytest.fixture
def shape() -> ShapeModel:
    torch.manual_seed(0)
    return ShapeModel.fit(torch.rand(200, LANDMARKS, 2), COMPONENTS, damping=0.02)


def pretraining(shape: ShapeModel, start: bool | str = False) -> Pretraining:
    return Pretraining("test_resnet", 32, start, shape, AUS, MUSCLES)


def faces(count: int) -> torch.Tensor:
    return torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8)


def test_agreement_with_the_teacher_leaves_the_entropy_alone(shape):
    task, seen = pretraining(shape), faces(2)
    told = task.teacher(seen)
    p = told[:, : len(AUS)].sigmoid()
    entropy = F.binary_cross_entropy(p, p, reduction="none").sum(1).mean()
    loss = task._consistency(told, seen, IDENTITY.expand(2, 3, 2))
    torch.testing.assert_close(loss, entropy)


def test_landmarks_move_as_the_picture_was_moved(shape):
    task, seen = pretraining(shape), faces(1)
    told = task.teacher(seen)
    aus, _, shape_told = told.tensor_split(task.cuts, dim=1)
    corners = torch.tensor([[[0.1, -0.2], [0.9, 0.0], [0.0, 0.8]]])
    turn = torch.tensor([[0.8, 0.2], [-0.1, 1.0]])  # x to the right edge's way, y to the lower's
    moved = shape.landmarks(shape_told) @ turn + corners[0, 0]
    expected = torch.cat([aus, torch.zeros(1, MUSCLES), shape(moved)], dim=1)
    still = task._consistency(told, seen, IDENTITY[None])
    torch.testing.assert_close(task._consistency(expected, seen, corners), still)
    off = expected.clone()
    off[:, -1] += 1.0
    torch.testing.assert_close(
        task._consistency(off, seen, corners) - still, torch.tensor(0.5 * WEIGHT)
    )


def test_the_teacher_is_not_taught_and_the_backbone_is(shape):
    task = pretraining(shape)
    task.log_dict = lambda *_, **__: None
    batch = {
        "images": faces(4), "labels": torch.randint(0, 2, (4, 2)), "muscles": torch.randn(4, 3),
        "landmarks": torch.rand(4, LANDMARKS, 2), "pool_images": faces(3), "pool_seen": faces(3),
        "pool_corners": IDENTITY.expand(3, 3, 2),
    }  # fmt: skip
    task.training_step(batch, 0).backward()
    assert all(weight.grad is not None for weight in task.network.parameters())
    assert all(weight.grad is None for weight in task.teacher.parameters())


def test_it_goes_on_from_all_that_an_earlier_one_knew(shape, tmp_path):
    first, file = pretraining(shape), tmp_path / "first.safetensors"
    first.save(file)
    other = ShapeModel.fit(torch.rand(200, LANDMARKS, 2) ** 2, COMPONENTS, damping=0.02)
    again = pretraining(other, str(file))
    images = faces(2)
    first.eval(), again.eval()
    torch.testing.assert_close(again.network(images), first.network(images))
    torch.testing.assert_close(again.shape.basis, first.shape.basis)


def test_from_another_shape_model_it_takes_the_classifiers(shape, tmp_path):
    first, file = pretraining(shape), tmp_path / "first.safetensors"
    first.save(file)
    finer = ShapeModel.fit(torch.rand(200, LANDMARKS, 2), COMPONENTS + 1, damping=0.02)
    again = pretraining(finer, str(file))
    rows = slice(0, len(AUS))
    torch.testing.assert_close(again.network.heads.weight[rows], first.network.heads.weight[rows])
    assert again.shape is finer and not torch.equal(finer.basis[:, :4], shape.basis)


def test_classifiers_of_another_width_are_not_taken(shape, tmp_path):
    backbone = pretraining(shape).network.encoder.backbone.state_dict()
    write_pretrained(tmp_path / "a.safetensors", backbone, torch.full((1, 7), 9.0), ["AU12"], {})
    again = pretraining(shape, str(tmp_path / "a.safetensors"))
    assert not (again.network.heads.weight == 9.0).any()
