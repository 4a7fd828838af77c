import json
import math
import shutil

import numpy as np
import pandas as pd
import pytest
import torch

from au_cotrain import load_predictor
from au_cotrain.cli import main
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from data_modules.picture import read_picture

RELATION = [[1.0, 0.2, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 1.0]]


@pytest.fixture
def predictor(tmp_path):
    """Writes a predictor of small networks from random weights."""

    def write(name="predictor", aus=("AU12", "AU25", "AU01"), seed=0, alignment="as drawn", **said):
        card = PredictorCard(
            aus=list(aus), backbones=["test_resnet", "test_resnet"], feature_dim=96, image_size=16,
            scaled_size=18, temperatures=[2.0] * len(aus),
            thresholds=[0.40, 0.41, 0.42][: len(aus)], alignment=alignment,
            provenance=said, metrics={},
            graph={"relation": RELATION, "before": RELATION} if len(aus) == 3 else {},
        )  # fmt: skip
        torch.manual_seed(seed)
        write_predictor(tmp_path / name, card, PredictorNetwork(card))
        return tmp_path / name

    return write


def run(*arguments, resamples=30):
    few = ["--workers", "0", "--resamples", str(resamples)]
    main(["evaluate", *map(str, arguments), *few])


def numbers(value):
    if isinstance(value, dict | list):
        for of in value.values() if isinstance(value, dict) else value:
            yield from numbers(of)
    elif isinstance(value, float):
        yield value


def test_every_face_is_scored_as_the_predictor_scores_it(predictor, faces_table, tmp_path, capsys):
    folder, table = predictor(), faces_table("a", aus="AU01 AU02 AU12")
    run(folder, table, "-o", tmp_path / "deep" / "report", "--batch", "3")
    out = tmp_path / "deep" / "report"
    assert {path.name for path in out.iterdir()} == {
        "index.html", "metrics.json", "predictions.parquet",
    }  # fmt: skip
    found, coded = pd.read_parquet(out / "predictions.parquet"), pd.read_csv(table)
    assert list(found)[4:] == ["AU12_p", "AU12_c", "AU12", "AU01_p", "AU01_c", "AU01"]
    assert found["path"].str.endswith(tuple(coded["path"])).all() and len(found) == len(coded)
    assert (found["AU01"] == coded["AU01"]).all() and (found["AU12"] == coded["AU12"]).all()
    faces = np.stack([read_picture(path, 18) for path in found["path"]])
    expected = load_predictor(folder)(faces)
    for column in ("AU12_p", "AU12_c", "AU01_p", "AU01_c"):
        np.testing.assert_allclose(found[column], expected[column], atol=1e-6)

    metrics = json.loads((out / "metrics.json").read_text())
    thresholds = [of["threshold"] for of in metrics["per_au"].values()]
    assert thresholds == [0.40, 0.42]  # each its own, though the AU between is not coded
    for au in metrics["aus"]:
        bins = metrics["curves"][au]["reliability"]
        assert bins["before"] != bins["after"]  # at temperature 2
    assert metrics["aus"] == ["AU12", "AU01"] and metrics["faces"] == 16 and metrics["people"] == 4
    assert metrics["resamples"] == 30 and "icc" not in metrics["scores"]
    assert metrics["comparison"] is None
    assert all(math.isfinite(number) for number in numbers(metrics))
    assert metrics["graph"]["before"] == [[1.0, 0.1], [0.1, 1.0]]
    assert metrics["graph"]["after"] is None
    assert metrics["per_person"]["a-0"]["faces"] == 4
    said = capsys.readouterr().out
    assert "Not coded here, so not scored: AU25" in said
    assert "unknown to the predictor: AU02" in said
    assert max(len(line) for line in said.splitlines() if str(tmp_path) not in line) <= 80


def test_unknown_labels_are_left_out_and_undefined_is_null(predictor, faces_table, tmp_path):
    table = faces_table("a", aus="AU01 AU12")
    coded = pd.read_csv(table)
    coded["AU12"] = None
    coded.loc[:4, "AU01"] = None
    coded.to_csv(table, index=False)
    run(predictor(), table, "-o", tmp_path / "out")
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    none = {"value": None, "low": None, "high": None}
    assert all(score == none for score in metrics["per_au"]["AU12"]["scores"].values())
    assert metrics["per_au"]["AU12"]["known"] == 0 and metrics["per_au"]["AU01"]["known"] == 11
    assert metrics["mean"]["auc"]["value"] == metrics["per_au"]["AU01"]["scores"]["auc"]["value"]
    assert metrics["pairs"]["errors"][0] == [None, None]
    assert "Nobody coded AU12" in "".join(metrics["notes"])
    found = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert found["AU12"].isna().all() and found["AU12_p"].notna().all()


