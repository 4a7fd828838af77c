"""What ``fuzz.py`` fuzzes: readers of files from outside, and small valid files to start from.

The project is imported within the targets alone, so that ``fuzz.py`` sees which of its lines run.
"""

import contextlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

CODES = (0, 1, -1)
TABLE = (
    b"path,subject,AU1,AU12,AU12_intensity,task,frame\na.jpg,S1,1,0,0,T1,1\nb.jpg,S2,,1,3,T1,2\n"
)
CARD = {
    "aus": ["AU01", "AU12"], "backbones": ["test_resnet", "test_efficientnet"], "feature_dim": 64,
    "image_size": 32, "scaled_size": 34, "temperatures": [1.0, 2.0], "thresholds": [0.5, 0.4],
    "alignment": {"size": 32, "method": "none", "template": {}},
    "provenance": {
        "set": "bp4d", "test_people": ["F001"], "val_people": ["F003"], "threshold": 2,
        "tables": {"labeled": "a.csv"},
    },
    "metrics": {"test": {"mean": {"f1": 0.5}, "aus": {"AU01": {"f1": 0.5, "auc": None}}}},
    "graph": {"after": [[1.0, 0.5], [0.5, 1.0]]},
    "data_sets": [{"name": "lab", "splits": ["labeled"], "licence": "ours"}],
}  # fmt: skip

PLAIN = ("epoch", "global_step", "hyper_parameters", "validation", "calibration")
"""What a checkpoint holds beside tensors."""


class Target(NamedTuple):
    """What is fuzzed."""

    read: Callable[[bytes], object]
    """Every reader of such a file, one after the other; each call is within ``refusing``."""
    seeds: list[bytes]
    """Valid files."""


class BrokenWordError(Exception):
    """A reader broke its word without an exception of its own."""


@contextlib.contextmanager
def refusing(named: object) -> Iterator[None]:
    """A reader may refuse a file, in one line that names it."""
    from au_cotrain.errors import PredictorError, SettingError
    from data_modules.errors import DataError

    try:
        yield
    except (DataError, PredictorError, SettingError) as error:
        said = str(error)
        if len(said.splitlines()) != 1 or str(DataError(str(named))) not in said:
            raise BrokenWordError(f"not one line that names {named}: {said!r}") from error


def check_codes(codes: np.ndarray) -> None:
    """Labels are 0, 1 or unknown."""
    if not np.isin(codes, CODES).all():
        raise BrokenWordError(f"labels {np.unique(codes)}")


# --- tables and label files -----------------------------------------------------------------------


def read_tables(table: Path) -> None:
    """A table as training, evaluation, the pool and the doctor read it."""
    from data_modules.coded_faces import read_coded_faces
    from data_modules.doctor.examination import examine
    from data_modules.manifest import read_manifest
    from data_modules.pool import read_pool
    from data_modules.table import read_preparation

    for threshold, strangers in ((None, False), (2, True)):
        with refusing(table):
            check_codes(read_manifest(table, None, threshold, strangers).labels)
    with refusing(table):
        coded = read_coded_faces(table, ["AU01", "AU12"])
        check_codes(coded.manifest.labels)
    with refusing(table):
        check_codes(read_pool(table, ("AU01",)).labels)
    if table.suffix == ".parquet":
        with refusing(table):
            read_preparation(table)
    with refusing(table):
        for chart in examine([table], [table.with_name("pool.csv")]).charts:
            check_codes(chart.record.faces.labels)


def csv_table(folder: Path) -> Target:
    """CSV tables: manifests and pools."""
    table = folder / "table.csv"
    (folder / "pool.csv").write_text("path\nc.jpg\n")

    def read(content: bytes) -> None:
        table.write_bytes(content)
        read_tables(table)

    pool = b'\xef\xbb\xbf"path"\r"a"\r'
    return Target(read, [TABLE, pool, b"path,subject,source,AU1\na,,b,1.0\n"])


