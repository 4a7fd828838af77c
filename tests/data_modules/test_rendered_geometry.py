import numpy as np
import pytest
import torch

from data_modules.errors import DataError
from data_modules.rendered_geometry import RenderedGeometry
from data_modules.synthetic import from_row, load_world, render_manifest
from data_modules.synthetic.landmarks import landmarks


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return render_manifest(tmp_path_factory.mktemp("faces"), load_world("web"), 12, 48, seed=3)


def test_a_batch_holds_all_that_is_known(manifest):
    data = RenderedGeometry(manifest, 32, workers=1)
    batch = data[[(0, 1), (5, 2), (7, 3)]]
    points = data.landmarks.shape[1]
    assert batch["images"].shape == (3, 3, 32, 32) and batch["images"].dtype == torch.uint8
    assert batch["labels"].shape == (3, len(data.manifest.aus))
    assert batch["landmarks"].shape == (3, points, 2)
    assert batch["muscles"].shape == (3, data.muscles.shape[1])
    np.testing.assert_allclose(data.muscles.std(0), 1, atol=1e-3)
    torch.testing.assert_close(batch["labels"][1], torch.from_numpy(data.manifest.labels[5]))


def test_landmarks_are_of_the_row_s_face_and_are_kept(manifest):
    import pandas as pd

    data = RenderedGeometry(manifest, 32, workers=1)
    row = pd.read_csv(manifest, dtype=str).to_dict("records")[4]
    np.testing.assert_allclose(data.landmarks[4], landmarks(from_row(row)), atol=1e-5)
    kept = manifest.with_name("landmarks.npy")
    before = kept.stat().st_mtime_ns
    RenderedGeometry(manifest, 32, workers=1)
    assert kept.stat().st_mtime_ns == before


def test_the_same_seed_gives_the_same_face_and_points(manifest):
    data = RenderedGeometry(manifest, 32, workers=1)
    first, second, other = data[[(3, 9), (3, 9), (3, 10)]]["landmarks"]
    assert torch.equal(first, second) and not torch.equal(first, other)


def test_a_table_of_other_faces_says_what_it_lacks(manifest, tmp_path):
    import pandas as pd

    other = tmp_path / "manifest.csv"
    (tmp_path / "faces").symlink_to(manifest.parent / "faces")
    table = pd.read_csv(manifest)[["path", "subject", "AU12", "intensity_AU17", "pose_yaw"]]
    table.to_csv(other, index=False)
    with pytest.raises(DataError, match="au-cotrain synth"):
        RenderedGeometry(other, 32, workers=1)


@pytest.fixture
def copied(manifest, tmp_path):
    """The table alone, with its faces, and one of its cells changed."""

    def copied(change=lambda text: text):
        (tmp_path / "faces").symlink_to(manifest.parent / "faces")
        (tmp_path / "manifest.csv").write_text(change(manifest.read_text()))
        return tmp_path / "manifest.csv"

    return copied


@pytest.mark.parametrize("cell", ["x", "nan", "inf", ""])
@pytest.mark.parametrize("column", ["pose_yaw", "intensity_AU17"])
def test_a_parameter_that_is_no_number_is_refused(copied, column, cell):
    def change(text):
        header, first, *rows = (line.split(",") for line in text.splitlines())
        first[header.index(column)] = cell
        return "\n".join(map(",".join, (header, first, *rows)))

    table = copied(change)
    with pytest.raises(DataError, match="au-cotrain synth") as error:
        RenderedGeometry(table, 32, workers=1)
    assert str(table) in str(error.value) and len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"no", b"\x93NUMPY\x01\x00\x10\x00{'descr': (1,    \n", b"PK\x03\x04", b"\x80\x04."],
)
def test_landmarks_that_were_damaged_are_worked_out_again(manifest, copied, content):
    expected = RenderedGeometry(manifest, 32, workers=1).landmarks
    table = copied()
    table.with_name("landmarks.npy").write_bytes(content)
    np.testing.assert_array_equal(RenderedGeometry(table, 32, workers=1).landmarks, expected)


def test_landmarks_of_another_shape_are_worked_out_again(manifest, copied):
    expected = RenderedGeometry(manifest, 32, workers=1).landmarks
    table = copied()
    for other in (expected[:, :, :1], expected[0], np.full_like(expected, np.nan)):
        np.save(table.with_name("landmarks.npy"), other)
        np.testing.assert_array_equal(RenderedGeometry(table, 32, workers=1).landmarks, expected)
