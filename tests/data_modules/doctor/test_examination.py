"""Each fault is planted by itself into sound tables, and is the one that is found."""

import io
import shutil
import tarfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from data_modules.doctor import examine
from data_modules.doctor.finding import NOTE, WRONG
from data_modules.doctor.published import PUBLISHED
from data_modules.errors import DataError
from data_modules.manifest import read_manifest


def change(table, *pairs):
    text = table.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    table.write_text(text)


def test_sound_splits_have_no_finding(experiment, found):
    assert found(*experiment) == []
    assert examine(experiment).sound


# --- one fault in one table -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("png,A,0,1", "png,A,9,1", ("label-range", 2, "AU01 is '9', not 0, 1 or empty")),
        ("png,A,0,1", "png,A,0,999", ("label-range", 2, "AU12 is '999', not 0, 1 or empty")),
        ("png,A,0,1", "png,A,-1,1", ("label-range", 2, "AU01 is '-1', not 0, 1 or empty")),
        ("png,A,0,1", "png,A,0.5,1", ("label-range", 2, "AU01 is '0.5', not 0, 1 or empty")),
        ("png,A,0,1", "png,A,0,1,1", ("malformed-row", 2, "5 cells under 4 columns")),
        ("png,A,0,1", "png,A,0", ("malformed-row", 2, "3 cells under 4 columns")),
        ("train/1.png", "", ("no-path", 3, "the cell is empty")),
        ("png,B,0", "png,,0", ("no-subject", 4, "the cell is empty")),
        ("train/3.png", "train/2.png", ("path-twice", 5, "train/2.png stands in row 4 too")),
        ("train/3.png", "val/../train/2.png", ("path-twice", 5, "train/2.png stands in row 4 too")),
        ("AU12", "AU99", ("column", 1, "'AU99' is no action unit of FACS")),
        ("AU12", "AU01", ("column", 1, "columns 'AU1' and 'AU01' are both AU01")),
        ("subject", "who", ("column", 1, "no column 'subject', so that nobody can say who is both "
                            "learned from and tested on")),
    ],
)  # fmt: skip
def test_a_fault_of_a_cell_or_column_is_found(experiment, found, old, new, finding):
    train, _ = experiment
    change(train, (old, new))
    kind, row, what = finding
    wrong = [one for one in found(train) if one[2] == WRONG]
    assert wrong == [("train.csv", kind, WRONG, row, what)]


def test_a_picture_outside_of_the_tables_folder_is_wrong_unless_it_may(experiment, found):
    """As a training would refuse it."""
    train, _ = experiment
    far = train.parent.parent / "far.png"
    (train.parent / "train" / "3.png").rename(far)
    change(train, ("train/3.png", str(far)))
    assert found(train) == [("train.csv", "elsewhere", WRONG, 5, str(far))]
    assert found(train, within=train.parent.parent) == []


def test_every_cell_out_of_range_is_listed(experiment, found):
    train, _ = experiment
    change(train, ("A,0,1", "A,9,1"), ("A,1,0", "A,1,9"), ("B,0,1", "B,0,.5"))
    assert [(kind, row) for _, kind, _, row, _ in found(train)] == [
        ("label-range", 2), ("label-range", 3), ("label-range", 4),
    ]  # fmt: skip


def test_a_table_all_of_whose_rows_are_malformed_is_examined_to_its_end(experiment, found):
    train, _ = experiment
    change(train, ("AU12", "AU12,AU4"))
    assert [one[1:4] for one in found(train) if one[2] == WRONG] == [
        ("malformed-row", WRONG, row) for row in (2, 3, 4, 5)
    ]  # fmt: skip


