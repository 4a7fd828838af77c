import json

import pytest

from au_cotrain.errors import SettingError
from au_cotrain.evaluation.folder import METRICS, claim, filling, write_metrics

OURS = {"format": 1, "predictor": "p", "per_au": {}}


def test_only_new_empty_and_our_own_folders_are_taken(tmp_path):
    claim(tmp_path / "new")
    claim(tmp_path)
    (tmp_path / METRICS).write_text(json.dumps(OURS))
    claim(tmp_path)
    for other in ("[1]", "{", json.dumps({"format": 1}), "[" * 10**5):
        (tmp_path / METRICS).write_text(other)
        with pytest.raises(SettingError, match="no report of au-cotrain evaluate"):
            claim(tmp_path)
    with pytest.raises(SettingError, match="a file"):
        claim(tmp_path / METRICS)


def test_where_nothing_can_be_written_is_said_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "report"
    with pytest.raises(OSError) as error:
        claim(out)
    assert error.value.filename == str(out)
    claim(tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_filled_at_once_or_not_at_all(tmp_path):
    out = tmp_path / "deep" / "out"
    with filling(out) as partial:
        write_metrics(partial / METRICS, OURS)
        assert not out.exists()
    assert json.loads((out / METRICS).read_text()) == OURS
    with pytest.raises(RuntimeError), filling(out) as partial:
        (partial / METRICS).write_text("half")
        raise RuntimeError
    assert json.loads((out / METRICS).read_text()) == OURS
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_what_json_has_no_word_for_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_metrics(tmp_path / METRICS, {"f1": float("nan")})
