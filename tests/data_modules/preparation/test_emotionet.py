import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.preparation import machine_list
from data_modules.preparation.emotionet import read_emotionet

HOST = "http://host.example/images"
FIRST = f"{HOST}/N_1/N_1_1.jpg"
HEADER = "URL,URL orig, 'AU 1', \"'AU 12'\"\n"
SMALL = {"list.csv": f"{HEADER}{FIRST},x,1,0\n", "N_1/N_1_1.jpg": ""}


def machine(url, **codes):
    """A line of a machine-labeled list."""
    return "\t".join([url, "x", *(codes.get(f"AU{au}", "0") for au in range(1, 61))]) + "\n"


def sheet(*rows):
    """The bytes of a spreadsheet: numbers as numbers, None as an empty cell, else text."""

    def cell(value):
        if value is None:
            return "<c/>"
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="labels" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData>'
        "</worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, text in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return stream.getvalue()


def faces(sets, plan):
    """Source → codes, of a plan's faces; all other cells are empty."""
    found = {}
    for row in sets.rows(plan.faces):
        assert [row.pop(name) for name in ("place", "subject", "task", "frame")] == [None] * 4
        found[row.pop("source")] = row
    return found


def test_every_cell_is_where_its_header_and_its_url_say(sets, tmp_path):
    lines = [
        f'{HOST}/N_1/N_1_1.jpg,"http://x/?a,b",1,999,0',
        f"'{HOST}/N_1/N_1_2.jpg' ,x, 0.0 ,,9",
        f'{HOST}/N_2/N_2_1.jpg,x,999.0,"1",9',
        f"{HOST}/N_2/N_2_2.jpg,x,999,999,9",  # all unknown, but a row
        f"{HOST}/N_2/dead.jpg,x,1,1,9",
        f"{HOST}/N_2/png.jpg?size=1,x,0,1,9",
    ]
    root = sets.lay(tmp_path, {
        "sets/hand.CSV": "\ufeff\"URL\", URL orig ,\"'AU 12'\", 'AU 1' ,'mood'\r\n"
        + "\r\n".join(lines) + "\r\n,,,,\r\n\r\n",
        "sets/other.csv": "path,AU1\nx,7\n", "sets/notes.csv": b"\xff\xfe\x00",
        "deep/er/N_1/N_1_1.jpg": "", "N_1/N_1_2.jpg": "", "N_2/N_2_2.jpg": "",
        "N_2/N_2_1.jpg": "", "N_2/png.PNG": "", "N_3/stray.jpg": "", "N_2/N_2_3.jpg": "",
        "OUT/N_2/dead.jpg": "",
    })  # fmt: skip
    plan = read_emotionet(root, root / "OUT")
    assert faces(sets, plan) == {
        "N_1/N_1_2.jpg": {"AU01": None, "AU12": 0},
        "N_2/N_2_1.jpg": {"AU01": 1, "AU12": None},
        "N_2/N_2_2.jpg": {"AU01": None, "AU12": None},
        "N_2/png.PNG": {"AU01": 1, "AU12": 0},
        "deep/er/N_1/N_1_1.jpg": {"AU01": None, "AU12": 1},
    }
    assert plan.faces["source"].is_monotonic_increasing
    assert sets.reasons(plan) == [
        ("N_2/N_2_3.jpg", None, "picture of no URL in the lists"),
        ("N_3/stray.jpg", None, "picture of no URL in the lists"),
        (f"{HOST}/N_2/dead.jpg", None, "URL without a picture (a dead link)"),
    ]
    said = "\n".join(plan.assumed)
    for line in ("999 is unknown", "who is in the pictures is unknown", "URL orig, mood",
                 "1 pictures have their URL's name but for the ending"):  # fmt: skip
        assert line in said


def test_a_spreadsheet_is_read_alike(sets, tmp_path):
    pytest.importorskip("python_calamine", reason="needs python-calamine to read spreadsheets")
    rows = [["URL", " 'AU 1'", "AU12"], [FIRST, 999, None], [f"{HOST}/N_1/N_1_2.jpg", 1.0, "0"]]
    root = sets.lay(tmp_path, {"a.xlsx": sheet(*rows), "~$a.xlsx": b"lock", "b.xlsx": sheet(["x"]),
                               "N_1/N_1_1.jpg": "", "N_1/N_1_2.jpg": ""})  # fmt: skip
    assert faces(sets, read_emotionet(root)) == {
        "N_1/N_1_1.jpg": {"AU01": None, "AU12": None},
        "N_1/N_1_2.jpg": {"AU01": 1, "AU12": 0},
    }
    sets.lay(root, {"a.xlsx": sheet(*rows, [f"{HOST}/N_1/3.jpg", 0.5, 0])})
    with pytest.raises(DataError, match=r"a.xlsx\[labels\]:4: AU1 is '0.5'"):
        read_emotionet(root)
    sets.lay(root, {"a.xlsx": b"no sheet"})
    with pytest.raises(DataError, match=r"a.xlsx: not a readable spreadsheet"):
        read_emotionet(root)


