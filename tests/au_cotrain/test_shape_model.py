import torch
from sklearn.decomposition import PCA

from au_cotrain.shape_model import ShapeModel


def test_undamped_coefficients_are_whitened_principal_components():
    torch.manual_seed(0)
    landmarks = torch.randn(500, 4, 2) @ torch.randn(2, 2) + torch.randn(4, 2)
    landmarks[:, 1] += landmarks[:, 0]
    model = ShapeModel.fit(landmarks, 3, damping=0.0)
    pca = PCA(3, whiten=True).fit(landmarks.flatten(1).numpy())
    expected = torch.from_numpy(pca.transform(landmarks.flatten(1).numpy())).float()
    torch.testing.assert_close(model(landmarks).abs(), expected.abs(), rtol=1e-3, atol=1e-3)


def test_damping_quietens_what_is_too_fine_to_be_seen():
    torch.manual_seed(0)
    landmarks = torch.zeros(500, 2, 2)
    landmarks[:, 0, 0] = torch.randn(500)
    landmarks[:, 1, 1] = 0.001 * torch.randn(500)
    coarse, fine = ShapeModel.fit(landmarks, 2, damping=0.1)(landmarks).std(0)
    assert 0.85 < coarse < 1.0
    assert fine < 0.02


def test_landmarks_of_all_coefficients_are_the_face_s_own():
    torch.manual_seed(0)
    landmarks = torch.randn(500, 4, 2) @ torch.randn(2, 2) + torch.randn(4, 2)
    model = ShapeModel.fit(landmarks, 8, damping=0.02)
    torch.testing.assert_close(model.landmarks(model(landmarks)), landmarks, rtol=1e-3, atol=1e-3)
