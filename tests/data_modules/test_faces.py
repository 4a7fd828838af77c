import json
import logging

import pytest
import pytorch_lightning as pl
import torch

from data_modules.errors import DataError
from data_modules.faces import Faces
from data_modules.facs import UNKNOWN
from data_modules.picture import read_picture

LABELED, VAL, TEST, POOL = 10, 5, 4, 7


def rows(folder, person, faces, codes):
    return "".join(f"{folder}/{face}.png,{person}{face % 2},{codes(face)}\n" for face in faces)


@pytest.fixture
def folder(draw, write, noise, tmp_path):
    """Three tables, whose columns stand in different orders, and a pool."""
    for name, number in (("l", LABELED), ("v", VAL), ("t", TEST), ("pool", POOL)):
        for face in range(number):
            draw(f"{name}/{face}.png", pixels=noise(len(name) * 100 + face, side=30))
    write(
        "labeled.csv",
        "path,subject,AU4,AU1\n" + rows("l", "L", range(LABELED), lambda face: f"{face % 2},"),
    )
    write(
        "val.csv",
        "path,subject,AU1,emotion,AU4\n"
        + rows("v", "V", range(VAL), lambda face: f"{face % 2},9,"),
    )
    write(
        "test.csv", "path,subject,AU1,AU2,AU4\n" + rows("t", "T", range(TEST), lambda face: "0,7,1")
    )
    return tmp_path


@pytest.fixture
def faces(folder):
    def faces(**settings):
        given = {
            "labeled": folder / "labeled.csv", "val": folder / "val.csv",
            "test": folder / "test.csv", "unlabeled": folder / "pool",
            "size": 28, "labeled_per_batch": 4, "unlabeled_per_batch": 3,
        }  # fmt: skip
        return Faces(**given | settings)

    return faces


def refusal(data):
    with pytest.raises(DataError) as caught:
        data.setup()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def add(table, row):
    with table.open("a") as file:
        file.write(row + "\n")


# --- labels ---------------------------------------------------------------------------------


def test_all_splits_have_the_labeled_tables_aus_in_its_order(faces):
    data = faces()
    data.setup()
    assert data.aus == data.val.aus == data.test.aus == data.pool.aus == ("AU04", "AU01")
    assert data.training_faces.labels.tolist() == [[face % 2, UNKNOWN] for face in range(LABELED)]
    assert data.val.labels.tolist() == [[UNKNOWN, face % 2] for face in range(VAL)]
    assert data.test.labels.tolist() == [[1, 0]] * TEST


def test_only_the_aus_asked_for_are_learned_in_the_order_asked(faces):
    assert faces(aus=["AU1", "AU04"]).aus == ("AU01", "AU04")
    data = faces(aus=["AU1"])
    assert data.aus == data.val.aus == data.test.aus == ("AU01",)
    assert data.val.labels.tolist() == [[face % 2] for face in range(VAL)]


def test_an_au_that_validation_was_not_coded_for_is_refused(faces, folder):
    (folder / "val.csv").write_text("path,subject,AU1\nv/0.png,V0,1\n")
    line = refusal(faces())
    assert "val.csv: no column AU04" in line and "data.aus" in line


def test_a_validation_split_that_can_choose_nothing_is_refused(faces, folder):
    (folder / "val.csv").write_text("path,subject,AU1,AU4\nv/0.png,V0,1,0\nv/1.png,V0,1,\n")
    assert "no AU is both present and absent" in refusal(faces())


# --- people and pictures --------------------------------------------------------------------

SPLITS = {"labeled": ("l", "L", "0,1"), "val": ("v", "V", "0,9,1"), "test": ("t", "T", "0,,1")}
PAIRS = [("labeled", "val"), ("labeled", "test"), ("val", "test")]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_person_in_two_splits_is_refused(faces, folder, draw, one, other):
    own, _, codes = SPLITS[other]
    person = f"{SPLITS[one][1]}1"
    draw(f"{own}/new.png")
    add(folder / f"{other}.csv", f"{own}/new.png,{person},{codes}")
    line = refusal(faces())
    assert f"{one}.csv:3: person {person} is also at" in line
    assert f"{other}.csv:" in line


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_picture_in_two_splits_is_refused(faces, folder, one, other):
    add(folder / f"{other}.csv", f"x/../{SPLITS[one][0]}/2.png,Z,{SPLITS[other][2]}")
    (folder / "x").mkdir()
    assert f"{one}.csv:4: picture {folder}/{SPLITS[one][0]}/2.png is also at" in refusal(faces())