def test_the_same_command_gives_the_same_numbers(predictor, faces_table, tmp_path):
    folder, table = predictor(), faces_table("a", aus="AU01 AU12")
    contents = []
    for seed in (0, 0, 1):
        run(folder, table, "-o", tmp_path / "out", "--seed", seed)  # over itself
        content = json.loads((tmp_path / "out" / "metrics.json").read_text())
        contents.append({k: v for k, v in content.items() if k not in ("made", "seed")})
    assert contents[0] == contents[1] != contents[2]
    assert list(contents[0]) == list(contents[2])


def test_a_prepared_folder_brings_intensities_and_sequences(prepared, predictor, tmp_path):
    folder = prepared("disfa", ["SN001", "SN002"], ["AU01", "AU12"], frames=6, intensities=True)
    run(predictor(), folder, "-o", tmp_path / "out", "--threshold", 3)
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["per_au"]["AU01"]["scores"]["icc"]["value"] is not None
    found = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert (found["AU12"] == (found["AU12_intensity"] >= 3)).all()
    assert set(found["sequence"]) == {"SN001/T1", "SN002/T1"}
    assert "2 people are few" in " ".join(metrics["notes"])


def test_two_predictors_are_compared_face_by_face(predictor, faces_table, tmp_path, capsys):
    one, other = predictor("one"), predictor("other", aus=("AU01", "AU04"), seed=1)
    table = faces_table("a", aus="AU01 AU12 AU04")
    run(one, table, "--against", other, "-o", tmp_path / "out")
    out = tmp_path / "out"
    metrics, against = (
        json.loads((out / f"{of}metrics.json").read_text()) for of in ("", "against-")
    )
    compared = metrics["comparison"]
    assert compared["other"] == str(other) == against["predictor"] and compared["aus"] == ["AU01"]
    values = [of["per_au"]["AU01"]["scores"]["auc"]["value"] for of in (metrics, against)]
    difference = compared["per_au"]["AU01"]["auc"]
    assert difference["value"] == pytest.approx(values[0] - values[1], abs=2e-6)
    assert 0 < difference["p"] <= 1
    assert "A minus B" in capsys.readouterr().out
    run(one, table, "-o", out)  # and what another evaluation left is gone
    assert {p.name for p in out.iterdir()} == {"index.html", "metrics.json", "predictions.parquet"}


def test_what_the_card_says_of_these_faces_is_told(predictor, faces_table, prepared, tmp_path):
    table = faces_table("a")

    def notes(folder, manifest, *more):
        run(folder, manifest, "-o", tmp_path / "out", *more, resamples=5)
        return " ".join(json.loads((tmp_path / "out" / "metrics.json").read_text())["notes"])

    assert "learned from this very table" in notes(predictor(tables={"labeled": str(table)}), table)
    assert "chosen on this very table" in notes(
        predictor(tables={"labeled": "b.csv", "val": str(tmp_path / "." / "a.csv")}), table
    )
    assert "too good" not in notes(predictor(tables={"labeled": "b.csv"}), table)

    people = ["F001", "F002", "F003", "M001"]
    bp4d = prepared("bp4d", people, ["AU01", "AU12"], frames=4)
    fold = predictor(set="bp4d", test_people=["F001", "f002"], val_people=["F003"])
    said = notes(fold, bp4d)
    assert "Of these 4 people the predictor learned from 1 and chose" in said
    assert "too good" not in notes(fold, bp4d, "--test-people")
    found = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert set(found["subject"]) == {"F001", "F002"}
    of_another = predictor(set="disfa", test_people=["F001"])
    with pytest.raises(SystemExit, match="its test people are of disfa"):
        notes(of_another, bp4d, "--test-people")
    assert "occurred from intensity 2 on, here labels" in notes(predictor(threshold=2), table)
    assert "occurred from" not in notes(predictor(), table)


