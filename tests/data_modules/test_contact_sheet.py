import numpy as np
import pytest
from PIL import Image

from data_modules import contact_sheet
from data_modules.contact_sheet import draw_contact_sheet
from data_modules.manifest import read_manifest


@pytest.fixture
def faces(draw, write):
    def faces(number):
        for face in range(number):
            draw(f"{face}.png", (250, 0, 250))
        rows = "".join(f"{face}.png,S1,1,0,\n" for face in range(number))
        return read_manifest(write("t.csv", f"path,subject,AU1,AU10,AU12\n{rows}"))

    return faces


@pytest.mark.parametrize("number", [1, 5, 40])
def test_a_sheet_shows_as_many_faces_as_there_are_and_fit(faces, tmp_path, monkeypatch, number):
    manifest, shown = faces(number), []
    read = contact_sheet.read_picture

    def note(path, size):
        shown.append(path)
        return read(path, size)

    monkeypatch.setattr(contact_sheet, "read_picture", note)
    draw_contact_sheet(manifest, tmp_path / "sheet.png", 20, 24, columns=4, rows=2)
    assert len(shown) == len(set(shown)) == min(number, 8)
    assert shown[0] == manifest.paths[0].as_py() and shown[-1] == manifest.paths[-1].as_py()
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    assert (abs(pixels - (250, 0, 250)).max(axis=2) < 3).sum() > 1000  # their colour


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ([1, 1, 0], "AU 1 10"),
        ([0, 0, 0], "no AU"),
        ([0, 1, -1], "AU 10 (1 unknown)"),
        ([0, -1, -1], "no AU (2 unknown)"),
        ([-1, -1, -1], "not coded"),
    ],
)
def test_a_face_is_said_to_show_what_was_coded_and_unknown_is_not_absence(faces, codes, words):
    manifest = faces(1)
    manifest.labels[0] = codes
    assert contact_sheet._said(manifest, 0) == words
