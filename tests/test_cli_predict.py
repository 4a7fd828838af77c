"""``au-cotrain predict``, as its users call it."""

import os
import signal
import subprocess
import sys
import threading
import time

import av
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from au_cotrain.cli import main
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.predictor.scored_frame import IDENTITY
from data_modules.alignment import Aligner, Alignment
from data_modules.picture import read_whole

AUS = ["AU01_p", "AU12_p", "AU01_c", "AU12_c"]
CUT = Alignment(size=64)


@pytest.fixture
def make_predictor(tmp_path):
    def make(alignment):
        torch.manual_seed(0)
        card = PredictorCard(
            aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96,
            image_size=32, scaled_size=34, temperatures=[1.0, 1.0], thresholds=[0.5, 0.5],
            alignment=alignment, provenance={}, metrics={},
        )  # fmt: skip
        network = PredictorNetwork(card)
        for classifier in network.classifiers:
            torch.nn.init.normal_(classifier.weight)  # faces differ in their scores
        write_predictor(tmp_path / "predictor", card, network)
        return str(tmp_path / "predictor")

    return make


@pytest.fixture
def predictor(make_predictor):
    """Of faces that were cut out nobody said how."""
    return make_predictor("as drawn")


@pytest.fixture
def aligned(make_predictor):
    """Of faces that ``au-cotrain prepare`` cut out."""
    return make_predictor(CUT.parameters())


@pytest.fixture
def model(shared):
    return shared / "models" / "face_landmarker.task"


@pytest.fixture
def photos(shared):
    return shared / "photos"


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "faces").mkdir()
    for i in range(5):
        face = Image.fromarray(rng.integers(0, 256, (40 + i, 50, 3), dtype=np.uint8))
        face.save(tmp_path / "faces" / f"{i}.png")
    return tmp_path / "faces"


@pytest.fixture
def predict(tmp_path):
    """Runs the verb, and gives the table it wrote."""

    def predict(*arguments, out="out.csv"):
        path = tmp_path / out
        main(["predict", *map(str, arguments), "-o", str(path)])
        return pd.read_csv(path) if out.endswith(".csv") else pd.read_parquet(path)

    return predict


def test_a_row_a_picture_in_order(predictor, pictures, predict, capsys):
    files = [str(pictures / f"{i}.png") for i in (3, 0)]
    table = predict(predictor, *files, pictures, "--crops", "--batch", "2", out="deep/out.csv")
    assert list(table) == [*IDENTITY, *AUS]
    assert list(table["input"]) == [*files, *(str(pictures / f"{i}.png") for i in range(5))]
    assert ((table["AU01_p"] >= 0.5) == (table["AU01_c"] == 1)).all()
    assert table["AU01_p"][0] == pytest.approx(table["AU01_p"][5], abs=1e-6)
    assert (table["frame"] == 0).all() and table["timestamp"].isna().all()
    assert list(table.iloc[0][["face", "success", "x", "y", "width", "height"]]) == [
        0, 1, 0, 0, 50, 43
    ]  # fmt: skip
    assert table["confidence"].isna().all()  # nobody looked for a face
    assert "7 rows, 7 faces in 7 of 7 pictures in" in capsys.readouterr().out


def test_a_predictor_that_does_not_say_how_faces_are_cut_out_takes_crops_and_says_so(
    predictor, pictures, predict, capsys
):
    said = predict(predictor, pictures)
    assert "taken as crops" in capsys.readouterr().out
    pd.testing.assert_frame_equal(said, predict(predictor, pictures, "--crops"))
    assert "taken as crops" not in capsys.readouterr().out


def test_faces_are_cut_out_as_in_training(aligned, model, photos, pictures, predict, tmp_path):
    chosen = sorted(photos.glob("face_*.jpg"))[:3]
    (tmp_path / "crops").mkdir()
    with Aligner(CUT, model) as aligner:
        for photo in chosen:
            crop = Image.fromarray(aligner(read_whole(photo)))
            crop.save(tmp_path / "crops" / f"{photo.stem}.png")
    got = predict(aligned, *chosen, pictures / "0.png", "--align-model", model)
    assert list(got["success"]) == [1, 1, 1, 0]
    assert got.iloc[3][["face", "confidence", "x", *AUS]].isna().all()
    expected = predict(aligned, *sorted((tmp_path / "crops").iterdir()), "--crops")
    np.testing.assert_allclose(got[AUS][:3], expected[AUS], atol=1e-6)
    assert got["AU01_p"][:3].std() > 1e-3