def test_many_occurrences_are_counted_and_the_first_listed(tmp_path, draw):
    draw("a.png")
    rows = "\n".join(f"a{i}.png,S,9" for i in range(1500))
    (tmp_path / "t.csv").write_text(f"path,subject,AU1\n{rows}\n")
    findings = examine([tmp_path / "t.csv"]).findings
    assert [group.heading for group in findings.of(WRONG)] == [
        "1,500 labels out of range", "1,500 labels without picture",
    ]  # fmt: skip
    table = findings.table()
    labels = table[table["kind"] == "label-range"]
    assert len(labels) == 1001
    assert labels["what"].iloc[-1] == "and 500 more like these"


def test_an_unfinished_quote_is_found_and_the_rows_before_it_are_read(experiment, found):
    train, _ = experiment
    change(train, ("train/3.png,B,1,0", '"train/3.png,B,1,0'))
    wrong = [one[:4] for one in found(train)]
    assert wrong == [("train.csv", "malformed-row", WRONG, 5)]
    assert len(examine([train]).charts[0].record) == 3


def test_a_missing_and_an_unreadable_picture_are_wrong_in_a_split_and_worth_knowing_in_a_pool(
    experiment, found, tmp_path
):
    train, val = experiment
    (tmp_path / "train" / "1.png").unlink()
    (tmp_path / "train" / "2.png").write_bytes((tmp_path / "train" / "2.png").read_bytes()[:200])
    missing, unreadable = found(train)
    assert missing == (
        "train.csv", "missing", WRONG, 3, f"{tmp_path}/train/1.png: no such file",
    )  # fmt: skip
    assert unreadable[:4] == ("train.csv", "unreadable", WRONG, 4)
    assert "truncated" in unreadable[4]
    assert [one[:4] for one in found(val, pools=[train])] == [
        ("train.csv", "missing", NOTE, 3), ("train.csv", "unreadable", NOTE, 4),
    ]  # fmt: skip


def test_a_frame_all_of_whose_labels_are_unknown_is_worth_knowing(experiment, found):
    train, _ = experiment
    change(train, ("A,0,1", "A,,"))
    assert found(train) == [("train.csv", "unlabeled", NOTE, 2, "every AU is unknown")]


def test_aus_that_never_or_always_occur_are_worth_knowing(experiment, found):
    train, _ = experiment
    change(train, ("A,1,0", "A,0,1"), ("B,1,0", "B,0,1"))
    assert found(train) == [
        ("train.csv", "never-positive", NOTE, 0, "AU01"),
        ("train.csv", "never-negative", NOTE, 0, "AU12"),
    ]


def test_an_au_that_nobody_coded_is_said_once(experiment, found):
    train, _ = experiment
    change(train, ("A,0,1", "A,0,"), ("A,1,0", "A,1,"), ("B,0,1", "B,0,"), ("B,1,0", "B,1,"))
    assert found(train) == [("train.csv", "not-coded", NOTE, 0, "AU12")]


# --- copies -----------------------------------------------------------------------------------


def copy(tmp_path, source, target):
    """The same pixels in another file and format."""
    Image.open(tmp_path / source).save(tmp_path / target, compress_level=1)


def test_a_copy_in_another_split_is_wrong(experiment, found, tmp_path):
    copy(tmp_path, "train/1.png", "val/2.png")
    what = f"train/1.png is the same as {tmp_path}/val.csv:4"
    assert found(*experiment) == [("train.csv", "copy-in-two-splits", WRONG, 3, what)]


def test_a_copy_under_two_people_is_wrong(experiment, found, tmp_path):
    copy(tmp_path, "train/0.png", "train/2.png")
    what = "train/0.png is A, and the same picture in row 4 is B"
    assert found(*experiment) == [("train.csv", "copy-under-two-people", WRONG, 2, what)]


def test_a_copy_with_contradicting_labels_is_wrong(experiment, found, tmp_path):
    copy(tmp_path, "train/0.png", "train/1.png")
    what = "train/1.png: AU01 is 1, and the same picture in row 2 has 0"
    assert found(*experiment) == [("train.csv", "copy-labelled-otherwise", WRONG, 3, what)]


