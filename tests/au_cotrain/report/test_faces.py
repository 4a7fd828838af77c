import base64
import io

import numpy as np
from PIL import Image

from au_cotrain.report.faces import draw_worst, thumbnail


def test_a_thumbnail_keeps_its_shape():
    pixels = np.zeros((300, 600, 3), np.uint8)
    pixels[:, :300] = (255, 0, 0)
    source, width, height = thumbnail(pixels)
    assert (width, height) == (128, 64)
    encoded = source.removeprefix("data:image/jpeg;base64,")
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    assert picture.shape == (64, 128, 3)
    assert picture[30, 20, 0] > 240 and picture[30, 110, 0] < 15


def test_errors_stand_by_kind_and_paths_below_what_they_share():
    paths = ["/home/me/set/a/1.jpg", "/home/me/set/b/2.jpg", "/home/me/set/b/3.jpg"]
    worst = [{"face": 2, "path": paths[2], "label": 1}, {"face": 0, "path": paths[0], "label": 0}]
    asked = []

    def picture(face):
        asked.append(face)
        return np.zeros((8, 8, 3), np.uint8)

    kinds = draw_worst(worst, paths, np.array([4, -1, -1]), picture)
    assert [(face.path, face.frame) for face in kinds[0]] == [("a/1.jpg", 4)]
    assert [(face.path, face.frame) for face in kinds[1]] == [("b/3.jpg", -1)]
    assert asked == [2, 0]


def test_paths_that_share_nothing_stay():
    worst = [{"face": 0, "path": "a.jpg", "label": 1}]
    kinds = draw_worst(
        worst, ["a.jpg", "/b.jpg"], np.array([-1, -1]), lambda _: np.zeros((2, 2, 3), np.uint8)
    )
    assert kinds[1][0].path == "a.jpg"
