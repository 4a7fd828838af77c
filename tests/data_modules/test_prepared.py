"""A fold of a prepared set: people never cross, and the screen and the predictor say who is who."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.folds import NUMBERS, people_tested
from data_modules.prepared import PreparedFaces

PEOPLE = {
    name: [person for fold in NUMBERS for person in people_tested(name, fold)]
    for name in ("bp4d", "disfa")
}
AUS = ["AU01", "AU02", "AU12"]
SMALL = {"size": 16, "labeled_per_batch": 2, "unlabeled_per_batch": 2, "check": False}


@pytest.fixture
def bp4d(prepared):
    return prepared("bp4d", PEOPLE["bp4d"], AUS)


@pytest.fixture
def disfa(prepared):
    return prepared("disfa", PEOPLE["disfa"], AUS, intensities=True)


@pytest.fixture
def emotionet(prepared):
    return prepared("emotionet", [None] * 60, AUS, frames=1)


def fold(root, dataset, number=2, **changed):
    data = PreparedFaces(dataset, root, number, **SMALL | changed)
    data.setup()
    return data


def refusal(root, dataset, number=2, **changed):
    with pytest.raises(DataError) as caught:
        fold(root, dataset, number, **changed)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def people(faces):
    return set(faces.subjects.to_pylist())


def rewrite(root, change):
    """Let a prepared table be another."""
    table = pq.read_table(root / "manifest.parquet")
    pq.write_table(change(table), root / "manifest.parquet")


# --- people ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", PEOPLE)
@pytest.mark.parametrize("number", NUMBERS)
def test_the_published_people_are_tested_and_others_validate(request, dataset, number):
    data = fold(request.getfixturevalue(dataset), dataset, number)
    test, val, learned = map(people, (data.test, data.val, data.training_faces))
    assert test == set(people_tested(dataset, number))
    assert test | val | learned == set(PEOPLE[dataset])
    assert not (test & val or test & learned or val & learned)
    assert len(val) == round(0.2 * (len(PEOPLE[dataset]) - len(test)))
    faces = len(data.test) + len(data.val) + len(data.training_faces)
    assert faces == 2 * len(PEOPLE[dataset])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_people_never_cross_whoever_is_there_and_in_whatever_order(tmp_path, data):
    there = data.draw(st.lists(st.sampled_from(PEOPLE["bp4d"]), min_size=12, unique=True))
    number = data.draw(st.sampled_from(NUMBERS))
    rows = data.draw(st.permutations([person for person in there for _ in range(2)]))
    table = pa.table({"path": [f"{n}.jpg" for n in range(len(rows))], "subject": rows,
                      "AU01": np.arange(len(rows)) % 2})  # fmt: skip
    said = {"au_cotrain": json.dumps({"set": "bp4d", "alignment": {}})}
    pq.write_table(table.replace_schema_metadata(said), tmp_path / "manifest.parquet")
    faces = PreparedFaces("bp4d", tmp_path, number, **SMALL)
    try:
        faces.setup()
    except DataError as error:
        # Few are there: nobody to test, or a validation that can choose nothing.
        assert "at least 1 and 2 are needed" in str(error) or "no AU is both" in str(error)
        return
    test, val, learned = map(people, (faces.test, faces.val, faces.training_faces))
    assert test == set(there) & set(people_tested("bp4d", number))
    assert not (test & val or test & learned or val & learned)
    assert test | val | learned == set(there)
    assert set(faces.missing) == set(PEOPLE["bp4d"]) - set(there)
    splits = (faces.test, faces.val, faces.training_faces)
    assert sum(map(len, splits)) == len(rows)
    for split in splits:  # each face keeps its person
        for path, person in zip(split.paths.to_pylist(), split.subjects.to_pylist(), strict=True):
            assert rows[int(path.rpartition("/")[2].removesuffix(".jpg"))] == person


def test_validation_people_hang_on_split_seed_and_not_on_seed_or_order(bp4d):
    chosen = fold(bp4d, "bp4d").val_people
    assert fold(bp4d, "bp4d", seed=7).val_people == chosen
    assert fold(bp4d, "bp4d", split_seed=7).val_people != chosen
    rewrite(bp4d, lambda table: table.take(np.arange(table.num_rows)[::-1]))
    assert fold(bp4d, "bp4d").val_people == chosen


def test_a_person_of_no_fold_is_refused_with_the_row(prepared):
    root = prepared("bp4d", [*PEOPLE["bp4d"][:20], "F024"], AUS)
    line = refusal(root, "bp4d")
    assert "manifest.parquet:42: person F024 is in none of the published folds of bp4d" in line


def test_people_who_are_missing_are_said(prepared):
    data = fold(prepared("bp4d", PEOPLE["bp4d"][1:-1], AUS), "bp4d", 1)
    assert data.missing == ["F001", "M015"]
    assert "F001" not in data.test_people
    assert "missing   F001 M015: of the set, but not in" in data.description


def test_a_fold_with_nobody_to_test_is_refused(prepared):
    root = prepared("bp4d", list(people_tested("bp4d", 1)), AUS)
    assert "0 people to test in fold 2 and 14 others" in refusal(root, "bp4d", 2)


# --- the other sets -------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [1, 2, 5])
def test_disfas_labels_come_from_the_intensities_by_the_threshold(disfa, threshold):
    data = fold(disfa, "disfa", threshold=threshold)
    table = pd.read_parquet(disfa / "manifest.parquet")
    part = table[table["subject"].isin(people_tested("disfa", 2))]
    expected = (part[[f"{au}_intensity" for au in AUS]] >= threshold).astype(int)
    assert data.test.labels.tolist() == expected.to_numpy().tolist()
    assert f"occurs from intensity {threshold} on" in data.description
    assert data.provenance["threshold"] == threshold


def test_emotionets_pictures_count_as_people_and_are_tested_once(emotionet):
    splits = [fold(emotionet, "emotionet", number) for number in NUMBERS]
    tests = [set(data.test.paths.to_pylist()) for data in splits]
    assert len(set.union(*tests)) == sum(map(len, tests)) == 60
    assert min(map(len, tests)) > 8
    for data in splits:
        parts = (data.test, data.val, data.training_faces)
        assert len(set.union(*(set(part.paths.to_pylist()) for part in parts))) == 60
        assert "each picture counts as a person of its own" in data.description
        assert data.provenance["test_people"] == []
    other = fold(emotionet, "emotionet", 1, split_seed=1)
    assert set(other.test.paths.to_pylist()) != tests[0]


def test_emotionets_folds_do_not_move_when_links_die(emotionet):
    before = set(fold(emotionet, "emotionet", 1).test.paths.to_pylist())
    rewrite(emotionet, lambda table: table.slice(20))
    after = fold(emotionet, "emotionet", 1)
    assert set(after.test.paths.to_pylist()) == before & {
        f"{emotionet}/crops/{face:04d}.jpg" for face in range(20, 60)
    }


# --- pools ----------------------------------------------------------------------------------


def test_a_pool_of_another_set_gives_up_the_people_of_validation_and_test(disfa, prepared):
    both = ["SN001", "SN006", "sn011", "SN900"]  # fold 2 tests 006 and 011
    pool = prepared("disfa-plus", both, AUS, intensities=True)
    data = fold(disfa, "disfa", unlabeled=pool / "manifest.parquet", split_seed=1)
    held_out = people(data.test) | people(data.val)
    assert people(data.pool) == {p for p in both if p.upper() not in held_out} >= {"SN900"}
    assert data.left_out == 2 * (4 - len(people(data.pool))) >= 4
    assert f"{data.left_out} left out" in data.description


def test_a_prepared_folder_is_a_pool_that_knows_its_people(disfa, prepared):
    pool = prepared("disfa-plus", ["SN006", "SN900"], AUS)
    assert people(fold(disfa, "disfa", unlabeled=pool).pool) == {"SN900"}
    line = refusal(disfa, "disfa", unlabeled=pool / "crops")
    assert f"give data.unlabeled={pool}/manifest.parquet" in line


def test_a_pool_of_people_nobody_names_is_said(bp4d, draw):
    draw("web/a.png")
    description = fold(bp4d, "bp4d", unlabeled=bp4d.parent / "web").description
    assert "1 of people nobody names" in description
    assert f"faces of {bp4d.parent}/web are not known to be cut as" in description


def test_a_pool_cut_otherwise_is_said_and_one_cut_alike_is_not(bp4d, prepared):
    pools = [
        prepared("faces", ["a"], AUS, name=str(size), alignment={"method": "none", "size": size})
        for size in (24, 99)
    ]
    alike, other = (fold(bp4d, "bp4d", unlabeled=pool).description for pool in pools)
    assert "cut otherwise" not in alike and "not known" not in alike
    assert "are cut otherwise (method none, size 99)" in other


# --- what is told ---------------------------------------------------------------------------


def test_a_predictor_is_told_fold_people_seed_and_alignment(bp4d):
    data = fold(bp4d, "bp4d", 3, split_seed=5)
    provenance = data.provenance
    assert json.loads(json.dumps(provenance)) == provenance
    assert (provenance["set"], provenance["fold"], provenance["split_seed"]) == ("bp4d", 3, 5)
    assert provenance["test_people"] == list(people_tested("bp4d", 3))
    assert provenance["val_people"] == data.val_people and len(data.val_people) == 6
    assert provenance["alignment"] == {"method": "none", "size": 24}


def test_the_screen_names_the_people(bp4d):
    description = fold(bp4d, "bp4d", 3).description
    assert "bp4d, fold 3 of 3" in description
    assert f"tested    {' '.join(people_tested('bp4d', 3))}" in description
    assert "by split_seed 0" in description
    assert "cut out   method none, size 24" in description


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": 4}, "data.fold is 4; it can be 1, 2 or 3"),
        ({"number": 0}, "data.fold is 0"),
        ({"val_share": 0}, "data.val_share is 0"),
        ({"val_share": 1}, "data.val_share is 1"),
        ({"threshold": 2}, "no column of intensities"),
        ({"aus": ["AU01", "AU04"]}, "no column AU04"),
    ],
)
def test_settings_that_no_fold_has_are_refused(bp4d, changed, said):
    assert said in refusal(bp4d, "bp4d", **changed)


@pytest.mark.parametrize("threshold", [0, 6, -1, 2.5, "2"])
def test_a_threshold_is_an_intensity(disfa, threshold):
    assert f"data.threshold is {threshold}; it can be 1 to 5" in refusal(
        disfa, "disfa", threshold=threshold
    )


def test_emotionet_has_no_intensities_to_apply_a_threshold_to(emotionet):
    assert "no column of intensities" in refusal(emotionet, "emotionet", threshold=2)


def test_a_root_not_given_or_not_there_is_said(tmp_path):
    assert "data.root is not set" in refusal(None, "bp4d")
    assert "none/manifest.parquet: no such file" in refusal(tmp_path / "none", "bp4d")


def test_another_set_is_refused_though_its_people_are_called_alike(prepared):
    plus = prepared("bp4d-plus", PEOPLE["bp4d"], AUS)
    assert "this is bp4d-plus, and data is bp4d" in refusal(plus, "bp4d")


def test_another_set_is_named_before_the_aus_that_it_lacks(disfa):
    aus = ["AU01", "AU07"]  # DISFA has no AU07
    assert "this is disfa, and data is bp4d" in refusal(disfa, "bp4d", aus=aus)


def test_a_table_that_does_not_say_its_set_is_refused(bp4d):
    rewrite(bp4d, lambda table: table.replace_schema_metadata(None))
    assert "nothing in it says which set it is" in refusal(bp4d, "bp4d")
