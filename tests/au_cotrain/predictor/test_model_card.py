import re
from dataclasses import replace

import pytest

from au_cotrain.predictor.model_card import model_card

NAMES = {"AU01": "inner brow raiser", "AU12": "lip corner puller"}
SCORE = {"known": 9, "positives": 4, "prevalence": 4 / 9, "f1": 0.6123456, "auc": None,
         "average_precision": 0.7, "f1_fitted": 0.65, "calibration_error_before": 0.2,
         "calibration_error": 0.1}  # fmt: skip
MEAN = {name: SCORE[name] for name in list(SCORE)[3:]}


@pytest.fixture
def card(small_card):
    scores = {"mean": MEAN, "aus": {"AU01": SCORE, "AU12": SCORE}}
    return replace(
        small_card,
        metrics={"validation": scores, "test": scores},
        provenance={
            "date": "2026-11-25", "seed": 3, "epoch": 7, "revision": "abc123+changes",
            "labeled_faces": 12345, "pool_faces": 6, "set": "bp4d", "fold": 2,
            "val_people": ["F001", "M002"], "test_people": ["F003"], "threshold": None,
        },
        data_sets=[
            {"name": "bp4d", "licence": "an agreement", "splits": ["labeled", "test"]},
            {"name": "a|b", "licence": "not stated", "splits": ["unlabeled"]},
        ],
    )  # fmt: skip


def row(text, *starts):
    """Cells of the table rows that begin so."""
    lines = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line[1:-1]] for line in lines]
    return [line for line in cells if line[: len(starts)] == list(starts)]


def test_it_tells_units_data_and_scores(card):
    text = model_card(card, {}, NAMES)
    assert ["AU12", "lip corner puller", "0.500", "0.500"] in row(text, "AU12")
    assert ["AU01", "inner brow raiser", "0.450", "2.000"] in row(text, "AU01")
    assert row(text, "bp4d") == [["bp4d", "labeled, test", "an agreement"]]
    assert row(text, "a\\|b") == [["a\\|b", "unlabeled", "not stated"]]
    assert (
        row(text, "mean") == [["mean", "", "", "0.612", "0.650", "", "0.700", "0.200", "0.100"]] * 2
    )
    assert len(row(text, "AU01", "9")) == 2
    for said in ("12,345 labeled and 6 unlabeled", "Validation people: F001 M002.",
                 "abc123+changes", "Test people: F003.", "Fold 2 of bp4d", "trained 2026-11-25",
                 "as drawn", "middle 32 x 32"):  # fmt: skip
        assert said in text
    assert "None" not in text and "nan" not in text and "opset" not in text


def test_tables_have_equally_many_cells_in_each_row(card):
    for block in model_card(card, {}, NAMES).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({len(re.split(r"(?<!\\)\|", line)) for line in rows}) <= 1


def test_an_alignment_of_prepare_is_told_with_its_template(card):
    cut = {"method": "similarity", "size": 256, "template": {"33": [0.27, 0.355]}}
    text = model_card(replace(card, alignment=cut), {}, {})
    assert row(text, "33") == [["33", "0.27", "0.355"]] and "crop of 256 px" in text
    whole = model_card(replace(card, alignment={"method": "none", "size": 24}), {}, {})
    assert "whole picture" in whole and "24 px" in whole


def test_a_graph_is_described_with_its_opset(card):
    text = model_card(card, {"predictor.onnx": {"opset": 18, "sha256": "x"}}, NAMES)
    assert "opset 18" in text and "(N, 3, 32, 32) uint8" in text and "34 x 34" in text


def test_little_known_is_said_so(small_card):
    bare = replace(small_card, provenance={}, data_sets=[], metrics={"val": {"aus": {}}})
    text = model_card(bare, {}, {})
    assert "Nobody has said what it learned from" in text and "None have been measured" in text
    assert "Origin" not in text
