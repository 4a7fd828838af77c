import errno
import fcntl
import hashlib
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from data_modules.alignment import Alignment
from data_modules.errors import DataError
from data_modules.preparation import claim, segment
from data_modules.preparation.cutting import prepare

WHOLE = Alignment(24, "none")
REPOSITORY = Path(__file__).parents[3]


def content(folder):
    """Every file below a folder with its bytes' digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


PICTURES, MEMBERS, CODED, FRAMES = 60, 120, 200, 900
ROWS = PICTURES + MEMBERS + CODED + 2  # two frames more are coded than the video has


@pytest.fixture(scope="module")
def root(tmp_path_factory, write_film, number_picture):
    """A data set of loose pictures, one of them broken, a tar and a video."""
    root = tmp_path_factory.mktemp("tree")
    (root / "p").mkdir()
    for number in range(PICTURES):
        Image.fromarray(number_picture(number)).save(root / f"p/{number:04d}.png")
    (root / "p/0003.png").write_text("no picture")
    with tarfile.open(root / "t.tar", "w") as tar:
        for number in range(MEMBERS):
            picture = io.BytesIO()
            Image.fromarray(number_picture(number)).save(picture, "png")
            member = tarfile.TarInfo(f"{number:04d}.png")
            member.size = picture.tell()
            picture.seek(0)
            tar.addfile(member, picture)
    write_film(root / "v/S1.avi", FRAMES)
    return root


def planned(plan_of, places):
    """The plan of all pictures, and of some frames of the video."""
    sources = [f"p/{number:04d}.png" for number in range(PICTURES)]
    sources += [f"t.tar/{number:04d}.png" for number in range(MEMBERS)]
    places = [*[None] * len(sources), *places]
    sources += ["v/S1.avi"] * (len(places) - len(sources))
    return plan_of(sources, places, left_out=[("v/S2.avi", "S2", None, 4, "no video")])


@pytest.fixture(scope="module")
def tree(root, plan_of):
    """The data set and a plan of it."""
    return root, planned(plan_of, [*range(CODED), FRAMES, FRAMES + 1])


@pytest.fixture(scope="module")
def finished(tree, tmp_path_factory):
    """What an undisturbed run in this process writes; whoever asks for it leaves it as it is."""
    root, plan = tree
    out = tmp_path_factory.mktemp("finished") / "out"
    prepare(plan, root, out, WHOLE)
    return out


@pytest.fixture(scope="module")
def undisturbed(finished):
    """The digests of that."""
    return content(finished)


@pytest.fixture(scope="module")
def large(root, plan_of):
    """The data set and a plan of two shards."""
    return root, planned(plan_of, range(FRAMES + 2))


@pytest.fixture(scope="module")
def finished_shards(large, tmp_path_factory):
    """What an undisturbed run in this process writes."""
    root, plan = large
    out = tmp_path_factory.mktemp("finished-shards") / "out"
    prepare(plan, root, out, WHOLE, shards=True)
    return out


class Stop(BaseException):
    """Stops a preparation in this process from its report of progress."""


def stopping(at, how=Stop):
    """Reports progress until so many faces are done, and then raises, or does what it is given."""

    def progress(done, _):
        if done >= at:
            if isinstance(how, type):
                raise how
            how()

    return progress


def test_the_manifest_holds_the_plans_codes_beside_crops_of_the_right_pictures(
    tree, tmp_path, number_in
):
    root, plan = tree
    out = tmp_path / "out"
    done = prepare(plan, root, out, WHOLE)
    table = pq.read_table(out / "manifest.parquet")
    assert [(field.name, field.type) for field in table.schema] == [
        ("path", pa.string()), ("subject", pa.string()), ("task", pa.string()),
        ("frame", pa.int64()), ("source", pa.string()),
        ("AU01", pa.int8()), ("AU01_intensity", pa.int8()),
    ]  # fmt: skip
    assert json.loads(table.schema.metadata[b"au_cotrain"]) == {
        "set": "faces", "alignment": WHOLE.parameters(), "assumed": ["nothing"],
        "left_out": {"no such frame": 2, "no video": 1, "unreadable": 1}, "rows": ROWS - 3,
    }  # fmt: skip
    rows = table.to_pylist()
    assert (done.rows, done.already, len(rows)) == (ROWS - 3, False, ROWS - 3)
    assert done.cut == ROWS and 0 < done.seconds < 60
    kept = [row for row in range(ROWS - 2) if row != 3]
    for row, number in zip(rows, kept, strict=True):
        face = plan.faces.iloc[number]
        assert row["source"] == face["source"]
        for name in ("task", "frame", "AU01", "AU01_intensity", "subject"):
            expected = face[name]
            assert row[name] == (None if pd.isna(expected) else expected)
        starts = (0, PICTURES, PICTURES + MEMBERS)
        shown = number - max(start for start in starts if start <= number)
        crop = np.asarray(Image.open(out / row["path"]))
        assert crop.shape == (24, 24, 3)
        assert number_in(crop) == shown
    assert rows[0]["path"] == "crops/p/0000.jpg"
    assert rows[PICTURES - 1]["path"] == "crops/t/0000.jpg"
    assert rows[-1]["path"] == "crops/v/S1/000200.jpg"
    assert (out / "left_out.csv").read_text() == (
        "source,subject,task,frame,reason\n"
        "v/S2.avi,S2,,4,no video\n"
        "p/0003.png,S0,,,unreadable: not a picture\n"
        "v/S1.avi,S2,,901,no such frame: the video ends after 900 frames\n"
        "v/S1.avi,S0,,902,no such frame: the video ends after 900 frames\n"
    )
    assert {path.name for path in out.iterdir()} == {
        "crops", "left_out.csv", "manifest.parquet", "request.json"
    }  # fmt: skip


def test_the_bytes_do_not_depend_on_the_workers(tree, undisturbed, tmp_path):
    root, plan = tree
    seen = []
    prepare(plan, root, tmp_path / "out", WHOLE, workers=2, progress=lambda *at: seen.append(at))
    assert content(tmp_path / "out") == undisturbed
    assert seen[0] == (0, ROWS) and seen[-1] == (ROWS, ROWS) and seen == sorted(seen)


def test_shards_hold_the_same_crops_with_their_rows_beside_them(
    finished, finished_shards, number_in
):
    rows = pq.read_table(finished_shards / "manifest.parquet").to_pylist()
    loose = pq.read_table(finished / "manifest.parquet").to_pylist()
    assert {row["path"].rpartition("/")[0] for row in rows} == {
        "shards/000000.tar", "shards/000001.tar"
    }  # fmt: skip
    members = {}
    for shard in ("shards/000000.tar", "shards/000001.tar"):
        with tarfile.open(finished_shards / shard) as tar:
            members |= {f"{shard}/{one.name}": tar.extractfile(one).read() for one in tar}
    assert len(rows) == ROWS - 3 + FRAMES - CODED and len(members) == 2 * len(rows)
    for row in rows:
        assert json.loads(members[row["path"].replace(".jpg", ".json")]) == row
    for row, other in zip(rows, loose, strict=False):
        assert members[row["path"]] == (finished / other["path"]).read_bytes()
        assert row | {"path": ""} == other | {"path": ""}
    for row in rows[len(loose) :]:
        crop = np.asarray(Image.open(io.BytesIO(members[row["path"]])))
        assert number_in(crop) == row["frame"] - 1


RUN = """
import pickle, sys, time
from pathlib import Path
from data_modules.alignment import Alignment
from data_modules.preparation.cutting import prepare
if __name__ == "__main__":
    root, plan = pickle.loads(Path(sys.argv[1]).read_bytes())
    out, workers, hold = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    def said(done, total):
        print(done, flush=True)
        if done >= hold: time.sleep(60)
    prepare(plan, root, out, Alignment(24, "none"), workers=workers, progress=said)