def test_a_spreadsheet_without_its_reader_names_the_extra(sets, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    root = sets.lay(tmp_path, SMALL | {"a.xlsx": sheet(["URL", "AU1"])})
    with pytest.raises(DataError, match=r"a.xlsx: .*pip install 'au_cotrain\[prepare\]'"):
        read_emotionet(root)


def test_shards_are_matched_by_url_then_by_name(sets, tmp_path):
    urls = [f"{HOST}/N_1/{name}.jpg" for name in ("a", "b", "c", "d", "e")]
    rows = "".join(f"{url},x,{place % 2},1\n" for place, url in enumerate(urls))
    note = json.dumps({"url": urls[1], "key": "000"}).encode()
    root = sets.lay(tmp_path, {
        "list.csv": HEADER + rows,
        "00001.tar": sets.tar([("./N_1/c.png", b""), ("000.jpg", b""), ("000.json", note),
                               ("001.json", b'{"url": "http://mirror.example/N_1/a.jpg"}'),
                               ("001.jpg", b""), ("002.jpg", b""), ("002.json", b"{"),
                               ("d.jpg", b""), ("notes.txt", b"")]),
        "00000.tar": sets.tar([("9.jpg", b""), ("9.json", note)]),
        "N_1/e.jpg": "",
    })  # fmt: skip
    plan = read_emotionet(root)
    assert {source: row["AU01"] for source, row in faces(sets, plan).items()} == {
        "00000.tar/9.jpg": 1, "00001.tar/./N_1/c.png": 0, "00001.tar/001.jpg": 0,
        "00001.tar/d.jpg": 1, "N_1/e.jpg": 0,
    }  # fmt: skip
    assert plan.faces["source"].tolist() == [
        "00000.tar/9.jpg", "00001.tar/./N_1/c.png", "00001.tar/001.jpg", "00001.tar/d.jpg",
        "N_1/e.jpg",
    ]  # fmt: skip
    assert sets.reasons(plan) == [
        ("00001.tar/000.jpg", None, "picture of a URL that has another picture"),
        ("00001.tar/002.jpg", None, "picture of no URL in the lists"),
    ]
    assert any(line.startswith("1 .json files in shards hold no JSON") for line in plan.assumed)


def test_a_name_that_fits_two_urls_is_not_guessed(sets, tmp_path):
    other = "http://other.example/N_1/N_1_1.jpg"
    root = sets.lay(tmp_path, SMALL | {
        "list.csv": f"{HEADER}{FIRST},x,1,0\n{other},x,0,0\n{HOST}/N_1/2.jpg,x,1,1\n",
        "N_1/2.jpg": "",
    })  # fmt: skip
    plan = read_emotionet(root)
    assert list(faces(sets, plan)) == ["N_1/2.jpg"]
    assert ("N_1/N_1_1.jpg", None, "picture whose name fits several URLs") in sets.reasons(plan)


def test_a_url_coded_twice_alike_counts_once(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"copy/list.tsv": f"AU12\tAU1\tURL\n0\t1\t{FIRST}\n"})
    plan = read_emotionet(root)
    assert faces(sets, plan) == {"N_1/N_1_1.jpg": {"AU01": 1, "AU12": 0}}
    assert sets.reasons(plan) == [(FIRST, None, "URL that stands in another row, coded alike")]


@pytest.mark.parametrize("again", ["1,1", "1,999", ",0"])
def test_a_url_coded_otherwise_is_refused_with_both_lines(sets, tmp_path, again):
    root = sets.lay(tmp_path, SMALL | {
        "list.csv": f"{HEADER}{FIRST},x,1,0\n{HOST}/2,x,0,0\n{FIRST},x,{again}\n"
    })  # fmt: skip
    with pytest.raises(DataError, match=rf"list.csv:4: {FIRST} .* {root}/list.csv:2"):
        read_emotionet(root)