@pytest.mark.parametrize("labels", ["0,1", ",1", "0,", ","])
def test_a_copy_of_a_person_without_contradiction_is_worth_knowing(
    experiment, found, tmp_path, labels
):
    train, val = experiment
    change(train, ("A,1,0", f"A,{labels}"))
    copy(tmp_path, "train/0.png", "train/1.png")
    copies = [one for one in found(train, val) if one[1] != "unlabeled"]
    what = f"train/0.png is the same as {tmp_path}/train.csv:3"
    assert copies == [("train.csv", "copy", NOTE, 2, what)]


def test_a_turned_picture_is_not_the_same(experiment, found, tmp_path):
    turned = Image.open(tmp_path / "train" / "0.png").transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "val" / "0.png")
    assert found(*experiment) == []


# --- splits and pools -------------------------------------------------------------------------


def test_a_person_in_two_splits_is_wrong_however_the_name_is_written(experiment, found, tmp_path):
    train, val = experiment
    change(val, ("png,C", "png,b"), ("png,C", "png,b"))
    what = f"B is also at {tmp_path}/val.csv:2"
    assert found(train, val) == [("train.csv", "person-in-two-splits", WRONG, 4, what)]


def test_a_picture_in_two_splits_is_wrong_once(experiment, found, tmp_path):
    train, val = experiment
    change(val, ("val/0.png", "train/2.png"))
    what = f"train/2.png is also at {tmp_path}/val.csv:2"
    assert found(train, val) == [("train.csv", "picture-in-two-splits", WRONG, 4, what)]


def test_a_picture_in_two_splits_is_no_copy_besides(experiment, found, tmp_path):
    train, val = experiment
    change(val, ("val/0.png", "train/2.png"), ("png,C,1,0", "png,C,0,1"))
    copy(tmp_path, "train/2.png", "val/1.png")
    assert [one[1] for one in found(train, val) if one[2] == WRONG] == ["picture-in-two-splits"]


def test_what_a_pool_shares_with_a_split_is_worth_knowing(experiment, found, tmp_path):
    train, val = experiment
    pool = tmp_path / "pool.csv"
    pool.write_text("path,subject\ntrain/0.png,A\nval/1.png,C\n")
    assert [one[:4] for one in found(train, val, pools=[pool])] == [
        ("train.csv", "person-in-pool", NOTE, 2), ("val.csv", "person-in-pool", NOTE, 2),
        ("train.csv", "picture-in-pool", NOTE, 2), ("val.csv", "picture-in-pool", NOTE, 3),
    ]  # fmt: skip


def test_a_copy_in_a_pool_is_wrong_since_training_cannot_know_it(experiment, found, tmp_path):
    train, val = experiment
    (tmp_path / "pool").mkdir()
    copy(tmp_path, "val/1.png", "pool/0.png")
    copies = [
        ("val.csv", "copy-in-pool", WRONG, 3, f"val/1.png is the same as {tmp_path}/pool/0.png")
    ]
    assert found(train, val, pools=[tmp_path / "pool"]) == copies
    (tmp_path / "pool.csv").write_text("path,subject\npool/0.png,c\n")  # left out by its person
    known = found(train, val, pools=[tmp_path / "pool.csv"])
    assert [one[1:3] for one in known] == [("person-in-pool", NOTE)]


def test_labels_of_a_pool_are_not_looked_at(experiment, found):
    train, val = experiment
    change(train, ("A,0,1", "A,9,7"), ("png,A", "png,"))
    assert found(val, pools=[train]) == []


def test_aus_that_a_split_lacks_are_worth_knowing(experiment, found):
    train, val = experiment
    change(val, ("AU12", "AU4"))
    assert found(train, val) == [
        ("train.csv", "aus-differ", NOTE, 0, "AU12"), ("val.csv", "aus-differ", NOTE, 0, "AU04"),
    ]  # fmt: skip