def test_the_pool_gives_up_every_picture_of_a_table(faces, folder):
    data = faces(unlabeled=folder)
    data.setup()
    assert data.pool.paths.to_pylist() == [f"{folder}/pool/{face}.png" for face in range(POOL)]
    assert data.left_out == LABELED + VAL + TEST


def test_the_pool_gives_up_people_of_validation_and_test(faces, folder, write):
    table = write(
        "pool.csv",
        "path,subject\npool/0.png,V1\npool/1.png,T0\npool/2.png,L0\npool/3.png,\npool/4.png,P\n",
    )
    data = faces(unlabeled=table)
    data.setup()
    assert data.pool.subjects.to_pylist() == ["L0", "", "P"]
    assert data.left_out == 2


def test_a_pool_that_gave_up_all_its_faces_is_refused(faces, folder):
    assert f"{folder}/v: nothing left in this pool" in refusal(faces(unlabeled=folder / "v"))


@pytest.mark.parametrize("split", ["labeled", "val", "test"])
def test_an_unreadable_picture_is_found_before_training(faces, folder, split):
    (folder / SPLITS[split][0] / "1.png").write_text("no picture")
    assert f"{folder}/{split}.csv:3: unreadable picture" in refusal(faces())
    faces(check=False).setup()


@pytest.mark.parametrize("split", ["labeled", "val", "test", "unlabeled"])
def test_a_table_that_is_not_there_is_named(faces, split):
    assert "/none.csv: no such file" in refusal(faces(**{split: "/none.csv"}))


@pytest.mark.parametrize("split", ["labeled", "val"])
def test_a_table_not_given_is_asked_for_by_its_setting(faces, split):
    assert f"data.{split} is not set" in refusal(faces(**{split: None}))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"labeled_per_batch": 0}, "labeled_per"),
        ({"steps_per_epoch": 0}, "steps_per"),
        ({"scaled_size": 27}, "scaled"),
        ({"pool_from": 40}, "pool_from is 40; give a share of the epochs, 0 to 1"),
        (
            {"augmentation": "harsh"},
            "augmentation is 'harsh'; it can be paper or standard or strong",
        ),
    ],
)
def test_settings_from_which_no_batch_can_be_made_are_refused(faces, settings, name):
    assert f"data.{name}" in refusal(faces(**settings))


# --- batches --------------------------------------------------------------------------------


def epochs(data, number):
    loader = data.train_dataloader()
    batches = []
    for epoch in range(number):
        loader.sampler.set_epoch(epoch)
        batches += list(loader)
    return batches


def test_training_batches_keep_the_contract(faces, folder):
    data = faces()
    data.setup()
    batches = epochs(data, 1)
    assert len(batches) == 3  # one round of the labeled faces
    coded = dict(
        zip(data.training_faces.paths.to_pylist(), data.training_faces.labels, strict=True)
    )
    for batch in batches:
        assert batch["images"].shape == (7, 3, 28, 28) and batch["images"].dtype == torch.uint8
        assert batch["labels"].shape == (7, 2) and batch["labels"].dtype == torch.int8
        for path, codes in zip(batch["paths"][:4], batch["labels"][:4], strict=True):
            assert codes.tolist() == coded[path].tolist()
        assert all(path.startswith(f"{folder}/pool/") for path in batch["paths"][4:])
        assert (batch["labels"][4:] == UNKNOWN).all()
        assert batch["unreadable"] == []


def test_batches_are_the_same_whoever_reads_the_pictures(faces, folder):
    (folder / "pool" / "2.png").unlink()
    (folder / "pool" / "2.png").write_text("no picture")
    batches = []
    for workers in (0, 2):
        data = faces(workers=workers, seed=5, steps_per_epoch=4)
        data.setup()
        batches.append(epochs(data, 2))
    assert len(batches[0]) == 8
    assert any(batch["unreadable"] for batch in batches[0])
    for here, there in zip(*batches, strict=True):
        assert torch.equal(here["images"], there["images"])
        assert torch.equal(here["labels"], there["labels"])
        assert (here["paths"], here["unreadable"]) == (there["paths"], there["unreadable"])


def test_a_worker_that_meets_a_broken_coded_picture_says_so_in_one_line(faces, folder):
    data = faces(workers=1, check=False)
    data.setup()
    (folder / "l" / "3.png").write_text("no picture")
    with pytest.raises(DataError) as caught:
        epochs(data, 1)
    assert str(caught.value).startswith(f"{folder}/labeled.csv:5: unreadable picture")
    assert len(str(caught.value).splitlines()) == 1