def test_two_loose_pictures_of_a_url_are_refused(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"thumbs/N_1/N_1_1.jpg": ""})
    with pytest.raises(DataError, match=r"thumbs/N_1/N_1_1.jpg: .*N_1/N_1_1.jpg is the same URL"):
        read_emotionet(root)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (f"{HEADER}", 2, "no row below"),
        (f"{HEADER}{FIRST},x,1,0\n{FIRST}2,x,1", 3, "3 cells where 4"),
        (f"{HEADER}{FIRST},x,1,0\n{FIRST}2,x,1,99", 3, "AU12 is '99'"),
        (f"{HEADER}{FIRST},x,1,0,0\n", 2, "5 cells where 4"),
        (f"{HEADER}{FIRST},x,1,2\n", 2, "AU12 is '2'"),
        (f"{HEADER}{FIRST},x,1,-1\n", 2, "AU12 is '-1'"),
        (f"{HEADER}{FIRST},x,1,9\n", 2, "AU12 is '9'"),
        (f"{HEADER}{FIRST},x,yes,1\n", 2, "AU1 is 'yes'"),
        (f"{HEADER},x,1,1\n", 2, "without a URL"),
        (f"{HEADER}{FIRST},x,1,1\n\n{FIRST}2,x,1,1\n", 3, "blank line"),
        (f'{HEADER}{FIRST},"x,1,1\n{FIRST}2,"x,1,1\n', 2, "quote is not closed"),
        (f'{HEADER}{FIRST},x,1,1\n{FIRST}2,"x,1,1\n', 3, "quote is not closed"),
        (f"URL,AU1,AU 01\n{FIRST},1,1\n", 1, "two columns are AU 1"),
        (f"URL,url,AU1\n{FIRST},x,1\n", 1, "two columns are named URL"),
        (f"URL,AU1,AU2x\n{FIRST},1,1\n", 1, "'AU2x' names no AU"),
        (f"URL,AU1,AU100\n{FIRST},1,1\n", 1, "'AU100' names no AU"),
        (f"URL,AU1,AU3\n{FIRST},1,5\n", 2, "AU3 is '5'"),
        (f"{HEADER}{FIRST},\xff,1,1\n".encode("latin-1"), 2, "not in UTF-8"),
        (f"{HEADER}{FIRST},x,1,1\n".encode("utf-16"), 1, "not in UTF-8"),
        (f"{HEADER}{FIRST},x,1,1\n".encode("utf-16-le"), 1, "no column is URL"),
        (f"UR\0L,AU1\n{FIRST},1\n", 1, "no column is URL"),
        (f"URL,A\0U1\n{FIRST},1\n", 1, "none is an AU"),
    ],
)
def test_a_malformed_list_is_refused_with_file_and_line(sets, tmp_path, content, line, what):
    root = sets.lay(tmp_path, SMALL | {"list.csv": content})
    with pytest.raises(DataError) as caught:
        read_emotionet(root)
    assert str(caught.value).startswith(f"{root}/list.csv:{line}: ")
    assert what in str(caught.value)


# --- machine-labeled lists ------------------------------------------------------------------


def test_a_machine_list_names_its_aus_by_position_and_says_who_gave_the_codes(sets, tmp_path):
    root = sets.lay(tmp_path, {
        "dataFile_1001.txt": "\ufeff" + machine(FIRST, AU1="1", AU60="1", AU43="999", AU2="")
        + machine(f"{HOST}/2.jpg", AU3="1.0"),
        "DATAFILE_1002.TXT": machine(f"{HOST}/N_2/3.jpg", AU12="1").replace("\n", "\r\n") * 2,
        "dataFile_1001.txt.bak": "x", "N_1/N_1_1.jpg": "", "N_2/3.webp": "",
    })  # fmt: skip
    plan = read_emotionet(root)
    found = faces(sets, plan)
    assert list(found) == ["N_1/N_1_1.jpg", "N_2/3.webp"]
    assert len(found["N_1/N_1_1.jpg"]) == 52
    odd = {au: code for au, code in found["N_1/N_1_1.jpg"].items() if code != 0}
    assert odd == {"AU01": 1, "AU02": None, "AU43": None}
    assert {au for au, code in found["N_2/3.webp"].items() if code != 0} == {"AU12"}
    said = "\n".join(plan.assumed)
    assert "a machine gave these codes" in said
    assert "dropped: 3, 40, 47-50, 59, 60" in said
    assert plan.left_out["source"].tolist() == [f"{HOST}/2.jpg", f"{HOST}/N_2/3.jpg"]


def test_hand_labels_are_read_before_a_machines_unless_asked_otherwise(sets, tmp_path):
    root = sets.lay(tmp_path, SMALL | {"dataFile_1.txt": machine(FIRST, AU12="1")})
    plan = read_emotionet(root)
    assert faces(sets, plan)["N_1/N_1_1.jpg"] == {"AU01": 1, "AU12": 0}
    assert any("not read: 1 machine-labeled ones (dataFile_1.txt)" in s for s in plan.assumed)
    assert read_emotionet(root, labels="hand").assumed == plan.assumed
    plan = read_emotionet(root, labels="machine")
    assert faces(sets, plan)["N_1/N_1_1.jpg"]["AU12"] == 1
    assert any("a machine gave these codes" in line for line in plan.assumed)