def parquet_table(folder: Path) -> Target:
    """Parquet tables: as bytes, and with any columns, types, cells and metadata."""
    import atheris
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = folder / "manifest.parquet"
    (folder / "pool.csv").write_text("path\nc.jpg\n")
    names = ["path", "subject", "source", "task", "frame", "AU01", "AU1", "AU12", "AU12_intensity"]
    stored = io.BytesIO()
    pq.write_table(
        pa.table({"path": ["a.jpg"], "subject": ["S1"], "AU01": pa.array([1], pa.int8())}), stored
    )

    def cell(given: Any, kind: int) -> object:  # noqa: ANN401 - atheris has no types
        if given.ConsumeBool() and given.ConsumeBool():
            return None
        return [
            lambda: given.ConsumeUnicodeNoSurrogates(6),
            lambda: given.PickValueInList(["", "0", "1", "1.0", "5", "nan", "a.jpg", "../b.jpg"]),
            lambda: given.ConsumeInt(8),
            lambda: given.PickValueInList([0, 1, 2, 5, -1, 128]),
            given.ConsumeFloat,
            lambda: given.PickValueInList([0.0, 1.0, float("nan"), 0.5]),
            given.ConsumeBool,
            lambda: given.ConsumeBytes(6),
            lambda: [given.ConsumeInt(1)],
            lambda: {"a": given.ConsumeInt(1)},
        ][kind]()

    def read(content: bytes) -> None:
        if content[:4] == b"PAR1":
            table.write_bytes(content)
            read_tables(table)
            return
        given = atheris.FuzzedDataProvider(content)
        columns, rows = {}, given.ConsumeIntInRange(0, 4)
        for _ in range(given.ConsumeIntInRange(0, 8)):
            name = given.PickValueInList([*names, given.ConsumeUnicodeNoSurrogates(4)])
            kind = given.ConsumeIntInRange(0, 9)
            columns[name] = pa.array([cell(given, kind) for _ in range(rows)])
            if given.ConsumeBool() and kind < 8 and columns[name].null_count < rows:
                columns[name] = columns[name].dictionary_encode()
        made = pa.table(columns)
        if given.ConsumeBool():
            said = given.ConsumeBytes(200)
            with contextlib.suppress(ValueError, TypeError):  # else it is no JSON object
                known = {"set": "bp4d", "alignment": CARD["alignment"], "left_out": {"a": 1}}
                said = json.dumps(known | json.loads(said)).encode()
            made = made.replace_schema_metadata({b"au_cotrain": said})
        pq.write_table(made, table)
        read_tables(table)

    return Target(read, [stored.getvalue(), bytes(range(256)), b"\1" * 200])


def label_files(folder: Path) -> Target:
    """Label files of BP4D, BP4D+, DISFA and DISFA+."""
    from data_modules.preparation import READERS

    layouts = {  # set → label file and what is coded
        "bp4d": ("F001_T1.csv", "F001/T1/1.jpg"),
        "bp4d-plus": ("F001_T1.csv", "F001/T1/1.jpg"),
        "disfa": ("SN001_au1.txt", "LeftVideoSN001_comp.avi"),
        "disfa-plus": ("SN001/A/AU1.txt", "SN001/A/001.jpg"),
    }
    for name, files in layouts.items():
        for file in files:
            (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / file).touch()

    def read(content: bytes) -> None:
        for name, (file, _) in layouts.items():
            (folder / name / file).write_bytes(content)
            with refusing(folder / name):
                faces = READERS[name](folder / name).faces
                labels = faces.loc[:, faces.columns.str.fullmatch(r"AU\d\d")].fillna(-1)
                check_codes(labels.to_numpy(np.int64))

    return Target(read, [b"0,1,2,4\n1,0,1,9\n2,1,1,0\n", b"1,0\n2,5\n", b"000.jpg 0\n001.jpg 3\n"])