def test_a_comparison_tells_what_the_other_predictor_had_met(
    predictor, faces_table, tmp_path, capsys
):
    table = faces_table("a")
    other = predictor("other", tables={"labeled": str(table)})
    run(predictor("one"), table, "--against", other, "-o", tmp_path / "out", resamples=5)
    met = f"{other}: The predictor learned from this very table"
    assert met in " ".join(json.loads((tmp_path / "out" / "metrics.json").read_text())["notes"])
    assert met in (tmp_path / "out" / "index.html").read_text()
    assert "learned from this very table" in " ".join(capsys.readouterr().out.split())


def test_faces_cut_otherwise_are_refused(predictor, prepared, tmp_path):
    folder = prepared("bp4d", ["F001"], ["AU01"])
    taught = predictor(alignment={"method": "template", "size": 256})
    with pytest.raises(SystemExit, match="cut out otherwise"):
        run(taught, folder, "-o", tmp_path / "out")
    run(predictor(alignment={"method": "none", "size": 24}), folder, "-o", tmp_path / "out")
    notes = json.loads((tmp_path / "out" / "metrics.json").read_text())["notes"]
    assert "not known whether" not in " ".join(notes) and "of one person" in " ".join(notes)


def test_wrong_input_is_one_line_and_nothing_is_written(predictor, faces_table, tmp_path):
    folder, table, out = predictor(), faces_table("a"), tmp_path / "out"

    def refused(message, *arguments, into=out, **options):
        with pytest.raises(SystemExit, match=message) as stop:
            run(*arguments, "-o", into, **options)
        assert "\n" not in str(stop.value) and str(stop.value).startswith("error: ")
        assert not out.exists() and not list(tmp_path.glob(".out*"))

    refused("no predictor here", tmp_path / "none", table)
    refused("no such file", folder, tmp_path / "none.csv")
    refused("none of the AUs AU12, AU25, AU01 has a column", folder, faces_table("b", aus="AU02"))
    refused("no predictor here", folder, table, "--against", tmp_path / "none")
    refused("--resamples is -1", folder, table, resamples=-1)
    refused("--batch is 0", folder, table, "--batch", 0)
    refused("no column of intensities", folder, table, "--threshold", 2)
    refused("names no test people", folder, table, "--test-people")
    other = predictor("other", aus=("AU02",))
    refused("none of its AUs", folder, table, "--against", other)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    refused("not empty, and no report", folder, table, into=tmp_path / "full")
    (tmp_path / "a" / "1_2.png").write_text("no picture")
    refused(r"a\.csv:8: unreadable picture .*1_2\.png", folder, table)


def test_an_unreadable_picture_in_a_worker_is_one_line_too(predictor, faces_table, tmp_path):
    folder, table = predictor(), faces_table("a")
    (tmp_path / "a" / "1_2.png").unlink()
    with pytest.raises(SystemExit, match=r"a\.csv:8: unreadable picture .*no such file") as stop:
        main(["evaluate", str(folder), str(table), "-o", str(tmp_path / "out"), "--workers", "1"])
    assert "\n" not in str(stop.value)


def test_ctrl_c_leaves_the_report_before_as_it_was(predictor, faces_table, tmp_path, monkeypatch):
    folder, table, out = predictor(), faces_table("a"), tmp_path / "out"
    run(folder, table, "-o", out)
    before = (out / "metrics.json").read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("au_cotrain.evaluation.folder.write_predictions", interrupted)
    with pytest.raises(SystemExit, match=r"stopped while writing; .*out is as it was"):
        run(folder, table, "-o", out, "--seed", 5)
    assert (out / "metrics.json").read_bytes() == before and not list(tmp_path.glob(".out*"))


def test_a_web_face_is_judged_in_a_shard(predictor, faces_table, tmp_path, tar):
    table = faces_table("a")
    members = [(path.name, path.read_bytes()) for path in sorted((tmp_path / "a").iterdir())]
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "a.tar").write_bytes(tar(members))
    text = table.read_text().replace("\na/", "\na.tar/")
    table.write_text(text)
    run(predictor(), table, "-o", tmp_path / "out", resamples=0)
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    score = metrics["mean"]["f1"]
    assert metrics["faces"] == 16 and score["low"] is score["high"] is None
