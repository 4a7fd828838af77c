"""What several folds say together: undefined is not zero, and other settings are another folder."""

import csv
import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from au_cotrain.cross_validation import CrossValidation, spread
from au_cotrain.errors import SettingError

OVERRIDES = ["data=bp4d", "data.root=x"]
VALUES = st.none() | st.floats(0, 1)


def finish(cv, fold, **f1):
    """Leave a fold's predictor behind, as a training does."""
    aus = {
        au: {"known": 9, "positives": 4, "prevalence": 4 / 9, "f1": value, "auc": None,
             "average_precision": 0.5}
        for au, value in f1.items()
    }  # fmt: skip
    folder = cv.run_folder(fold) / "predictor"
    folder.mkdir(parents=True)
    (folder / "predictor.json").write_text(json.dumps({"metrics": {"test": {"aus": aus}}}))


@given(st.dictionaries(st.sampled_from([1, 2, 3]), VALUES))
def test_a_spread_is_over_the_folds_that_define_the_score(folds):
    of = spread(folds)
    defined = [value for value in folds.values() if value is not None]
    assert of.mean == (pytest.approx(statistics.fmean(defined)) if defined else None)
    assert (of.deviation is None) == (len(defined) < 2)
    if len(defined) > 1:
        assert of.deviation == pytest.approx(statistics.stdev(defined))


def test_the_summary_tells_each_fold_mean_and_spread(tmp_path):
    cv = CrossValidation(tmp_path / "cv", OVERRIDES, [1, 2, 3])
    finish(cv, 1, AU01=0.2, AU02=0.4)
    finish(cv, 2, AU01=0.4, AU02=None)
    finish(cv, 3, AU01=0.6, AU02=0.8)
    f1 = cv.summary()["f1"]
    assert list(f1) == ["AU01", "AU02", "mean"]
    assert f1["AU01"].folds == {1: 0.2, 2: 0.4, 3: 0.6}
    assert f1["AU01"].mean == pytest.approx(0.4) and f1["AU01"].deviation == pytest.approx(0.2)
    assert f1["AU02"].folds[2] is None and f1["AU02"].mean == pytest.approx(0.6)
    assert f1["mean"].folds == pytest.approx({1: 0.3, 2: 0.4, 3: 0.7})
    assert cv.summary()["auc"]["AU01"].mean is None
    cv.save()
    with (tmp_path / "cv" / "cv.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["fold"], row["au"], row["f1"]) for row in rows[:3]] == [
        ("1", "AU01", "0.2"), ("1", "AU02", "0.4"), ("2", "AU01", "0.4")
    ]  # fmt: skip
    assert rows[3]["f1"] == "" and rows[3]["known"] == "9"
    said = json.loads((tmp_path / "cv" / "cv.json").read_text())
    assert said["overrides"] == OVERRIDES and said["folds"] == [1, 2, 3]
    assert said["scores"]["f1"]["mean"]["mean"] == pytest.approx(1.4 / 3)


def test_an_unfinished_fold_is_no_part_of_the_summary(tmp_path):
    cv = CrossValidation(tmp_path / "cv", OVERRIDES, [1, 2])
    finish(cv, 2, AU01=0.4)
    (cv.run_folder(1) / "predictor").mkdir(parents=True)
    (cv.run_folder(1) / "predictor" / "predictor.json").write_text('{"metr')
    assert cv.summary()["f1"]["AU01"].folds == {2: 0.4}
    cv.save()
    assert json.loads((tmp_path / "cv" / "cv.json").read_text())["folds"] == [2]


def test_the_same_settings_go_on_and_others_are_refused(tmp_path):
    CrossValidation(tmp_path / "cv", OVERRIDES, [1])
    cv = CrossValidation(tmp_path / "cv", OVERRIDES[::-1], [1, 2])
    cv.save()
    CrossValidation(tmp_path / "cv", OVERRIDES, [3])
    with pytest.raises(SettingError, match=r"started with other settings .*data=bp4d"):
        CrossValidation(tmp_path / "cv", [*OVERRIDES, "seed=1"], [1])


def test_a_folder_in_other_use_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(SettingError, match="in use"):
        CrossValidation(tmp_path, OVERRIDES, [1])
    for text in ("[]", '{"overrides": 1}', "[" * 10**5):
        (tmp_path / "cv.json").write_text(text)
        with pytest.raises(SettingError, match="not a cross-validation's"):
            CrossValidation(tmp_path, OVERRIDES, [1])
    (tmp_path / "cv.json").write_text('{"overrides": [1, "a\\nb"]}')
    with pytest.raises(SettingError, match="other settings") as error:
        CrossValidation(tmp_path, OVERRIDES, [1])
    assert len(str(error.value).splitlines()) == 1


def test_a_card_that_tells_no_scores_is_no_finished_fold(tmp_path):
    cv = CrossValidation(tmp_path / "cv", OVERRIDES, [1])
    (cv.run_folder(1) / "predictor").mkdir(parents=True)
    for text in ('{"metrics": {"test": {"aus": 1}}}', "{", "[" * 10**5):
        (cv.run_folder(1) / "predictor" / "predictor.json").write_text(text)
        assert cv.scores(1) == []


@pytest.mark.parametrize(
    "override", ["data.fold=2", "+data.fold=2", "hydra.run.dir=x", "ckpt_path=a", "-m"]
)
def test_what_each_fold_has_of_its_own_cannot_be_set(tmp_path, override):
    with pytest.raises(SettingError, match="gives each fold its own"):
        CrossValidation(tmp_path / "cv", [*OVERRIDES, override], [1])
    assert not (tmp_path / "cv").exists()


SCRIPT = """
import json, pathlib, re, sys
said = dict(argument.split("=", 1) for argument in sys.argv[1:])
folder = pathlib.Path(said["hydra.run.dir"].strip("'").replace("\\\\'", "'"))
folder.mkdir(parents=True, exist_ok=True)
with (folder / "calls").open("a") as file:
    print(json.dumps(said), file=file)
if said["data.fold"] == "2" and not (folder / "checkpoints").exists():
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "last.ckpt").write_text("")
    sys.exit("error: the machine is on fire")
(folder / "predictor").mkdir()
(folder / "predictor" / "predictor.json").write_text(json.dumps({"metrics": {"test": {"aus": {
    "AU01": dict(known=2, positives=1, prevalence=.5, f1=.5, auc=.5, average_precision=.5)}}}}))
"""


def test_a_fold_that_failed_goes_on_and_the_finished_are_left_alone(tmp_path, capfd):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    cv = CrossValidation(tmp_path / "it's a folder", OVERRIDES, [3, 1, 2])
    assert [cv.train(fold, script) for fold in cv.folds] == [True, False, True]
    assert "the machine is on fire" in capfd.readouterr().err
    assert [cv.train(fold, script) for fold in cv.folds] == [True, True, True]
    calls = [
        [json.loads(line) for line in (cv.run_folder(fold) / "calls").read_text().splitlines()]
        for fold in cv.folds
    ]
    assert [len(call) for call in calls] == [1, 2, 1]
    assert all(call["ckpt_path"] == "last" for of in calls for call in of)
    assert all(call["data.root"] == "x" for of in calls for call in of)