def emotionet(folder: Path) -> Target:
    """EmotioNet's lists: tables, spreadsheets and machine lists."""
    from data_modules.preparation.hand_list import read_hand_list
    from data_modules.preparation.machine_list import read_machine_list

    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006'
        '/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/'
        'sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>URL</v>'
        '</c><c r="B1" t="str"><v>AU 1</v></c></row><row r="2"><c r="A2" t="str"><v>a/b.jpg</v></c>'
        '<c r="B2"><v>1</v></c></row></sheetData></worksheet>',
    }  # fmt: skip

    def read(content: bytes) -> None:
        with zipfile.ZipFile(folder / "packed.xlsx", "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, content if name.endswith("sheet1.xml") else text)
        for name in ("list.xlsx", "list.xls", "list.csv", "packed.xlsx"):
            if name != "packed.xlsx":
                (folder / name).write_bytes(content)
            with refusing(folder / name):
                for found in read_hand_list(folder / name)[0]:
                    check_codes(found.codes)
        machine = folder / "dataFile_1.txt"
        machine.write_bytes(content)
        with refusing(machine):
            check_codes(read_machine_list(machine).codes)

    row = "\t".join(["http://a/b.jpg", "c", *["0", "1", "999"] * 20])
    lists = [b"URL,'AU 1',AU 12\nhttp://a/b.jpg,1,999\n", f"{row}\n{row}\n".encode()]
    return Target(read, [*lists, parts["xl/worksheets/sheet1.xml"].encode()])


# --- pictures, videos, tars -----------------------------------------------------------------------


def picture(folder: Path) -> Target:
    """Pictures of every format."""
    from PIL import Image

    from data_modules.picture import read_picture
    from data_modules.recording import Picture

    file = folder / "picture.jpg"
    pixels = np.arange(12 * 8 * 3, dtype=np.uint8).reshape(12, 8, 3)
    seeds = []
    for ending in ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM", "ICO", "TGA", "JPEG2000"):
        for mode in ("RGB", "L", "P", "RGBA", "I;16"):
            stream, exif = io.BytesIO(), Image.Exif()
            exif[0x112] = 6
            with contextlib.suppress(OSError, ValueError, KeyError):
                grey = Image.fromarray(pixels[..., 0].astype(np.uint16))
                image = grey if mode == "I;16" else Image.fromarray(pixels).convert(mode)
                image.save(stream, ending, exif=exif)
                seeds.append(stream.getvalue())

    def read(content: bytes) -> None:
        file.write_bytes(content)
        with refusing(file):
            face = read_picture(file, 16)
            if face.shape != (16, 16, 3) or face.dtype != np.uint8:
                raise BrokenWordError(f"a picture of {face.dtype} {face.shape}")
        (frame,) = Picture(str(file)).frames()
        if (frame.pixels is None) != bool(frame.trouble) or "\n" in frame.trouble:
            raise BrokenWordError(f"trouble {frame.trouble!r}")

    return Target(read, seeds)


def video(folder: Path) -> Target:
    """Videos, as predictions and preparations see them."""
    import av

    from data_modules.playback import rate_and_length
    from data_modules.recording import Video
    from data_modules.video import count_frames, read_frames

    seeds = []
    for ending, codec in (("avi", "mjpeg"), ("mp4", "mpeg4"), ("mkv", "mpeg4")):
        seed = folder / f"seed.{ending}"
        with av.open(str(seed), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = 32, 16
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            for grey in range(3):
                shown = np.full((16, 32, 3), 80 * grey, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, "rgb24")))
            container.mux(stream.encode())
        seeds.append(seed.read_bytes())
    file = folder / "video.avi"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        rate_and_length(file)
        count_frames(file)
        for frame in Video(str(file)).frames():
            if (frame.pixels is None) != bool(frame.trouble) or "\n" in frame.trouble:
                raise BrokenWordError(f"trouble {frame.trouble!r}")
        if len(list(read_frames(file, [0, 2]))) != 2:
            raise BrokenWordError("two frames were asked for")

    return Target(read, seeds)


