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