def test_every_face_of_a_picture_is_a_row(aligned, model, photos, predict, capsys):
    group = photos / "group_2008_001322.jpg"
    table = predict(aligned, group, photos / "group_dogs.jpg", "--align-model", model)
    people = table[table["input"] == str(group)]
    assert list(people["face"]) == list(range(len(people))) and len(people) >= 3
    assert (people["width"] > 20).all() and people["confidence"].between(0.3, 1).all()
    assert people[AUS].notna().all(axis=None) and people["AU01_p"].nunique() == len(people)
    assert f"{photos}/group_dogs.jpg: no face found" in capsys.readouterr().err


@pytest.fixture
def clip(tmp_path, photos):
    """A portrait that comes for a second, goes for a second, and comes again."""
    photo = np.asarray(Image.open(photos / "face_00383.jpg").convert("RGB").resize((240, 240)))
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 240, "yuv420p", 10**6
        for number in range(30):
            picture = np.full((240, 320, 3), 90, np.uint8)
            if number // 10 != 1:
                picture[:, 40:280] = photo
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def test_rows_and_frames_of_a_video_stay_aligned(aligned, model, clip, predict, capsys, tmp_path):
    table = predict(
        aligned, clip, "--align-model", model, "--overlay", tmp_path / "seen.mp4", out="o.parquet"
    )
    assert list(table["frame"]) == list(range(30))
    np.testing.assert_allclose(table["timestamp"], np.arange(30) / 10, atol=1e-3)
    assert list(table["success"]) == [1] * 10 + [0] * 10 + [1] * 10
    assert table["AU12_c"].isna().sum() == 10
    assert "30 rows, 20 faces in 20 of 30 frames in" in capsys.readouterr().out
    with av.open(str(tmp_path / "seen.mp4")) as container:
        frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode()]
    np.testing.assert_allclose([time for time, _ in frames], np.arange(30) / 10, atol=1e-3)
    coloured = [(np.ptp(pixels, axis=2) > 90).mean() for _, pixels in frames]  # the photo is grey
    assert min(coloured[:10] + coloured[20:]) > 0.005 > 0.001 > max(coloured[10:20])