def tar(folder: Path) -> Target:
    """Tar shards, as pools, predictions and preparations see them."""
    from data_modules import shard
    from data_modules.picture import read_picture
    from data_modules.pool import read_pool
    from data_modules.preparation.footage import Shot, read_footage
    from data_modules.preparation.shards import read_shard
    from data_modules.recording import find_recordings

    file = folder / "pool" / "shard.tar"
    file.parent.mkdir()
    seeds = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
            for name, content in {
                "a.jpg": b"no", "a.json": b'{"url": "http://a/b.jpg"}',
                "b" * 90 + "/" + "é" * 9 + ".png": b"",
            }.items():  # fmt: skip
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        seeds.append(stream.getvalue().rstrip(b"\0") + b"\0" * 1024)

    def read(content: bytes) -> None:
        file.write_bytes(summed(content))
        shard._contents.cache_clear()  # it would keep every one of these tars
        with refusing(file.parent):
            for path in read_pool(file.parent, ()).paths.to_pylist()[:4]:
                with refusing(path):
                    read_picture(path, 16)
        with refusing(file):
            for recording in find_recordings([str(file)])[:4]:
                list(recording.frames())
        found = read_shard(file, "shard.tar").pictures
        shots = [Shot(one.source, None) for one in found]
        if len(list(read_footage(file.parent, shots))) != len(shots):
            raise BrokenWordError("a picture or a reason a shot")

    return Target(read, seeds)


def summed(content: bytes) -> bytes:
    """A tar whose headers have the right checksums."""
    blocks = bytearray(content)
    for at in range(0, len(blocks) - 511, 512):
        if blocks[at + 257 : at + 262] == b"ustar":
            blocks[at + 148 : at + 156] = b" " * 8
            blocks[at + 148 : at + 156] = b"%06o\0 " % sum(blocks[at : at + 512])
    return bytes(blocks)


# --- predictors, checkpoints, weights -------------------------------------------------------------


def small_predictor(folder: Path, onnx: bool = False) -> Path:
    """A predictor that this project wrote."""
    import torch

    from au_cotrain.predictor.card import PredictorCard
    from au_cotrain.predictor.folder import write_predictor
    from au_cotrain.predictor.network import PredictorNetwork

    torch.manual_seed(0)
    card = PredictorCard(**CARD)
    write_predictor(folder / "predictor", card, PredictorNetwork(card).eval(), onnx)
    return folder / "predictor"


def put_card(predictor: Path, content: Any) -> None:  # noqa: ANN401 - any JSON
    """Write a card, its hashes right, as somebody with bad intentions would."""
    from au_cotrain.predictor import folder as module

    if isinstance(content, dict):
        files = content.get("files")
        if isinstance(files, dict) and all(isinstance(about, dict) for about in files.values()):
            for name, about in files.items():
                if (predictor / os.path.basename(name)).is_file():
                    about["sha256"] = module._sha256(predictor / os.path.basename(name))
        content.pop("sha256", None)
        with contextlib.suppress(ValueError):
            content["sha256"] = module._own_sha256(content)
    (predictor / module.CARD).write_text(json.dumps(content), encoding="utf-8")


def predictor_card(folder: Path) -> Target:
    """A predictor's card, and what is made of it: alignment, evaluation, a README, a fold."""
    from au_cotrain.cli.acquaintance import acquaintance, otherwise_coded, tested
    from au_cotrain.cross_validation import CrossValidation
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import read_card
    from au_cotrain.predictor.model_card import model_card
    from au_cotrain.predictor.predictor import load_predictor
    from data_modules.coded_faces import read_coded_faces
    from data_modules.cuts import doubt

    predictor = small_predictor(folder)
    (folder / "table.csv").write_bytes(TABLE)
    coded = read_coded_faces(folder / "table.csv", ["AU01"])
    runs = CrossValidation(folder / "cv", [], [1])
    runs.run_folder(1).mkdir()
    (runs.run_folder(1) / "predictor").symlink_to(predictor)

    def read(content: bytes) -> None:
        try:
            put_card(predictor, json.loads(content))
        except (ValueError, RecursionError):
            (predictor / FILE).write_bytes(content)
        with refusing(predictor):
            card, _ = read_card(predictor)
            model_card(card, {}, {})
            doubt(coded.manifest, card.alignment)
            acquaintance(coded, card)
            otherwise_coded(2, card)
            with refusing(predictor):
                tested(coded, card, predictor)
            found = load_predictor(predictor)
            with refusing(predictor):
                found.alignment  # noqa: B018 - it is worked out here
            found(np.zeros((1, 40, 30, 3), np.uint8))
            runs.summary()
            runs.save()
        runs.scores(1)

    seed = (predictor / FILE).read_bytes()
    return Target(read, [json.dumps(json.loads(seed)).encode()])


