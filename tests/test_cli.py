import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from au_cotrain.cli import main
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from data_modules.alignment import Aligner, Alignment
from data_modules.manifest import read_manifest
from data_modules.picture import read_whole


@pytest.fixture
def predictor(tmp_path):
    card = PredictorCard(
        aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96,
        image_size=32, scaled_size=34, temperatures=[1.0, 1.0], thresholds=[0.5, 0.5],
        alignment="as drawn", provenance={}, metrics={},
    )  # fmt: skip
    write_predictor(tmp_path / "predictor", card, PredictorNetwork(card))
    return str(tmp_path / "predictor")


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "faces").mkdir()
    for i in range(5):
        face = Image.fromarray(rng.integers(0, 256, (40 + i, 50, 3), dtype=np.uint8))
        face.save(tmp_path / "faces" / f"{i}.png")
    return tmp_path / "faces"


def test_help_answers_without_torch():
    code = (
        "import sys; from au_cotrain import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "export" in done.stdout and done.stdout.strip().endswith("False")


def test_predict_writes_a_row_a_picture_in_order(predictor, pictures, tmp_path, capsys):
    out = tmp_path / "deep" / "out.csv"
    files = [str(pictures / f"{i}.png") for i in (3, 0)]
    main(["predict", predictor, *files, str(pictures), "-o", str(out), "--batch", "2"])
    table = pd.read_csv(out)
    assert list(table) == ["input", "success", "AU01_p", "AU12_p", "AU01_c", "AU12_c"]
    assert list(table["input"]) == [*files, *(str(pictures / f"{i}.png") for i in range(5))]
    assert ((table["AU01_p"] >= 0.5) == (table["AU01_c"] == 1)).all()
    assert table["AU01_p"][0] == pytest.approx(table["AU01_p"][5], abs=1e-6)
    assert "7 of 7 pictures scored" in capsys.readouterr().out


def test_an_unreadable_picture_is_a_row_without_aus(predictor, pictures, tmp_path, capsys):
    (pictures / "1.png").write_text("no picture")
    out = tmp_path / "out.csv"
    main(["predict", predictor, str(pictures), "-o", str(out)])
    table = pd.read_csv(out)
    assert list(table["success"]) == [1, 0, 1, 1, 1]
    assert table.loc[1, ["AU01_p", "AU01_c"]].isna().all()
    assert table.drop(1).notna().all(axis=None)
    assert "skipped, unreadable" in capsys.readouterr().err


@pytest.fixture
def aligned(tmp_path):
    """A predictor whose faces were cut out by au-cotrain prepare, and the cut."""
    cut = Alignment(size=64)
    card = PredictorCard(
        aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96,
        image_size=32, scaled_size=34, temperatures=[1.0, 1.0], thresholds=[0.5, 0.5],
        alignment=cut.parameters(), provenance={}, metrics={},
    )  # fmt: skip
    torch.manual_seed(0)
    write_predictor(tmp_path / "aligned", card, PredictorNetwork(card))
    return str(tmp_path / "aligned"), cut


def scores(*arguments, tmp_path):
    main(["predict", *map(str, arguments), "-o", str(tmp_path / "out.csv")])
    return pd.read_csv(tmp_path / "out.csv")


def test_faces_are_cut_out_as_in_training(aligned, shared, pictures, tmp_path, capsys):
    model = shared / "models" / "face_landmarker.task"
    predictor, cut = aligned
    photos = sorted((shared / "photos").rglob("*.jpg"))[:3]
    (tmp_path / "crops").mkdir()
    with Aligner(cut, model) as aligner:
        for photo in photos:
            crop = Image.fromarray(aligner(read_whole(photo)))
            crop.save(tmp_path / "crops" / f"{photo.stem}.png")
    got = scores(predictor, *photos, pictures / "0.png", "--align-model", model, tmp_path=tmp_path)
    assert list(got["success"]) == [1, 1, 1, 0] and got.iloc[3][["AU01_p", "AU12_c"]].isna().all()
    assert f"skipped, no face found: {pictures}/0.png" in capsys.readouterr().err
    crops = sorted((tmp_path / "crops").iterdir())
    expected = scores(predictor, *crops, "--no-align", tmp_path=tmp_path)
    columns = ["AU01_p", "AU12_p"]
    np.testing.assert_allclose(got[columns][:3], expected[columns], atol=1e-6)


def test_without_a_landmarker_one_line_says_how_to_supply_it(aligned, pictures, tmp_path):
    command = ["predict", aligned[0], str(pictures), "-o", str(tmp_path / "out.csv")]
    with pytest.raises(SystemExit, match="no face landmarker here") as stop:
        main([*command, "--align-model", str(tmp_path / "none.task")])
    assert "\n" not in str(stop.value)
    main([*command, "--no-align"])
    assert pd.read_csv(tmp_path / "out.csv")["success"].all()


def test_wrong_input_is_one_line_and_status_1(predictor, pictures, tmp_path, capsys):
    out = str(tmp_path / "out.csv")
    (tmp_path / "empty").mkdir()
    for arguments, said in (
        (["predict", str(pictures), str(pictures), "-o", out], "no predictor here"),
        (["predict", predictor, str(tmp_path / "empty"), "-o", out], "no pictures in this folder"),
        (["predict", predictor, "none.png", "-o", out], "can be used"),
        (["export", "none.ckpt", str(tmp_path / "x")], "no such checkpoint"),
    ):
        with pytest.raises(SystemExit, match=said) as stop:
            main(arguments)
        assert "\n" not in str(stop.value)
    assert not (tmp_path / "out.csv").exists()


# --- synth ------------------------------------------------------------------------------------


def test_synth_renders_faces_that_the_trainer_can_read(tmp_path, capsys):
    out = tmp_path / "deep" / "faces"
    main(["synth", str(out), "--count", "5", "--size", "32", "--seed", "3", "--world", "lab",
          "--workers", "0", "--set", "pose.yaw={uniform: [60, 75]}", "frames=2"])  # fmt: skip
    assert f"{out}/manifest.csv: 5 faces of 3 people" in capsys.readouterr().out
    faces = read_manifest(out / "manifest.csv")
    assert len(faces) == 5 and len(set(faces.subjects)) == 3
    assert "AU12" in faces.aus and len(faces.aus) == 18
    assert all(Image.open(path.as_py()).size == (32, 32) for path in faces.paths)
    table = pd.read_csv(out / "manifest.csv")
    assert table["pose_yaw"].between(60, 75).all()


def test_synth_needs_no_torch(tmp_path):
    code = (
        "import sys; from au_cotrain import cli\n"
        f"cli.main(['synth', {str(tmp_path / 'f')!r}, '--count', '1', '--size', '16', "
        "'--workers', '0'])\nprint('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")


def test_synth_again_changes_nothing_and_another_request_is_refused(tmp_path, capsys):
    command = ["synth", str(tmp_path / "f"), "--count", "2", "--size", "16", "--workers", "0"]
    main(command)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    main(command)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before
    with pytest.raises(SystemExit, match="another rendering"):
        main([*command, "--seed", "1"])


def test_synth_draws_two_sheets(tmp_path, capsys):
    main(["synth", "--sheet", str(tmp_path / "s.png"), "--size", "16"])
    assert {path.name for path in tmp_path.iterdir()} == {"s.png", "s-views.png"}
    sheet = np.asarray(Image.open(tmp_path / "s.png"))
    assert sheet.shape == (3 * (16 + 4 * 16), (1 + 6 * 3) * 16, 3)
    first_row = sheet[16:32].reshape(16, 19, 16, 3)
    assert len({first_row[:, tile].tobytes() for tile in range(19)}) > 12  # 16 px hide the faintest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no folder given"),
        (["OUT", "--count", "0"], "--count is 0; give 1 or more"),
        (["OUT", "--size", "8"], "--size is 8; give 16 or more"),
        (["OUT", "--seed", "-1"], "--seed is -1; give 0 or more"),
        (["OUT", "--workers", "-1"], "--workers is -1; give 0 or more"),
        (["OUT", "--world", "mars"], "mars: no such world; there are lab, web"),
        (["OUT", "--set", "pose.yew=1"], "unknown 'yew'"),
        (["--sheet", "OUT.txt"], "not a picture's name"),
        (["/dev/null/faces", "--count", "1"], "/dev/null"),
    ],
)
def test_synth_refuses_in_one_line_and_writes_nothing(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["synth", *arguments])
    assert said in str(end.value.code) and len(str(end.value.code).splitlines()) == 1
    assert not list(tmp_path.iterdir())
