"""Cross-validation, run as a user runs it: three small trainings on a prepared set."""

import json

import pandas as pd
import pytest

from au_cotrain.cli import main
from au_cotrain.cross_validation import CrossValidation
from data_modules.folds import NUMBERS, people_tested

SMALL = [
    "model.backbones=[test_resnet,test_resnet]", "data.size=32", "data.steps_per_epoch=2",
    "data.labeled_per_batch=4", "data.unlabeled_per_batch=4", "data.workers=0",
    "trainer.max_epochs=1", "trainer.accelerator=cpu", "logger=csv", "data.aus=[AU01,AU12]",
    "onnx=false",
]  # fmt: skip


def test_three_folds_train_and_are_summed_up_and_go_on_where_they_were(
    prepared, tmp_path, monkeypatch, capfd
):
    people = [person for fold in NUMBERS for person in people_tested("bp4d", fold)]
    root = prepared("bp4d", people, ["AU01", "AU12"])
    pool = prepared("faces", [None] * 4, ["AU01"])
    monkeypatch.chdir(tmp_path)
    command = ["cv", "data=bp4d", f"data.root={root}", f"data.unlabeled={pool}", *SMALL,
               "--out", "it's a=cv"]  # fmt: skip
    main(command)
    screen = capfd.readouterr().out
    for said in ("bp4d, fold 2 of 3", "epoch   1/1", "F1 at 0.5 on the people", "lip corner",
                 "fold 3", "sd"):  # fmt: skip
        assert said in screen
    out = tmp_path / "it's a=cv"
    table = pd.read_csv(out / "cv.csv")
    assert list(table["fold"]) == [1, 1, 2, 2, 3, 3]
    cards = [
        json.loads((out / f"fold-{fold}" / "predictor" / "predictor.json").read_text())
        for fold in NUMBERS
    ]
    for fold, card in zip(NUMBERS, cards, strict=True):
        assert card["provenance"]["test_people"] == list(people_tested("bp4d", fold))
        assert card["alignment"] == {"method": "none", "size": 24}
        rows = table[table["fold"] == fold].set_index("au")
        scored = card["metrics"]["test"]["aus"]["AU01"]["auc"]
        assert rows.loc["AU01", "auc"] == pytest.approx(scored, rel=1e-12)  # a table rounds
        assert rows.loc["AU01", "known"] == 2 * len(people_tested("bp4d", fold))
    said = json.loads((out / "cv.json").read_text())
    means = [card["metrics"]["test"]["mean"]["f1"] for card in cards]
    assert said["scores"]["f1"]["mean"]["mean"] == pytest.approx(sum(means) / 3)

    # Killed as it exported: the fold goes on with its last epoch, the others are left alone.
    for last in ("predictor.json", "README.md"):
        (out / "fold-2" / "predictor" / last).unlink()
    main(command)
    screen = capfd.readouterr().out
    assert "fold 2 of 3" in screen and "fold 1 of 3" not in screen and "epoch   1/1" not in screen
    pd.testing.assert_frame_equal(pd.read_csv(out / "cv.csv"), table)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["data.root=x"], "no set given; write au-cotrain cv data=bp4d"),
        (["data=bp4d", "data.fold=1"], "data.fold=1: cv gives each fold its own"),
    ],
)
def test_a_mistake_is_one_line_before_any_training(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=said) as stop:
        main(["cv", *arguments])
    assert "\n" not in str(stop.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("folds", ["4", "0", "", "1;2", "one"])
def test_folds_are_named_by_number(folds, capsys):
    with pytest.raises(SystemExit):
        main(["cv", "data=bp4d", "--folds", folds])
    assert "name some of 1,2,3" in capsys.readouterr().err


def test_folds_that_fail_say_so_and_end_with_status_1(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(CrossValidation, "train", lambda self, fold, script: fold == 2)
    with pytest.raises(SystemExit, match="error: fold 1 and 3 not finished, see above"):
        main(["cv", "data=bp4d", "data.root=none"])
    (folder,) = (tmp_path / "runs").iterdir()  # the same for the same settings
    assert folder.name.startswith("cv-bp4d-") and (folder / "cv.csv").is_file()