def weights(folder: Path) -> Target:
    """Headers of safetensors files: a predictor's, and pretrained ones."""
    import torch

    from au_cotrain.network import CoTrainingNetwork
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import WEIGHTS, read_predictor
    from au_cotrain.pretrained import read_geometry, write_pretrained
    from au_cotrain.views import Encoder

    predictor, file = small_predictor(folder), folder / "view.safetensors"
    said = json.loads((predictor / FILE).read_text())
    encoder = Encoder("test_resnet", 32)
    rows = torch.zeros(1, encoder.feature_dim + 1)
    write_pretrained(file, encoder.backbone.state_dict(), rows, ["AU12"], {"rows": rows + 1})
    seeds, bodies = [], []
    for whole in ((predictor / WEIGHTS).read_bytes(), file.read_bytes()):
        length = int.from_bytes(whole[:8], "little")
        seeds.append(whole[8 : 8 + length].rstrip())
        bodies.append(whole[8 + length :])

    def read(content: bytes) -> None:
        long = len(content).to_bytes(8, "little") + content
        (predictor / WEIGHTS).write_bytes(long + bodies[0])
        put_card(predictor, said)
        with refusing(predictor):
            read_predictor(predictor)
        for body in (bodies[1], b""):
            file.write_bytes((long + body) if body else content)
            with refusing(file):
                CoTrainingNetwork(
                    ["test_resnet"] * 2, 32, torch.eye(1), [str(file), False], aus=["AU12"]
                )
                read_geometry(file)

    return Target(read, [*seeds, b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'])


def onnx_graph(folder: Path) -> Target:
    """A predictor's ONNX graph."""
    from au_cotrain.predictor.folder import CARD as FILE
    from au_cotrain.predictor.folder import GRAPH
    from au_cotrain.predictor.predictor import load_predictor

    predictor = small_predictor(folder, onnx=True)
    said = json.loads((predictor / FILE).read_text())

    def read(content: bytes) -> None:
        (predictor / GRAPH).write_bytes(content)
        put_card(predictor, said)
        with refusing(predictor):
            load_predictor(predictor)

    return Target(read, [(predictor / GRAPH).read_bytes()])


def checkpoint(folder: Path) -> Target:
    """Pickles within checkpoints and weights that torch saved."""
    import pytorch_lightning as pl
    import torch

    from au_cotrain.calibration import Calibration
    from au_cotrain.export import export_predictor
    from au_cotrain.metrics import au_scores
    from au_cotrain.task import CoTraining
    from au_cotrain.views import Encoder

    file, weights = folder / "a.ckpt", folder / "view.pth"
    task = CoTraining(["AU01"], [[1.0]], 32, ["test_resnet"] * 2, provenance={"seed": 7})
    task.calibrate(Calibration([1.0], [0.5]))
    task.scores["val"] = au_scores(torch.rand(4, 1), torch.tensor([[0], [1], [1], [-1]]), ["AU01"])
    trainer = pl.Trainer(accelerator="cpu", logger=False, default_root_dir=folder)
    trainer.strategy.connect(task)
    trainer.save_checkpoint(file)
    torch.save(Encoder("test_resnet", 32).backbone.state_dict(), weights)
    packed = []
    for whole in (file, weights):
        with zipfile.ZipFile(whole) as archive:
            packed.append({name: archive.read(name) for name in archive.namelist()})
    right = torch.load(file, weights_only=True)
    plain = {name: right[name] for name in PLAIN}
    kept = {name: value for name, value in right.items() if name not in PLAIN}

    def read(content: bytes) -> None:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        for path, parts in zip((file, weights), packed, strict=True):
            if said is not None:
                tensors = path == file and isinstance(said, dict)
                torch.save(kept | said if tensors else said, path)
                continue
            with zipfile.ZipFile(path, "w") as archive:
                for name, part in parts.items():
                    archive.writestr(name, content if name.endswith("data.pkl") else part)
        with refusing(file):
            export_predictor(file, folder / "out")
        with refusing(weights):
            Encoder("test_resnet", 32, pretrained=str(weights))

    pickles = [p for parts in packed for name, p in parts.items() if name.endswith("data.pkl")]
    return Target(read, [*pickles, json.dumps(plain).encode(), b"[1]"])


# --- worlds, rendered faces, notes ----------------------------------------------------------------


def world(folder: Path) -> Target:
    """Worlds in YAML, and the faces drawn from them."""
    from data_modules.synthetic import world as module
    from data_modules.synthetic.record import to_row

    file = folder / "mine.yaml"
    shipped = Path(module.__file__).parent / "worlds"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        with refusing(file.stem):
            drawn = module.load_world(file)
            to_row(drawn.sample(1, 2, 3))

    small = b"base: web\npose: {yaw: {normal: [0, 9], within: [-9, 9]}}\nexpression: {stray: 0.1}\n"
    return Target(read, [small, *(seed.read_bytes() for seed in shipped.glob("*.yaml"))])


def rendered(folder: Path) -> Target:
    """What ``synth`` wrote and ``pretrain`` reads: every parameter of a face, and landmarks."""
    from data_modules.rendered_geometry import RenderedGeometry
    from data_modules.synthetic import load_world, render_manifest

    manifest = render_manifest(folder / "faces", load_world("lab"), 2, 16, seed=0)
    kept = manifest.with_name("landmarks.npy")
    RenderedGeometry(manifest, 14, workers=0)
    table, landmarks = manifest.read_bytes(), kept.read_bytes()

    def read(content: bytes) -> None:
        npy = content[:2] in (b"\x93N", b"PK", b"\x80\x04")
        manifest.write_bytes(table if npy else content)
        kept.write_bytes(content) if npy else kept.unlink(missing_ok=True)
        with refusing(folder / "faces"):
            data = RenderedGeometry(manifest, 14, workers=0)
            if data.landmarks.shape[0] != len(data) or not np.isfinite(data.muscles).all():
                raise BrokenWordError("a row a face")

    return Target(read, [table, landmarks])


def notes(folder: Path) -> Target:
    """Notes in folders that a command is to write to: whose are they?"""
    from au_cotrain.cross_validation import CrossValidation
    from au_cotrain.evaluation.folder import METRICS, claim
    from data_modules.preparation.claim import REQUEST, check_request, read_request

    request = {"set": "bp4d", "alignment": {}, "shards": False, "rows": 3, "plan": "0"}
    scores = {"format": 1, "predictor": "a", "per_au": {}}

    def read(content: bytes) -> None:
        for name in (REQUEST, METRICS, "cv.json"):
            (folder / name).write_bytes(content)
        with refusing(folder):
            there = read_request(folder)
            check_request(folder, there or {}, request)
        with refusing(folder):
            claim(folder)
        with refusing(folder):
            CrossValidation(folder, ["data=bp4d"], [1])

    seeds = [request, scores, {"overrides": ["data=bp4d"], "folds": [1]}]
    return Target(read, [json.dumps(seed).encode() for seed in seeds])


TARGETS: dict[str, Callable[[Path], Target]] = {
    "csv": csv_table,
    "parquet": parquet_table,
    "labels": label_files,
    "emotionet": emotionet,
    "picture": picture,
    "video": video,
    "tar": tar,
    "card": predictor_card,
    "weights": weights,
    "onnx": onnx_graph,
    "checkpoint": checkpoint,
    "world": world,
    "rendered": rendered,
    "notes": notes,
}
