import io

import pandas as pd
import pytest
from rich.console import Console

from data_modules.doctor import examine, print_report, tables_of, write_tables
from data_modules.errors import DataError


def printed(examination, width=80):
    console = Console(file=io.StringIO(), width=width)
    print_report(examination, console)
    return console.file.getvalue()


def test_a_report_says_what_was_counted_found_and_decided(experiment):
    train, val = experiment
    train.write_text(train.read_text().replace("A,0,1", "A,0,9"))
    report = printed(examine([train, val]), width=300)
    assert "4 faces of 2 people, 2 of each" in report
    assert f"1 label out of range in {train}" in report
    assert f"{train}:2: AU12 is '9', not 0, 1 or empty" in report
    assert report.endswith("\n1 thing would make a result wrong\n")
    assert printed(examine([val])).endswith("\nsound\n")


def test_a_log_of_80_columns_holds_a_report_without_colours(experiment, tmp_path):
    train, val = experiment
    train.write_text(train.read_text().replace("train/0", f"{'long' * 40}/0"))
    report = printed(examine([train, val], dataset="bp4d"))
    assert max(map(len, report.splitlines())) <= 80
    assert "\x1b" not in report
    assert all(line == line.rstrip() or "─" in report for line in report.splitlines())


def test_an_au_that_nobody_coded_is_no_line_of_numbers(experiment):
    train, _ = experiment
    rows = [line.rpartition(",")[0] + "," for line in train.read_text().splitlines()]
    train.write_text("\n".join(["path,subject,AU1,AU12", *rows[1:]]) + "\n")
    report = printed(examine([train]))
    assert any(line.split()[:2] == ["AU01", "4"] for line in report.splitlines())
    assert "1 AU not coded" in report and report.count("AU12") == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_tables_hold_the_findings_and_the_numbers(experiment, tmp_path, ending):
    train, val = experiment
    train.write_text(train.read_text().replace("A,0,1", "A,,9"))
    examination = examine([train, val])
    findings, aus = tables_of(tmp_path / "deep" / f"report.{ending}", [train, val])
    write_tables(examination, findings, aus)
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    table = read(findings)
    assert list(table) == ["manifest", "kind", "severity", "row", "what"]
    assert list(table.iloc[0]) == [
        str(train), "label-range", "wrong", 2, "AU12 is '9', not 0, 1 or empty",
    ]  # fmt: skip
    numbers = read(tmp_path / "deep" / f"report-aus.{ending}")
    assert numbers["au"].tolist() == ["AU01", "AU12"] * 2
    assert numbers.loc[0, ["rows", "people", "known", "positives"]].tolist() == [4, 2, 3, 2]
    assert numbers.loc[0, "prevalence"] == pytest.approx(2 / 3)
    assert numbers.loc[0, "unknown_rate"] == 0.25


def test_a_folder_gets_both_tables_and_no_input_is_written_over(experiment, tmp_path):
    train, val = experiment
    assert tables_of(tmp_path, []) == (tmp_path / "findings.csv", tmp_path / "findings-aus.csv")
    with pytest.raises(DataError, match=r"train.csv: --out would write over"):
        tables_of(tmp_path / "val" / ".." / "train.csv", [train, val])