def test_another_seed_is_another_order(faces):
    orders = []
    for seed in (0, 0, 1):
        data = faces(seed=seed)
        data.setup()
        orders.append([batch["paths"] for batch in epochs(data, 1)])
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("split", ["val", "test"])
def test_held_out_faces_come_once_in_order_and_cropped_in_the_middle(faces, split):
    data = faces(eval_batch=2)
    data.setup()
    batches, manifest = list(getattr(data, f"{split}_dataloader")()), getattr(data, split)
    assert [path for batch in batches for path in batch["paths"]] == manifest.paths.to_pylist()
    labels = torch.cat([batch["labels"] for batch in batches])
    assert labels.tolist() == manifest.labels.tolist()
    images = torch.cat([batch["images"] for batch in batches])
    for path, image in zip(manifest.paths.to_pylist(), images, strict=True):
        middle = read_picture(path, 30)[1:29, 1:29]
        assert torch.equal(image, torch.from_numpy(middle.copy()).permute(2, 0, 1))


@pytest.mark.parametrize("settings", [{"unlabeled": None}, {"unlabeled_per_batch": 0}])
def test_without_a_pool_batches_are_of_labeled_faces(faces, settings):
    data = faces(**settings)
    data.setup()
    assert data.pool is None
    assert {len(batch["paths"]) for batch in epochs(data, 1)} == {4}


@pytest.mark.parametrize(("au", "flips"), [("AU43", True), ("AU51", False), ("AU62", False)])
def test_no_face_is_mirrored_where_an_au_says_left_or_right(draw, write, au, flips):
    pixels = torch.zeros(28, 28, 3, dtype=torch.uint8)
    pixels[:, :14] = 255
    for name in "lvw":
        draw(f"{name}.png", pixels=pixels.numpy())
    labeled = write("labeled.csv", f"path,subject,AU1,{au}\nl.png,L,1,1\n")
    val = write("val.csv", f"path,subject,AU1,{au}\nv.png,V,1,1\nw.png,V,0,0\n")
    data = Faces(labeled, val, size=28, scaled_size=28, augmentation="paper", labeled_per_batch=32)
    (batch,) = epochs(data, 1)
    mirrored = batch["images"][:, 0, 0, 0] == 0
    assert bool(mirrored.any()) == flips


