import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from au_cotrain.cli import main
from au_cotrain.pretrained import read_classifiers
from au_cotrain.pretraining import Pretraining
from au_cotrain.views import Encoder
from data_modules.manifest import read_manifest


def test_help_answers_without_torch():
    code = (
        "import sys; from au_cotrain import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "export" in done.stdout and done.stdout.strip().endswith("False")


def test_export_of_no_checkpoint_is_one_line(tmp_path):
    with pytest.raises(SystemExit, match="no such checkpoint") as stop:
        main(["export", "none.ckpt", str(tmp_path / "x")])
    assert "\n" not in str(stop.value)


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


# --- pretrain ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    out = tmp_path_factory.mktemp("rendered") / "faces"
    main(["synth", str(out), "--count", "30", "--size", "36", "--workers", "0"])
    return out


def pretrain(faces, out, *more):
    main(["pretrain", str(faces), str(out), "--backbone", "test_resnet", "--size", "32",
          "--batch", "10", "--steps", "6", *more])  # fmt: skip


def test_pretrain_writes_weights_that_a_training_starts_from(rendered, tmp_path, capsys):
    out = tmp_path / "new" / "view.safetensors"
    pretrain(rendered, out)
    printed = capsys.readouterr().out
    assert f"{out}: test_resnet after 6 steps on 30 rendered faces" in printed
    assert "landmarks" in printed
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    assert set(read_classifiers(out)) == set(read_manifest(rendered / "manifest.csv").aus)
    Encoder("test_resnet", 32, pretrained=str(out))


def test_pretrain_goes_on_with_a_pool_of_real_faces(rendered, tmp_path, capsys):
    first, out = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    pretrain(rendered, first)
    pool = tmp_path / "pool"
    pool.mkdir()
    for number, size in enumerate((40, 64, 90)):
        Image.new("RGB", (size, size), (40 * number, 90, 120)).save(pool / f"{number}.png")
    (pool / "broken.png").write_bytes(b"no picture")
    pretrain(rendered, out, "--weights", str(first), "--pool", str(pool), "--pool-batch", "4")
    printed = capsys.readouterr().out
    assert "on 30 rendered and 4 real faces" in printed
    assert "consistency" in printed
    before, after = load_file(first), load_file(out)
    assert before.keys() == after.keys()
    torch.testing.assert_close(after["geometry.basis"], before["geometry.basis"])


@pytest.mark.parametrize("pool", [(), ("--pool", "{faces}/faces", "--pool-batch", "4")])
def test_pretrain_goes_on_where_it_was(rendered, tmp_path, monkeypatch, pool):
    pool = [word.format(faces=rendered) for word in pool]
    whole, parted = tmp_path / "whole.safetensors", tmp_path / "parted.safetensors"
    pretrain(rendered, whole, *pool)
    monkeypatch.setattr("au_cotrain.cli.pretrain.BETWEEN_CHECKPOINTS", 2)
    steps, step = [], Pretraining.training_step

    def killed(self, batch, batch_idx):
        steps.append(self.global_step)
        if len(steps) == 4:
            raise KeyError("killed")
        return step(self, batch, batch_idx)

    monkeypatch.setattr(Pretraining, "training_step", killed)
    with pytest.raises(KeyError, match="killed"):
        pretrain(rendered, parted, *pool)
    assert not parted.exists()
    pretrain(rendered, parted, *pool)
    assert steps == [0, 1, 2, 3, 2, 3, 4, 5]
    for name, tensor in load_file(whole).items():
        torch.testing.assert_close(load_file(parted)[name], tensor)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{tmp}", "{tmp}/x.safetensors"], "manifest.csv: no such table"),
        (["{faces}", "{tmp}/x.pth"], "end its name in .safetensors"),
        (["{faces}", "{faces}/manifest.safetensors", "--steps", "0"], "--steps is 0"),
        (["{faces}", "{tmp}/x.safetensors", "--backbone", "resnet43"], "does not know 'resnet43'"),
        (["{faces}", "{tmp}/x.safetensors", "--weights", "no.pth"], "no such file: no.pth"),
        (["{faces}", "{tmp}/x.safetensors", "--pool", "nowhere"], "nowhere"),
    ],
)
def test_pretrain_s_mistakes_are_one_line(rendered, tmp_path, arguments, said):
    with pytest.raises(SystemExit, match=said) as stop:
        main(["pretrain", *(word.format(tmp=tmp_path, faces=rendered) for word in arguments)])
    assert "\n" not in str(stop.value)
