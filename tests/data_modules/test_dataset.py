import numpy as np
import pytest
import torch

from data_modules.dataset import FaceDataset
from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.manifest import read_manifest
from data_modules.pool import read_pool
from data_modules.transforms import training

CODED, POOL = 8, 6


@pytest.fixture
def manifests(draw, write, tmp_path):
    """Faces whose colour says who they are: coded ones have the bits of their number as labels."""
    rows = ["path,subject,AU1,AU2,AU4"]
    for face in range(CODED):
        draw(f"coded/{face}.png", (face, 0, 0))
        rows.append(f"coded/{face}.png,S1,{face & 1},{face >> 1 & 1},{'' if face & 4 else 1}")
    for face in range(POOL):
        draw(f"pool/{face}.png", (CODED + face, 0, 0))
    return [
        read_manifest(write("t.csv", "\n".join(rows))),
        read_pool(tmp_path / "pool", ["AU01", "AU02", "AU04"]),
    ]


def batch_of(manifests, faces, augment=None):
    return FaceDataset(manifests, 20, 24, augment)[[(face, face) for face in faces]]


def assert_aligned(batch, faces, manifests):
    """Each picture's colour, labels and path are those of one face, in the order drawn."""
    assert batch["images"][:, 0].amax(dim=(1, 2)).tolist() == faces
    assert batch["images"][:, 0].amin(dim=(1, 2)).tolist() == faces
    for face, codes, path in zip(faces, batch["labels"].tolist(), batch["paths"], strict=True):
        manifest, row = (manifests[0], face) if face < CODED else (manifests[1], face - CODED)
        assert path == manifest.paths[row].as_py()
        third = UNKNOWN if face & 4 else 1
        assert codes == ([face & 1, face >> 1 & 1, third] if face < CODED else [UNKNOWN] * 3)


def test_a_batch_keeps_the_contract(manifests):
    batch = batch_of(manifests, [0, 3, 5, 8, 13])
    assert list(batch) == ["images", "labels", "paths", "unreadable"]
    assert batch["images"].shape == (5, 3, 20, 20) and batch["images"].dtype == torch.uint8
    assert batch["labels"].shape == (5, 3) and batch["labels"].dtype == torch.int8
    assert batch["images"].is_contiguous(memory_format=torch.channels_last)
    assert set(batch["labels"].unique().tolist()) <= {-1, 0, 1}
    assert len(batch["paths"]) == 5 and batch["unreadable"] == []


@pytest.mark.parametrize("augmentation", [None, "paper"])
def test_picture_labels_and_path_of_a_face_stay_together(manifests, augmentation):
    augment = augmentation and training(20, augmentation)
    faces = [13, 0, 7, 8, 2, 2, 9, 5]
    assert_aligned(batch_of(manifests, faces, augment), faces, manifests)


def test_faces_are_counted_through_all_manifests(manifests):
    assert len(FaceDataset(manifests, 20, 24)) == CODED + POOL
    every = list(range(CODED + POOL))
    assert_aligned(batch_of(manifests, every), every, manifests)


@pytest.mark.parametrize("broken", [[8], [9, 12], [8, 9, 10, 11, 12, 13]])
def test_unreadable_pool_pictures_are_left_out_and_shift_nobodys_label(manifests, broken):
    for face in broken:
        with open(manifests[1].paths[face - CODED].as_py(), "w") as file:
            file.write("no picture")
    faces = [1, 8, 6, 9, 10, 3, 11, 12, 13, 4]
    batch = batch_of(manifests, faces)
    assert_aligned(batch, [face for face in faces if face not in broken], manifests)
    assert batch["unreadable"] == [manifests[1].paths[face - CODED].as_py() for face in broken]


def test_a_batch_of_nothing_readable_is_empty_not_fatal(manifests, tmp_path):
    for file in (tmp_path / "pool").iterdir():
        file.unlink()
    batch = batch_of(manifests, [8, 9])
    assert batch["images"].shape == (0, 3, 20, 20) and batch["images"].dtype == torch.uint8
    assert batch["labels"].shape == (0, 3) and batch["labels"].dtype == torch.int8
    assert batch["paths"] == [] and len(batch["unreadable"]) == 2


@pytest.mark.parametrize("codes", ["1,0,1", ",,"])
def test_an_unreadable_coded_picture_is_an_error_even_where_all_is_unknown(write, codes):
    faces = read_manifest(write("t.csv", f"path,subject,AU1,AU2,AU4\ngone.png,S1,{codes}\n"))
    with pytest.raises(DataError, match=r"t\.csv:2: unreadable picture .*gone\.png: no such file"):
        batch_of([faces], [0])


def test_colours_and_sides_are_not_swapped(draw, write):
    pixels = np.zeros((24, 24, 3), np.uint8)
    pixels[:12, :, 0], pixels[:, :12, 2] = 200, 100  # red above, blue on the left
    draw("a.png", pixels=pixels)
    faces = read_manifest(write("t.csv", "path,subject,AU1\na.png,S1,1\n"))
    image = batch_of([faces], [0])["images"][0]
    assert torch.equal(image, torch.from_numpy(pixels[2:22, 2:22].copy()).permute(2, 0, 1))


def test_the_draws_seed_alone_fixes_the_augmentation(draw, write, noise):
    draw("a.png", pixels=noise(side=24))
    draw("b.png", pixels=noise(1, side=24))
    faces = read_manifest(write("t.csv", "path,subject,AU1\na.png,S1,1\nb.png,S1,0\n"))
    dataset = FaceDataset([faces], 20, 24, training(20, "standard"))
    alone, after = dataset[[(0, 7)]]["images"][0], dataset[[(1, 3), (0, 7)]]["images"][1]
    assert torch.equal(alone, after)
    assert not torch.equal(alone, dataset[[(0, 8)]]["images"][0])


def test_a_batch_does_not_share_memory_with_the_table(manifests):
    batch = batch_of(manifests, [0])
    batch["labels"].fill_(9)
    assert manifests[0].labels.max() == 1


def test_every_look_is_its_own(faces_table):
    faces = read_manifest(faces_table("labeled"))
    augment = training(24, "strong")
    data = FaceDataset([faces], 24, 28, augment, training(24, "paper"), own_looks=True)
    batch = data[[(0, 5), (1, 6)]]
    looks = [batch[name] for name in ("images", "images_2", "teacher_images")]
    assert all(look.shape == (2, 3, 24, 24) for look in looks)
    assert not any(torch.equal(a, b) for a, b in zip(looks, looks[1:] + looks[:1], strict=True))
    assert torch.equal(batch["images_2"], data[[(0, 5), (1, 6)]]["images_2"])
    assert "images_2" not in FaceDataset([faces], 24, 28, augment)[[(0, 5)]]