class Listener(pl.LightningModule):
    """Learns nothing and notes what it is shown."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.seen = []

    def training_step(self, batch, batch_idx):
        self.seen.append(batch["paths"])
        return self.weight * 0

    def validation_step(self, batch, batch_idx):
        assert len(batch["paths"])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


@pytest.fixture
def shown(folder):
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)

    def shown(data, number):
        """Paths of each batch that the trainer shows in these epochs."""
        listener = Listener()
        pl.Trainer(
            default_root_dir=folder, max_epochs=number, accelerator="cpu", logger=False,
            enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
            use_distributed_sampler=False,
        ).fit(listener, data)  # fmt: skip
        return listener.seen

    return shown


@pytest.mark.filterwarnings("ignore")  # Lightning's and torch's, of a trainer without a purpose
def test_the_trainer_shows_each_epoch_in_an_order_of_its_own(faces, shown):
    data = faces()
    seen = shown(data, 2)
    assert seen == [batch["paths"] for batch in epochs(data, 2)]
    assert seen[:3] != seen[3:]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("share", "epochs_without"), [(0.5, 2), (0.4, 1), (1.0, 4), (0.0, 0)])
def test_no_face_is_read_of_a_pool_that_waits(faces, shown, share, epochs_without):
    """In whole epochs only: of one within which it comes in, it is read from the start."""
    lengths = [len(paths) for paths in shown(faces(pool_from=share), 4)]
    assert lengths == [4] * 3 * epochs_without + [7] * 3 * (4 - epochs_without)


# --- what is said of them -------------------------------------------------------------------


def test_the_description_counts_faces_people_and_what_is_unknown(faces, folder):
    lines = faces(unlabeled=folder).description.splitlines()
    assert [" ".join(line.split()) for line in lines[:4]] == [
        "2 AUs: AU04 AU01",
        "labeled 10 faces of 2 people, 50% of labels unknown",
        "val 5 faces of 2 people, 50% of labels unknown",
        "test 4 faces of 2 people, 0% of labels unknown",
    ]
    assert lines[4].split()[:3] == ["pool", "7", "faces,"] and "19 left out" in lines[4]
    assert lines[5:] == ["without a positive to learn from: AU01"]


def test_the_description_does_without_test_and_pool(faces):
    description = faces(test=None, unlabeled=None).description
    assert "test" not in description
    assert "pool            0 faces" in description


def test_provenance_is_plain_values(faces, folder):
    provenance = faces(test=None, alignment="by eye").provenance
    assert json.loads(json.dumps(provenance)) == provenance
    assert provenance == {
        "tables": {
            "labeled": f"{folder}/labeled.csv",
            "val": f"{folder}/val.csv",
            "unlabeled": f"{folder}/pool",
        },
        "data_sets": [
            {"name": "labeled.csv", "licence": "not stated", "splits": ["labeled"]},
            {"name": "val.csv", "licence": "not stated", "splits": ["validation"]},
            {"name": "pool", "licence": "not stated", "splits": ["unlabeled"]},
        ],
        "labeled_faces": LABELED,
        "pool_faces": POOL,
        "scaled_size": 30,
        "alignment": "by eye",
        "threshold": None,
    }


def test_each_set_of_faces_is_told_with_its_licence(prepared, faces_table):
    sets = {"a": "disfa", "b": "disfa", "c": "emotionet", "web": "faces"}
    a, b, c, web = (prepared(of, [name], ["AU01"], name=name) for name, of in sets.items())
    tables = [root / "manifest.parquet" for root in (a, b, c)]
    data = Faces(*tables, unlabeled=web, size=16, licence="CC BY 4.0, see its page")
    said = {of["name"]: of for of in data.data_sets}
    assert list(said) == ["disfa", "emotionet", "web"]
    assert said["disfa"]["splits"] == ["labeled", "validation"]
    assert said["disfa"]["licence"] == said["emotionet"]["licence"]
    assert "agreement" in said["disfa"]["licence"]
    assert said["web"]["licence"] == "CC BY 4.0, see its page"


def test_the_alignment_of_prepared_tables_is_theirs(prepared):
    split = {name: prepared("bp4d", [name], ["AU01"], name=name) for name in "abc"}
    tables = [root / "manifest.parquet" for root in split.values()]
    data = Faces(*tables, unlabeled=prepared("faces", ["d"], ["AU01"]), size=16)
    assert data.provenance["alignment"] == {"method": "none", "size": 24}
    assert "not known to be cut" not in data.description


@pytest.mark.parametrize("split", ["val", "test"])
def test_splits_cut_otherwise_are_refused_and_unknown_ones_said(prepared, faces_table, split):
    roots = {name: prepared("bp4d", [name], ["AU01"], name=name) for name in "abc"}
    tables = dict(zip(["labeled", "val", "test"], roots.values(), strict=True))
    tables = {name: root / "manifest.parquet" for name, root in tables.items()}
    own = faces_table("own", aus="AU01")
    description = Faces(**tables | {split: own}, size=16).description
    assert f"faces of {own} are not known to be cut as the labeled ones are" in description
    other = prepared("bp4d", ["d"], ["AU01"], name="d", alignment={"method": "none", "size": 9})
    data = Faces(**tables | {split: other / "manifest.parquet"}, size=16)
    assert "were cut out otherwise (method none, size 24) than" in refusal(data)


def test_a_threshold_makes_labels_of_intensities(prepared):
    roots = [prepared("x", [name], ["AU01"], name=name, intensities=True) for name in "ab"]
    for threshold, present in ((2, 1), (4, 0)):
        data = Faces(*(root / "manifest.parquet" for root in roots), size=16, threshold=threshold)
        if present:
            assert data.training_faces.labels.tolist() == [[0], [1]]
            assert data.provenance["threshold"] == 2
        else:
            assert "no AU is both present and absent" in refusal(data)


@pytest.mark.parametrize("split", ["val", "test"])
def test_the_example_is_a_held_out_picture(faces, folder, split):
    example = faces(test=folder / "test.csv" if split == "test" else None).example()
    assert example == folder / SPLITS[split][0] / "0.png"
    assert example.is_file()


def test_setting_up_again_reads_nothing_again(faces, folder):
    data = faces()
    data.setup("fit")
    (folder / "labeled.csv").unlink()
    data.setup("test")
    assert len(data.training_faces) == LABELED


def test_scaling_defaults_to_the_papers_ratio():
    assert Faces("", "", size=224).scaled_size == 240
    assert Faces("", "", size=224, scaled_size=256).scaled_size == 256