# --- what prepare writes ----------------------------------------------------------------------


def test_a_prepared_folder_is_sound(prepared, found):
    assert found(prepared()) == []


@pytest.mark.parametrize(
    ("labels", "intensities", "finding"),
    [
        ([1, 0, 0], [0, 0, 1], (2, "AU01 is 1 with intensity 0")),
        ([1, 0, 0], [3, 0, 5], (4, "AU01 is 0 with intensity 5")),
        ([1, 0, 0], [2, 0, 3], (2, "AU01 is 1 with intensity 2, but 0 with intensity 3 in row 4")),
        ([1, 0, 0], [2, 0, 2], (2, "AU01 is 1 with intensity 2, but 0 with intensity 2 in row 4")),
    ],
)  # fmt: skip
def test_a_label_against_its_intensity_is_wrong(prepared, found, labels, intensities, finding):
    out = prepared(AU01=labels, AU01_intensity=intensities)
    assert found(out) == [("manifest.parquet", "label-against-intensity", WRONG, *finding)]


@pytest.mark.parametrize("threshold", [1, 2, 3, 4, 5])
def test_any_threshold_of_intensity_is_sound(prepared, found, threshold):
    intensities = [0, 1, 2, 3, 4, 5]
    labels = [int(value >= threshold) for value in intensities]
    assert found(prepared(AU01=labels, AU01_intensity=intensities)) == []


def test_an_intensity_out_of_range_is_wrong(prepared, found):
    out = prepared(AU01_intensity=[0, 6, 1])
    what = "AU01_intensity is '6', not 0 to 5 or empty"
    assert found(out) == [("manifest.parquet", "intensity-range", WRONG, 3, what)]


def test_a_frame_twice_is_wrong_of_one_source_and_worth_knowing_of_two(prepared, found):
    twice = {"subject": ["SN001", "sn001", "SN002"], "frame": [7, 7, 7]}
    what = "row 2 is the same frame of the same source"
    assert found(prepared(**twice)) == [("manifest.parquet", "frame-twice", WRONG, 3, what)]
    out = prepared(**twice, source=["L.avi", "R.avi", "L.avi"])
    what = "row 3 has the same person, task and number from another source"
    assert found(out) == [("manifest.parquet", "frame-of-two-sources", NOTE, 2, what)]


def test_a_frame_of_another_task_or_without_a_number_is_another(prepared, found):
    assert found(prepared(subject=["A"] * 3, frame=[7] * 3, task=["T1", "T2", "T3"])) == []
    assert found(prepared(subject=["A"] * 3, frame=pd.array([None] * 3, "Int64"))) == []


def test_nobody_is_named_in_sets_that_name_nobody(prepared, found):
    nobody = pd.array([None] * 3, "string")
    assert {one[2] for one in found(prepared(dataset="emotionet", subject=nobody))} == {NOTE}
    assert {one[2] for one in found(prepared(dataset="disfa", subject=nobody))} == {WRONG}


def test_a_copy_of_nobody_is_wrong_where_training_parts_pictures(prepared, found):
    nobody = pd.array([None] * 3, "string")
    out = prepared(dataset="emotionet", subject=nobody, AU01=[0, 1, 1])
    shutil.copy(out / "crops" / "1.png", out / "crops" / "2.png")
    what = f"crops/1.png is the same as {out}/manifest.parquet:4"
    assert ("manifest.parquet", "copy-of-nobody", WRONG, 3, what) in found(out)
    assert ("manifest.parquet", "copy", NOTE, 3, what) in found(out, prepared("other"))


def test_what_prepare_left_out_is_told(prepared, found):
    out = prepared(metadata={"left_out": {"no face found": 1200}})
    told = [("manifest.parquet", "left-out", NOTE, 0, "no face found: 1,200")]
    assert found(out) == told
    out = prepared()
    (out / "left_out.csv").write_text("source,subject,task,frame,reason\na,S,,1,no code\n")
    assert found(out) == [("manifest.parquet", "left-out", NOTE, 0, "no code: 1")]


