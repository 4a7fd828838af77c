"""Targets: tables and the label files of data sets."""

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_target import Target, check_codes, refusing

TABLE = (
    b"path,subject,AU1,AU12,AU12_intensity,task,frame\na.jpg,S1,1,0,0,T1,1\nb.jpg,S2,,1,3,T1,2\n"
)


def read_tables(table: Path) -> None:
    """A table as training, evaluation, the pool and the doctor read it."""
    from data_modules.coded_faces import read_coded_faces
    from data_modules.doctor.examination import examine
    from data_modules.manifest import read_manifest
    from data_modules.pool import read_pool
    from data_modules.table import read_preparation

    for threshold, strangers in ((None, False), (2, True)):
        with refusing(table):
            check_codes(read_manifest(table, None, threshold, strangers).labels)
    with refusing(table):
        coded = read_coded_faces(table, ["AU01", "AU12"])
        check_codes(coded.manifest.labels)
    with refusing(table):
        check_codes(read_pool(table, ("AU01",)).labels)
    if table.suffix == ".parquet":
        with refusing(table):
            read_preparation(table)
    with refusing(table):
        for chart in examine([table], [table.with_name("pool.csv")]).charts:
            check_codes(chart.record.faces.labels)


def csv_table(folder: Path) -> Target:
    """CSV tables: manifests and pools."""
    table = folder / "table.csv"
    (folder / "pool.csv").write_text("path\nc.jpg\n")

    def read(content: bytes) -> None:
        table.write_bytes(content)
        read_tables(table)

    pool = b'\xef\xbb\xbf"path"\r"a"\r'
    return Target(read, [TABLE, pool, b"path,subject,source,AU1\na,,b,1.0\n"])


def parquet_table(folder: Path) -> Target:
    """Parquet tables: as bytes, and with any columns, types, cells and metadata."""
    import atheris
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = folder / "manifest.parquet"
    (folder / "pool.csv").write_text("path\nc.jpg\n")
    names = ["path", "subject", "source", "task", "frame", "AU01", "AU1", "AU12", "AU12_intensity"]
    stored = io.BytesIO()
    pq.write_table(
        pa.table({"path": ["a.jpg"], "subject": ["S1"], "AU01": pa.array([1], pa.int8())}), stored
    )

    def cell(given: Any, kind: int) -> object:  # noqa: ANN401 - atheris has no types
        if given.ConsumeBool() and given.ConsumeBool():
            return None
        return [
            lambda: given.ConsumeUnicodeNoSurrogates(6),
            lambda: given.PickValueInList(["", "0", "1", "1.0", "5", "nan", "a.jpg", "../b.jpg"]),
            lambda: given.ConsumeInt(8),
            lambda: given.PickValueInList([0, 1, 2, 5, -1, 128]),
            given.ConsumeFloat,
            lambda: given.PickValueInList([0.0, 1.0, float("nan"), 0.5]),
            given.ConsumeBool,
            lambda: given.ConsumeBytes(6),
            lambda: [given.ConsumeInt(1)],
            lambda: {"a": given.ConsumeInt(1)},
        ][kind]()

    def read(content: bytes) -> None:
        if content[:4] == b"PAR1":
            table.write_bytes(content)
            read_tables(table)
            return
        given = atheris.FuzzedDataProvider(content)
        columns, rows = {}, given.ConsumeIntInRange(0, 4)
        for _ in range(given.ConsumeIntInRange(0, 8)):
            name = given.PickValueInList([*names, given.ConsumeUnicodeNoSurrogates(4)])
            kind = given.ConsumeIntInRange(0, 9)
            columns[name] = pa.array([cell(given, kind) for _ in range(rows)])
            if given.ConsumeBool() and kind < 8 and columns[name].null_count < rows:
                columns[name] = columns[name].dictionary_encode()
        made = pa.table(columns)
        if given.ConsumeBool():
            said = given.ConsumeBytes(200)
            with contextlib.suppress(ValueError, TypeError):  # else it is no JSON object
                known = {
                    "set": "bp4d",
                    "alignment": {"size": 32, "method": "none", "template": {}},
                    "left_out": {"a": 1},
                }
                said = json.dumps(known | json.loads(said)).encode()
            made = made.replace_schema_metadata({b"au_cotrain": said})
        pq.write_table(made, table)
        read_tables(table)

    return Target(read, [stored.getvalue(), bytes(range(256)), b"\1" * 200])


def label_files(folder: Path) -> Target:
    """Label files of BP4D, BP4D+, DISFA and DISFA+."""
    from data_modules.preparation import READERS

    layouts = {  # set → label file and what is coded
        "bp4d": ("F001_T1.csv", "F001/T1/1.jpg"),
        "bp4d-plus": ("F001_T1.csv", "F001/T1/1.jpg"),
        "disfa": ("SN001_au1.txt", "LeftVideoSN001_comp.avi"),
        "disfa-plus": ("SN001/A/AU1.txt", "SN001/A/001.jpg"),
    }
    for name, files in layouts.items():
        for file in files:
            (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / file).touch()

    def read(content: bytes) -> None:
        for name, (file, _) in layouts.items():
            (folder / name / file).write_bytes(content)
            with refusing(folder / name):
                faces = READERS[name](folder / name).faces
                labels = faces.loc[:, faces.columns.str.fullmatch(r"AU\d\d")].fillna(-1)
                check_codes(labels.to_numpy(np.int64))

    return Target(read, [b"0,1,2,4\n1,0,1,9\n2,1,1,0\n", b"1,0\n2,5\n", b"000.jpg 0\n001.jpg 3\n"])


def emotionet(folder: Path) -> Target:
    """EmotioNet's lists: tables, spreadsheets and machine lists."""
    from data_modules.preparation.hand_list import read_hand_list
    from data_modules.preparation.machine_list import read_machine_list

    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006'
        '/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/'
        'sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>URL</v>'
        '</c><c r="B1" t="str"><v>AU 1</v></c></row><row r="2"><c r="A2" t="str"><v>a/b.jpg</v></c>'
        '<c r="B2"><v>1</v></c></row></sheetData></worksheet>',
    }  # fmt: skip

    def read(content: bytes) -> None:
        with zipfile.ZipFile(folder / "packed.xlsx", "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, content if name.endswith("sheet1.xml") else text)
        for name in ("list.xlsx", "list.xls", "list.csv", "packed.xlsx"):
            if name != "packed.xlsx":
                (folder / name).write_bytes(content)
            with refusing(folder / name):
                for found in read_hand_list(folder / name)[0]:
                    check_codes(found.codes)
        machine = folder / "dataFile_1.txt"
        machine.write_bytes(content)
        with refusing(machine):
            check_codes(read_machine_list(machine).codes)

    row = "\t".join(["http://a/b.jpg", "c", *["0", "1", "999"] * 20])
    lists = [b"URL,'AU 1',AU 12\nhttp://a/b.jpg,1,999\n", f"{row}\n{row}\n".encode()]
    return Target(read, [*lists, parts["xl/worksheets/sheet1.xml"].encode()])