@pytest.mark.parametrize("block", [1 << 9, 1 << 23])
@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 1, "empty label file"),
        ("\n\n", 1, "empty label file"),
        (machine(FIRST) * 3 + machine(FIRST, AU60="2"), 4, "AU60 is '2'"),
        (machine(FIRST) * 3 + machine(FIRST, AU1="0x1"), 4, "AU1 is '0x1'"),
        (machine(FIRST) * 3 + machine(FIRST, AU3="7"), 4, "AU3 is '7'"),
        (machine(FIRST) * 3 + machine(FIRST)[:-1] + "99", 4, "AU60 is '099'"),
        (machine(FIRST) * 9 + machine(FIRST)[:-20], 10, "53 cells where 62"),
        (machine(FIRST) * 9 + machine(FIRST)[:-1] + "\t1\n", 10, "63 cells where 62"),
        (machine(FIRST) * 2 + "\n" + machine(FIRST), 3, "URL"),
        (machine(FIRST) * 2 + "  \n" + machine(FIRST), 3, "blank line"),
        (machine(FIRST) * 2 + machine(""), 3, "without a URL"),
        (machine(FIRST).encode() * 4 + machine(FIRST).encode()[:-2] + b"\xff", 5, "not in UTF-8"),
    ],
)
def test_a_malformed_machine_list_is_refused_with_file_and_line(
    sets, tmp_path, monkeypatch, content, line, what, block
):
    monkeypatch.setattr(machine_list, "_BLOCK", block)
    root = sets.lay(tmp_path, {"dataFile_1.txt": content, "N_1/N_1_1.jpg": ""})
    with pytest.raises(DataError) as caught:
        read_emotionet(root)
    assert str(caught.value).startswith(f"{root}/dataFile_1.txt:{line}: ")
    assert what in str(caught.value)


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\n  \n\n", ""])
def test_blank_lines_after_a_machine_list_are_no_rows(sets, tmp_path, end):
    content = machine(f"{HOST}/x") + machine(FIRST)[:-1] + end
    root = sets.lay(tmp_path, {"dataFile_1.txt": content, "N_1/N_1_1.jpg": ""})
    plan = read_emotionet(root)
    assert (len(plan.faces), len(plan.left_out)) == (1, 1)


@pytest.mark.parametrize(
    ("files", "labels", "what"),
    [
        ({"N_1/N_1_1.jpg": "", "x.csv": "URL,name\n"}, None, "no list of EmotioNet .* 2 files"),
        ({"dataFile_1.txt": machine(FIRST)}, "hand", "no hand-labeled list .* 1 of them machine"),
        (SMALL, "machine", "no machine-labeled list"),
        (SMALL | {"N_1/N_1_1.jpg/x": ""}, None, "1 coded URLs and 0 pictures"),
    ],
)
def test_nothing_to_prepare_is_an_error_that_says_what_was_found(
    sets, tmp_path, files, labels, what
):
    if "N_1/N_1_1.jpg/x" in files:
        files = {name: text for name, text in files.items() if name != "N_1/N_1_1.jpg"}
    with pytest.raises(DataError, match=what):
        read_emotionet(sets.lay(tmp_path, files), labels=labels)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_codes_come_back_however_they_are_written(sets, data):
    draw = data.draw
    header = draw(st.permutations(["URL", "URL orig", "AU 1", "AU 3", "au12", "AU43"]))
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1))
    delimiter, ending = draw(st.sampled_from([(",", "csv"), ("\t", "tsv"), (";", "csv")]))
    lines = [[draw(sets.spelled(name, number=False)) for name in header]]
    truth, files = {}, {"N/a.jpg": "", "x/N/zz.jpg": ""}
    for name in names:
        cells = {au: draw(st.sampled_from(["0", "1", "999", ""])) for au in header}
        cells |= {"URL": f"{HOST}/N/{name}.jpg", "URL orig": "http://y"}
        truth[name] = cells
        lines.append([draw(sets.spelled(cells[column], column[0] != "U")) for column in header])
        if name != "a" and draw(st.booleans()):
            files[f"N/{name}.{draw(st.sampled_from(['jpg', 'png']))}"] = ""
    meaning = {"0": 0, "1": 1, "999": None, "": None}
    known = {"AU01": "AU 1", "AU12": "au12", "AU43": "AU43"}
    expected = {
        file: {au: meaning[truth[name][column]] for au, column in known.items()}
        for file in sorted(files)
        if (name := file[2]) in truth and file.startswith("N/")
    }
    files[f"l.{ending}"] = draw(sets.text([delimiter.join(line) for line in lines]))
    with tempfile.TemporaryDirectory() as folder:
        root = sets.lay(Path(folder), files)
        if not expected:
            with pytest.raises(DataError, match="no picture of such a URL"):
                read_emotionet(root)
            return
        plan = read_emotionet(root)
    assert faces(sets, plan) == expected
    assert len(plan.left_out) == len(names) + len(files) - 1 - 2 * len(expected)