def test_splits_cut_out_in_two_ways_are_wrong(prepared, found, tmp_path):
    one, other = prepared("one"), prepared("other", metadata={"alignment": {"size": 17}})
    what = f"its faces are not cut out as those of {one}/manifest.parquet"
    assert found(one, other) == [("manifest.parquet", "alignment-differs", WRONG, 0, what)]
    assert found(one, pools=[other])[0][1:3] == ("alignment-differs", NOTE)


def test_faces_in_shards_are_read_out_of_them(prepared, found, tmp_path):
    out = prepared(path=["shards/000000.tar/a.png", "shards/000000.tar/b.png",
                         "shards/000001.tar/a.png"])  # fmt: skip
    (out / "shards").mkdir()
    with tarfile.open(out / "shards" / "000000.tar", "w") as tar:
        for name in ("a.png", "b.png"):
            content = (out / "crops" / f"{'ab'.index(name[0])}.png").read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    shutil.copy(out / "shards" / "000000.tar", out / "shards" / "000001.tar")
    copies = found(out)
    assert [one[1:4] for one in copies] == [
        ("copy-under-two-people", WRONG, 2)  # both shards' a.png
    ]
    (out / "shards" / "000001.tar").write_bytes(b"")
    with tarfile.open(out / "shards" / "000001.tar", "w"):
        pass
    assert [one[1:4] for one in found(out)] == [("missing", WRONG, 4)]
    (out / "shards" / "000001.tar").unlink()
    assert [one[1:4] for one in found(out)] == [("missing", WRONG, 4)]
    content = (out / "shards" / "000000.tar").read_bytes()
    (out / "shards" / "000001.tar").write_bytes(content[:700])
    assert [one[1:4] for one in found(out)] == [("unreadable", WRONG, 4)]


# --- prevalence -------------------------------------------------------------------------------


def bp4d(prepared, people, prevalence, seed=0):
    """People whose prevalences differ, around the given ones."""
    rng = np.random.default_rng(seed)
    shares = {au: rng.beta(6 * p, 6 * (1 - p), people) for au, p in prevalence.items()}
    columns = {au: (rng.random((people, 40)) < share[:, None]).astype(int).ravel()
               for au, share in shares.items()}  # fmt: skip
    subjects = np.repeat([f"P{person}" for person in range(people)], 40)
    return prepared(dataset="bp4d", subject=subjects, **columns)


def test_honest_people_are_not_far_and_exchanged_columns_are(prepared, found):
    published = PUBLISHED["bp4d"].prevalence
    assert found(bp4d(prepared, 14, published)) == []
    turned = dict(zip(published, list(published.values())[::-1], strict=True))
    far = found(bp4d(prepared, 14, turned))
    assert far and {one[1:3] for one in far} == {("prevalence", WRONG)}


def test_splits_of_one_set_are_judged_together_too(prepared, found):
    published = PUBLISHED["bp4d"].prevalence
    exchanged = dict(published) | {"AU01": published["AU02"], "AU02": published["AU01"]}
    rng = np.random.default_rng(0)
    splits = []
    for name, people in (("one", 20), ("other", 21)):
        columns = {}
        for au, share in exchanged.items():
            shares = np.clip(share + np.linspace(-0.14, 0.14, people), 0, 1)
            column = (np.arange(100) < (100 * shares[:, None]).round()).astype(int)
            columns[au] = rng.permuted(column, axis=1).ravel()
        subjects = np.repeat([f"{name}{person}" for person in range(people)], 100)
        splits.append(prepared(name, "bp4d", subject=subjects, **columns))
    assert found(splits[0]) == found(splits[1]) == []
    together = examine(splits).findings.of(WRONG)
    assert [(group.manifest, group.kind) for group in together] == [
        (" + ".join(f"{split}/manifest.parquet" for split in splits), "prevalence")
    ]
    assert [what[:4] for what in together[0].whats] == ["AU01", "AU02"]


