"""EmotioNet as distributed: lists of URLs with codes, and what a downloader made of them."""

from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.coding import few
from data_modules.preparation.downloads import match
from data_modules.preparation.hand_list import SHEETS, TABLES, read_hand_list
from data_modules.preparation.machine_list import is_machine_list, read_machine_list
from data_modules.preparation.plan import Plan, drawn_up, unread
from data_modules.preparation.shards import gather
from data_modules.preparation.url_list import UrlList, merged
from data_modules.tree import Tree, read_tree

Labels = Literal["hand", "machine"]


def read_emotionet(root: Path, out: Path | None = None, labels: Labels | None = None) -> Plan:
    """What EmotioNet holds below a folder.

    Hand-labeled lists are tables or spreadsheets with a column URL and columns such as 'AU 1';
    machine-labeled ones are named ``dataFile_1001.txt``. The picture of a URL is the one whose
    path ends in the URL's last two parts, or that a shard's ``key.json`` says is it.

    Args:
        root: the folder.
        out: a folder to leave out.
        labels: the lists to read; None for hand-labeled ones where there are any.

    Raises:
        DataError: there is nothing to prepare, or a list is malformed or contradicts another,
            two loose pictures are one URL's, or there are no such labels.
    """
    if labels not in (None, *get_args(Labels)):
        raise DataError(f"the labels are {labels!r}; they can be {' or '.join(get_args(Labels))}")
    tree = read_tree(root, out)
    lists, assumed = _read_lists(tree, labels)
    codes, again, lacking = merged(lists)
    pictures, left_out, notes = gather(tree)
    found, alone, endings = match(root, pictures, codes.urls)
    if not found:
        raise DataError(
            f"{root}: {len(codes.urls):,} coded URLs and {len(pictures):,} pictures, but no "
            f"picture of such a URL (the first is {codes.urls[0]}); give the folder that holds "
            "both"
        )
    places = pd.DataFrame({"source": [pictures[number].source for number in found]})
    return drawn_up(
        "emotionet", places, [int(au) for au in codes.aus], codes.codes[list(found.values())],
        None, [*alone, again, *left_out, *unread(tree)],
        ["code 999 is unknown, as is an empty cell", "who is in the pictures is unknown",
         *assumed, *lacking, *notes, *endings],
    )  # fmt: skip


def _read_lists(tree: Tree, labels: Labels | None) -> tuple[list[UrlList], list[str]]:
    machine = [file for file in tree.files if is_machine_list(file)]
    hand: list[UrlList] = []
    others: dict[str, None] = {}
    if labels != "machine":
        for file in tree.files:
            if file.lower().endswith((*TABLES, *SHEETS)) and not _is_lock(file):
                found, columns = read_hand_list(tree.root / file)
                hand += found
                others |= dict.fromkeys(columns)
    if hand:
        assumed = [f"columns that are no AU and were not read: {few(others)}"] if others else []
        if machine:
            assumed.append(
                f"read: the hand-labeled lists; not read: {len(machine):,} machine-labeled ones "
                f"({few(machine)})"
            )
        return hand, assumed
    if machine and labels != "hand":
        given = "no person" if labels is None else "as asked for, no person"
        return (
            [read_machine_list(tree.root / file) for file in machine],
            [f"a machine gave these codes ({given} did): {few(machine)}"],
        )
    wanted = {
        None: "list of EmotioNet (a CSV, TSV or spreadsheet with columns URL and 'AU 1', or "
        "dataFile_1001.txt)",
        "hand": "hand-labeled list (a CSV, TSV or spreadsheet with columns URL and 'AU 1')",
        "machine": "machine-labeled list (such as dataFile_1001.txt)",
    }[labels]
    raise DataError(
        f"{tree.root}: no {wanted} among {len(tree.files):,} files, {len(machine):,} of them "
        "machine-labeled lists; give the folder that holds lists and pictures"
    )


def _is_lock(file: str) -> bool:
    """Whether it is what a spreadsheet program lays beside a file it has open."""
    return file.rpartition("/")[2].startswith("~$")