def test_bad_pictures_are_rows_and_a_line_each(predictor, predict, tmp_path, capsys):
    bad = tmp_path / "bad"
    bad.mkdir()
    face = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8))
    face.save(bad / "a_good.png")
    (bad / "b_text.jpg").write_text("no picture")
    (bad / "c_empty.png").write_bytes(b"")
    whole = (bad / "a_good.png").read_bytes()
    (bad / "d_half.png").write_bytes(whole[: len(whole) // 2])
    face.convert("L").save(bad / "e_grey.png")
    Image.fromarray(np.full((40, 40), 40000, np.uint16)).save(bad / "f_16bit.png")
    face.convert("RGBA").save(bad / "g_alpha.png")
    (bad / "h_text.mp4").write_text("no video")
    table = predict(predictor, bad, "--crops")
    assert list(table["success"]) == [1, 0, 0, 0, 1, 1, 1, 0]
    assert table[table["success"] == 0][["face", "x", "confidence", *AUS]].isna().all(axis=None)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"{bad}/{name}" for name in ("b_text.jpg", "c_empty.png", "d_half.png", "h_text.mp4")
    ]
    assert all("unreadable" in line for line in lines)


def test_where_nothing_can_be_scored_the_table_says_so_and_the_status_is_1(
    predictor, predict, tmp_path
):
    (tmp_path / "a.jpg").write_text("no picture")
    with pytest.raises(SystemExit, match=r"no face found in 1 pictures; .*out\.csv says so"):
        predict(predictor, tmp_path / "a.jpg")
    assert list(pd.read_csv(tmp_path / "out.csv")["success"]) == [0]


def test_damaged_frames_of_a_video_are_one_line(predictor, film, predict, capsys):
    video = film("v.avi", frames=60, g="10")
    content = bytearray(video.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 300] = b"\x00" * 300
    video.write_bytes(content[: 3 * len(content) // 4])  # and it ends in the middle of a frame
    table = predict(predictor, video, "--crops")
    assert list(table["frame"]) == list(range(len(table))) and len(table) > 20
    assert 0 < (table["success"] == 0).sum() < len(table)
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 2 and all(line.startswith(f"{video}: ") for line in lines)


def test_overlays_of_pictures_have_their_names_and_of_two_alike_none_is_lost(
    predictor, film, predict, tmp_path
):
    for name, kind in (("a/1.png", "png"), ("b/1.png", "png"), ("b/2.bmp", "bmp")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (40, 40), (90, 200, 90)).save(tmp_path / name, kind)
    film("v.avi", frames=5)
    inputs = [tmp_path / "a", tmp_path / "b", tmp_path / "v.avi"]
    predict(predictor, *inputs, "--crops", "--overlay", tmp_path / "drawn")
    names = ["1-2.png", "1.png", "2.png", "v.mp4"]
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == names
    assert Image.open(tmp_path / "drawn" / "1-2.png").width > 360
    predict(predictor, inputs[0], "--crops", "--overlay", tmp_path / "one.jpg")
    assert Image.open(tmp_path / "one.jpg").format == "JPEG"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["FACES", "FACES", "-o", "OUT.csv"], "no predictor here"),
        (["PREDICTOR", "EMPTY", "-o", "OUT.csv"], "no pictures or videos in this folder"),
        (["PREDICTOR", "none.png", "-o", "OUT.csv"], "none.png: no such file"),
        (["PREDICTOR", "FACES/*.mp4", "-o", "OUT.csv"], "match this pattern"),
        (["PREDICTOR", "99", "-o", "OUT.csv"], "no camera of this number"),
        (["PREDICTOR", "FACES", "-o", "OUT.txt"], r".csv or .parquet"),
        (["PREDICTOR", "FACES", "-o", "/dev/null/o.csv"], "/dev/null"),
        (["PREDICTOR", "FACES", "-o", "OUT.csv", "--batch", "0"], "--batch is 0; give 1 or more"),
        (["PREDICTOR", "FACES", "-o", "OUT.csv", "--overlay", "OUT.mp4"], "for 5 inputs"),
        (["PREDICTOR", "FACES/0.png", "-o", "OUT.csv", "--overlay", "OUT.mp4"], "0.png is not"),
        (["PREDICTOR", "FACES", "-o", "OUT.csv", "--overlay", "FACES"], "is not empty"),
        (["PREDICTOR", "FACES/0.png", "-o", "OUT.csv", "--overlay", "FACES/0.png"], "is the input"),
        (
            ["PREDICTOR", "FACES", "-o", "OUT.csv", "--overlay", "PREDICTOR/predictor.json"],
            "name a",
        ),
    ],
)
def test_a_mistake_is_one_line_and_loses_nothing(arguments, said, predictor, pictures, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "out.csv").write_text("old")
    words = {"FACES": pictures, "PREDICTOR": predictor, "EMPTY": tmp_path / "empty",
             "OUT": tmp_path / "out"}  # fmt: skip
    for word, path in words.items():
        arguments = [argument.replace(word, str(path)) for argument in arguments]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit) as stop:
        main(["predict", *arguments])
    assert str(stop.value).startswith("error: ") and said in str(stop.value)
    assert "\n" not in str(stop.value)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_without_a_landmarker_one_line_says_how_to_supply_it(aligned, pictures, predict, tmp_path):
    with pytest.raises(SystemExit, match=r"no face landmarker here.*--crops") as stop:
        predict(aligned, pictures, "--align-model", tmp_path / "none.task")
    assert "\n" not in str(stop.value) and not list(tmp_path.glob("out.csv*"))
    assert predict(aligned, pictures, "--crops")["success"].all()


# --- stopped in the middle -----------------------------------------------------------------------


@pytest.fixture
def endless(tmp_path, write_film):
    """A folder with more video than is scored while a test waits."""
    first = write_film(tmp_path / "videos" / "0000.avi", frames=500)
    for number in range(1, 400):
        os.link(first, first.with_name(f"{number:04d}.avi"))
    return first.parent