def test_two_people_are_not_judged(prepared, found):
    published = PUBLISHED["bp4d"].prevalence
    one = found(bp4d(prepared, 2, published))
    assert ("manifest.parquet", "not-judged", NOTE, 0, "AU01: known labels of 2 people") in one
    assert not any(kind == "prevalence" for _, kind, *_ in one)


def test_the_set_can_be_named_and_does_not_overrule_the_manifest(experiment, found, prepared):
    assert {one[1] for one in found(*experiment, dataset="bp4d")} == {"not-judged"}
    what = "it says its set is disfa, so --set bp4d is not applied to it"
    assert found(prepared(), dataset="bp4d") == [("manifest.parquet", "metadata", NOTE, 0, what)]
    with pytest.raises(DataError, match="--set is 'affectnet'; it can be bp4d, "):
        found(*experiment, dataset="affectnet")


# --- what is no table at all ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "t.csv: no such file"),
        (b"", "t.csv: no faces in it"),
        (b"path,subject,AU1\n", "t.csv: no faces in it"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "t.csv: not a readable table"),
        (b"file,subject,AU1\na,b,1\n", "t.csv:1: no column 'path'"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_line(tmp_path, content, said):
    if content is not None:
        (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        examine([tmp_path / "t.csv"])
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_manifest_and_a_table_given_twice_are_refused(experiment, tmp_path):
    with pytest.raises(DataError, match=r"train: no manifest\.parquet in this folder"):
        examine([tmp_path / "train"])
    with pytest.raises(DataError, match="given twice"):
        examine([experiment[0], experiment[0]])


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=4)
quoted = cells.map(lambda cell: '"' + cell.replace('"', '""') + '"')
good = {
    "path": st.sampled_from([f"{letter}.png" for letter in "abcdefgh"]),
    "subject": st.sampled_from(["S", "s", "7.0", " T "]),
}
code = st.sampled_from(["0", "1", "", "1.0", " 0", "0.00"])
headings = st.sampled_from(["AU1", "AU01", "'AU 12'", "AU99", "AU4_intensity", "Frame", "note"])


@st.composite
def tables(draw):
    """Text of a table that is as often right as wrong."""
    names = draw(st.permutations(["path", "subject", "AU7", *draw(st.lists(headings, max_size=2))]))
    faults = draw(st.integers(0, 2))
    rows = [[draw(good.get(name, code)) for name in names] for _ in range(draw(st.integers(1, 3)))]
    for _ in range(faults):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        row[draw(st.integers(0, len(names) - 1))] = draw(cells | quoted | st.just("9"))
    return "".join(",".join(row) + "\n" for row in [names, *rows])


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables())
@example("subject,AU7,AU1,path\nS,0,0,.\n")
def test_what_training_refuses_is_found_and_what_it_reads_is_read_alike(tmp_path, text):
    table = tmp_path / "t.csv"
    table.write_text(text, encoding="utf-8", newline="")
    try:
        examination = examine([table])
    except DataError:
        with pytest.raises(DataError):
            read_manifest(table)
        return
    table_of = examination.findings.table()
    wrong = table_of[table_of["severity"] == WRONG]
    of_pictures = ["missing", "unreadable"]  # which reading a table does not open
    left = [*of_pictures, "intensity-range", "label-against-intensity"]
    wrong = wrong[~wrong["kind"].isin(left)]
    record = examination.charts[0].record
    try:
        manifest = read_manifest(table)
    except DataError:
        assert len(wrong)
        return
    assert not len(wrong)
    assert record.aus == manifest.aus
    assert record.faces.labels.tolist() == manifest.labels.tolist()
    assert record.faces.paths == manifest.paths and record.faces.subjects == manifest.subjects
    assert record.faces.rows.tolist() == manifest.rows.tolist()