"""


@pytest.fixture
def run(tree, tmp_path):
    """Start a preparation in a process of its own, which waits once `hold` faces are done."""
    (tmp_path / "run.py").write_text(RUN)
    (tmp_path / "tree").write_bytes(pickle.dumps(tree))

    def run(out, workers, hold):
        script, tree = tmp_path / "run.py", tmp_path / "tree"
        return subprocess.Popen(
            [sys.executable, *map(str, [script, tree, out, workers, hold])],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    return run


def wait_for(process, done):
    for line in process.stdout:
        if int(line) >= done:
            return


def test_a_killed_run_goes_on_and_ends_in_the_same_bytes(tree, undisturbed, run, tmp_path):
    root, plan = tree
    out = tmp_path / "out"
    process = run(out, 0, 130)
    wait_for(process, 130)
    process.kill()
    process.wait()
    assert not (out / "manifest.parquet").exists()
    seen = []
    for stop in (200, 310):
        with pytest.raises(Stop):
            prepare(plan, root, out, WHOLE, progress=stopping(stop))
    done = prepare(plan, root, out, WHOLE, progress=lambda done, _: seen.append(done))
    assert 250 < seen[0] < ROWS  # what was finished is not done again
    assert done.cut == ROWS - seen[0]
    assert content(out) == undisturbed


def test_workers_do_not_outlive_a_killed_run_that_goes_on_later(tree, undisturbed, run, tmp_path):
    psutil = pytest.importorskip("psutil", reason="needs psutil to see processes")
    root, plan = tree
    out = tmp_path / "out"
    process = run(out, 2, 101)  # two half segments are 100
    wait_for(process, 101)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert len(children) >= 2 and not alive
    assert not (out / "manifest.parquet").exists()
    seen = []
    prepare(plan, root, out, WHOLE, progress=lambda done, _: seen.append(done))
    assert seen[0] > 0
    assert content(out) == undisturbed


def test_a_workers_shards_stay_and_a_half_written_one_is_written_again(
    large, finished_shards, tmp_path
):
    root, plan = large
    out = tmp_path / "out"

    def wait_and_stop():
        for _ in range(3000):
            if (out / claim.WORKING / "000001.json").exists():
                raise Stop
            time.sleep(0.01)

    with pytest.raises(Stop):
        prepare(plan, root, out, WHOLE, shards=True, workers=1, progress=stopping(1, wait_and_stop))
    assert not (out / "manifest.parquet").exists()
    second = out / "shards" / "000001.tar"
    second.write_bytes(second.read_bytes()[:1000])
    (out / claim.WORKING / "000009.part").write_bytes(b"half")
    seen = []
    prepare(plan, root, out, WHOLE, shards=True, progress=lambda done, _: seen.append(done))
    assert seen[0] == 1000
    assert content(out) == content(finished_shards)


def test_a_killed_worker_is_one_line_and_the_next_run_goes_on(tree, undisturbed, tmp_path):
    root, plan = tree
    out = tmp_path / "out"

    def kill():
        active_children()[0].kill()

    with pytest.raises(DataError, match="a worker was killed") as caught:
        prepare(plan, root, out, WHOLE, workers=1, progress=stopping(1, kill))
    assert "run the same command again to go on" in str(caught.value)
    assert "\n" not in str(caught.value)
    prepare(plan, root, out, WHOLE)
    assert content(out) == undisturbed


@pytest.mark.parametrize("workers", [0, 2])
def test_an_interrupted_run_stops_at_once_without_a_workers_traceback(
    tree, undisturbed, tmp_path, workers, heard, capfd
):
    root, plan = tree
    out = tmp_path / "out"
    began = []

    def interrupt():
        began.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        prepare(plan, root, out, WHOLE, workers=workers, progress=stopping(10, interrupt))
    assert time.monotonic() - began[0] < 5
    assert not active_children()
    assert capfd.readouterr() == ("", "")
    prepare(plan, root, out, WHOLE)
    assert content(out) == undisturbed


def test_half_written_files_are_not_taken_for_whole_ones(tree, undisturbed, tmp_path):
    root, plan = tree
    out = tmp_path / "out"
    with pytest.raises(Stop):
        prepare(plan, root, out, WHOLE, progress=stopping(320))
    crops = sorted(out.rglob("*.jpg"))
    for crop in (crops[0], crops[-1]):  # of a finished segment, and of one at work
        crop.write_bytes(crop.read_bytes()[:100])
    crops[5].write_bytes(b"")
    crops[100].unlink()
    (out / "crops/v/S1/000199.jpg").write_bytes(b"half")
    (out / claim.WORKING / "000001.json").write_text('{"left_out": [null, nu')
    (out / claim.WORKING / "000009.part").write_bytes(b"half")
    prepare(plan, root, out, WHOLE)
    assert content(out) == undisturbed


def test_a_power_cut_before_the_end_is_mended(tree, undisturbed, tmp_path, monkeypatch):
    root, plan = tree
    out = tmp_path / "out"

    def cut(*_):
        raise KeyboardInterrupt

    for module, name in (("cutting", "write_listing"), ("listing", "pq"), ("cutting", "shutil")):
        monkeypatch.setattr(f"data_modules.preparation.{module}.{name}", cut)
        with pytest.raises((KeyboardInterrupt, AttributeError)):
            prepare(plan, root, out, WHOLE)
        monkeypatch.undo()
    prepare(plan, root, out, WHOLE)
    assert content(out) == undisturbed


def test_finished_is_finished(tree, finished, undisturbed, monkeypatch):
    root, plan = tree
    monkeypatch.setattr(segment, "read_footage", None)
    done = prepare(plan, root, finished, WHOLE)
    assert (done.already, done.rows, done.cut) == (True, ROWS - 3, 0)
    assert content(finished) == undisturbed


def test_another_request_in_the_same_folder_is_an_error(tree, finished, undisturbed):
    root, plan = tree
    out = finished
    for other, alignment, shards, said in (
        (plan, Alignment(32, "none"), False, "another alignment"),
        (plan, WHOLE, True, "another form"),
        (replace(plan, dataset="bp4d"), WHOLE, False, "another set"),
        (replace(plan, assumed=("more",)), WHOLE, False, "has changed"),
        (replace(plan, faces=plan.faces[:-1]), WHOLE, False, f"{ROWS} faces then, {ROWS - 1} now"),
        (replace(plan, left_out=plan.left_out[:0]), WHOLE, False, "has changed"),
    ):
        with pytest.raises(DataError, match=said) as caught:
            prepare(other, root, out, alignment, shards=shards)
        assert str(caught.value).endswith("give a new folder")
    changed = plan.faces.copy()
    changed.loc[300, "AU01"] = 1 - changed.loc[300, "AU01"]
    with pytest.raises(DataError, match="has changed since"):
        prepare(replace(plan, faces=changed), root, out, WHOLE)
    assert content(out) == undisturbed


@pytest.mark.parametrize("foreign", ["thesis.txt", "request.json", ".hidden"])
def test_a_folder_with_something_else_is_left_alone(tree, tmp_path, foreign):
    root, plan = tree
    out = tmp_path / "out"
    out.mkdir()
    (out / foreign).write_text("{}")
    with pytest.raises(DataError, match="give a new folder"):
        prepare(plan, root, out, WHOLE)
    assert [path.name for path in out.iterdir()] == [foreign]


def test_a_file_for_a_folder_is_an_error(tree, tmp_path):
    root, plan = tree
    (tmp_path / "out").write_text("")
    with pytest.raises(DataError, match="not a folder"):
        prepare(plan, root, tmp_path / "out", WHOLE)


def test_two_at_work_in_one_folder_are_one_too_many(tree, tmp_path):
    root, plan = tree
    out = tmp_path / "out"
    (out / claim.WORKING).mkdir(parents=True)
    with (out / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another preparation is at work"):
            prepare(plan, root, out, WHOLE)
    assert prepare(plan, root, out, WHOLE).rows == ROWS - 3


@pytest.mark.parametrize("workers", [0, 1])
def test_a_full_disk_surfaces_and_a_later_run_goes_on(
    tree, undisturbed, tmp_path, monkeypatch, workers
):
    root, plan = tree
    out = tmp_path / "out"
    if workers:  # what the workers write cannot be patched: a file stands where a folder must go
        out.mkdir()
        (out / claim.WORKING).mkdir()
        (out / "crops").touch()
        claim.note_request(out, claim.requested(plan, WHOLE.parameters(), False))
    else:

        def full(folder, path, jpeg):
            if path.name == "000150.jpg":
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
            real(folder, path, jpeg)

        real = segment.write_whole
        monkeypatch.setattr(segment, "write_whole", full)
    with pytest.raises(OSError) as caught:
        prepare(plan, root, out, WHOLE, workers=workers)
    assert caught.value.strerror
    monkeypatch.undo()
    if workers:
        (out / "crops").unlink()
    prepare(plan, root, out, WHOLE)
    assert content(out) == undisturbed


def test_a_long_video_is_shared_by_several_workers(tree, tmp_path):
    from data_modules.preparation.cutting import _parts, _with_paths
    from data_modules.preparation.segment import Cutting

    root, plan = tree
    faces = _with_paths(plan.faces, root, False)
    cutting = Cutting(root, tmp_path, False)
    todo = list(range(8))  # 50 rows each: 60 of pictures, 120 of a tar, 202 of a video
    pictures, tar, video = [[0], [1]], [2, 3], [4, 5, 6, 7]
    assert _parts(cutting, faces, todo, 1) == [*pictures, tar, video]
    assert _parts(cutting, faces, todo, 3) == [*pictures, tar, video[:3], video[3:]]
    assert _parts(cutting, faces, [0, 3, 7], 0) == [[0], [3], [7]]


def test_an_odd_picture_is_left_out_rather_than_the_end_of_a_long_run():
    def odd(_):
        raise ValueError("all\npoints are one")

    assert segment._crop(odd, np.zeros((2, 2, 3), np.uint8)) == (
        "cannot be aligned: all points are one"
    )


def test_the_landmarkers_file_is_missed_before_anything_is_written(tree, tmp_path):
    root, plan = tree
    with pytest.raises(DataError, match="no face landmarker here"):
        prepare(plan, root, tmp_path / "out", Alignment(), tmp_path / "none.task")
    assert not (tmp_path / "out").exists()


def test_photographs_are_aligned_and_dogs_left_out(shared, plan_of, tmp_path):
    pytest.importorskip("mediapipe", reason="needs mediapipe to find faces")
    photos = shared / "photos"
    plan = plan_of([path.name for path in sorted(photos.iterdir())[-6:]])
    model = shared / "models" / "face_landmarker.task"
    for name, workers in (("a", 2), ("b", 0)):
        done = prepare(plan, photos, tmp_path / name, Alignment(64), model, workers=workers)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    left_out = pd.read_csv(tmp_path / "a" / "left_out.csv")
    assert dict(zip(left_out["source"], left_out["reason"], strict=True)) == {
        "group_dogs.jpg": "no face found"
    }
    assert done.left_out == {"no face found": 1}
    for crop in (tmp_path / "a" / "crops").iterdir():
        assert Image.open(crop).size == (64, 64)