@pytest.mark.parametrize(
    ("name", "number"), [("o.csv", signal.SIGINT), ("o.parquet", signal.SIGTERM)]
)
def test_stopped_the_table_holds_what_was_scored(
    name, number, predictor, endless, tmp_path, capsys, heard
):
    partial = tmp_path / (name if name == "o.csv" else f"{name}.partial.csv")

    def stop():
        while not partial.exists() or partial.stat().st_size < 20_000:
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    threads = threading.active_count()
    before = signal.getsignal(number)
    threading.Thread(target=stop).start()
    with pytest.raises(SystemExit) as end:
        main(["predict", predictor, str(endless), "--crops", "-o", str(tmp_path / name),
              "--overlay", str(tmp_path / "drawn")])  # fmt: skip
    assert end.value.code == 128 + number and signal.getsignal(number) == before
    read = pd.read_csv if name == "o.csv" else pd.read_parquet
    table = read(tmp_path / name)
    assert f"stopped; {len(table):,} rows are in {tmp_path / name}" in capsys.readouterr().err
    assert table["success"].all() and (table["frame"].diff().dropna().isin([1, -499])).all()
    assert not list(tmp_path.glob("*.partial*"))
    assert threading.active_count() == threads
    for drawn in (tmp_path / "drawn").iterdir():
        with av.open(str(drawn)) as container:
            assert sum(1 for _ in container.decode(video=0)) > 0


def test_killed_the_csv_holds_whole_rows_up_to_a_last_line(predictor, endless, tmp_path):
    out = tmp_path / "o.csv"
    command = [sys.executable, "-m", "au_cotrain.cli", "predict", predictor, str(endless),
               "--crops", "-o", str(out)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(3000):
        if out.exists() and out.stat().st_size > 10_000:
            break
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    lines = out.read_text().splitlines()
    assert len(lines) > 50 and {line.count(",") for line in lines[:-1]} == {13}


def test_a_full_disk_is_one_line_with_the_rows_that_are_there(predictor, endless, tmp_path):
    resource = pytest.importorskip("resource", reason="needs limits of a file's size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(SystemExit) as end:
            main(["predict", predictor, str(endless), "--crops", "-o", str(tmp_path / "o.csv")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    table = pd.read_csv(tmp_path / "o.csv")
    assert f"o.csv: File too large; its first {len(table)} rows are there" in str(end.value)
    assert len(table) > 50 and "\n" not in str(end.value)


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_shares_make_the_table_that_one_would_have_made(
    predictor, pictures, tmp_path, predict, capsys, out
):
    (pictures / "broken.png").write_text("no picture")
    whole = predict(predictor, pictures, "--crops", out=f"whole{out}")
    for number in (3, 1, 2):
        assert not (tmp_path / out).exists()
        share = ["--shard", f"{number}/3", "--crops"]
        main(["predict", predictor, str(pictures), *share, "-o", str(tmp_path / out)])
    assert "6 rows of all 3 shares" in capsys.readouterr().out
    merged = (
        pd.read_csv(tmp_path / out) if out.endswith(".csv") else pd.read_parquet(tmp_path / out)
    )
    pd.testing.assert_frame_equal(merged, whole, atol=2e-6)
    assert sorted(path.name for path in tmp_path.glob("*out*")) == [out, f"whole{out}"]


def test_shares_of_other_inputs_are_not_merged(predictor, pictures, tmp_path):
    def score(number, *inputs):
        share = ["--shard", f"{number}/2", "--crops", "-o", str(tmp_path / "out.csv")]
        main(["predict", predictor, *map(str, inputs), *share])

    score(1, pictures)
    with pytest.raises(SystemExit, match="not of the inputs that are there now"):
        score(2, *sorted(pictures.iterdir())[1:])
    assert sorted(path.name for path in tmp_path.glob("out*")) == [
        "out.1-of-2.csv",
        "out.2-of-2.csv",
    ]
    score(2, pictures)
    assert len(pd.read_csv(tmp_path / "out.csv")) == 5


@pytest.mark.parametrize("share", ["0/2", "3/2", "2", "a/b", "1/9"])
def test_a_share_there_is_none_of_is_refused(predictor, pictures, tmp_path, share):
    with pytest.raises(SystemExit, match="error: --shard"):
        main(["predict", predictor, str(pictures), "--shard", share, "--crops",
              "-o", str(tmp_path / "out.csv")])  # fmt: skip
    assert not list(tmp_path.glob("out*"))
