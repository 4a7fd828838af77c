"""EmotioNet's machine-labeled lists: a million rows of URL, original URL, AU1 ... AU60."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.preparation.label_file import bare, read_code, read_text, wrong_code
from data_modules.preparation.url_list import CODES, UrlList, listed

AUS = range(1, 61)
_NAME = re.compile(r"(?:.*/)?dataFile_[0-9A-Za-z]+\.txt", re.IGNORECASE | re.DOTALL)
_WIDTH = 2 + len(AUS)
_BLOCK = 1 << 23  # bytes parsed at a time
_NOT_ALLOWED = -2


def is_machine_list(source: str) -> bool:
    """Whether a file is one by its name, ``dataFile_1001.txt``."""
    return _NAME.fullmatch(source) is not None


def read_machine_list(file: Path) -> UrlList:
    """Read a list, 4 million cells a second and block by block.

    Raises:
        DataError: it is no UTF-8, has nothing in it, or a row without URL, with other than 62
            cells, or with a code that is none.
    """
    refused: list[Any] = []  # rows of another width; only blank ones may be, and only at the end

    def refuse(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        refused.append(row)
        return "error" if row.text.strip() else "skip"

    text, coded = pa.string(), pa.dictionary(pa.int32(), pa.string())
    kinds = {"url": text, "original": text} | {f"AU{au}": coded for au in AUS}
    urls: list[str] = []
    blocks: list[np.ndarray] = []
    try:
        with pa.csv.open_csv(
            file,
            pa.csv.ReadOptions(column_names=list(kinds), use_threads=False, block_size=_BLOCK),
            pa.csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False,
                                invalid_row_handler=refuse),
            pa.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False,
                                  include_columns=[name for name in kinds if name != "original"]),
        ) as reader:  # fmt: skip
            for batch in reader:
                blocks.append(_codes(file, batch, len(urls)))
                urls += map(bare, batch.column("url").to_pylist())
    except (pa.ArrowInvalid, OSError) as error:
        if refused and refused[-1].text.strip():
            raise DataError(
                f"{file}:{refused[-1].number}: {refused[-1].actual_columns} cells where {_WIDTH} "
                "belong, parted by tabs; the file may be cut short, get a whole copy of it or "
                "mend the row"
            ) from error
        if not read_text(file).strip():  # and says where it is no UTF-8
            urls = []
        else:
            raise DataError(f"{file}: {' '.join(str(error).split())}") from error
    codes = np.concatenate([np.empty((0, len(AUS)), np.int8), *blocks])
    while urls and not urls[-1] and (codes[len(urls) - 1] == UNKNOWN).all():
        urls.pop()  # blank lines
    if not urls:
        raise DataError(f"{file}:1: an empty label file; get a whole copy of it, or remove it")
    if refused and refused[0].number <= len(urls):
        raise DataError(f"{file}:{refused[0].number}: a blank line between rows; mend the file")
    return listed(str(file), urls, AUS, codes[: len(urls)], first=1)


def _codes(file: Path, batch: Any, before: int) -> np.ndarray:  # noqa: ANN401 - pyarrow's
    """(N, 60) int8 codes of a block's cells, of which few spellings differ."""
    codes = np.empty((batch.num_rows, len(AUS)), np.int8)
    for column, au in enumerate(AUS):
        cells = batch.column(f"AU{au}")
        found = [read_code(cell, CODES) for cell in cells.dictionary.to_pylist()]
        meaning = np.array([_NOT_ALLOWED if code is None else code for code in found], np.int8)
        codes[:, column] = meaning[cells.indices.to_numpy()]
    wrong = codes == _NOT_ALLOWED
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        cell = batch.column(f"AU{AUS[column]}")[int(row)].as_py()
        raise wrong_code(file, before + int(row) + 1, f"AU{AUS[column]}", cell, CODES)
    return codes
