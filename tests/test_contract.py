"""What the two packages agree upon, since neither imports the other."""

import ast
from pathlib import Path

import numpy as np
import torch

from au_cotrain import losses
from data_modules import facs
from data_modules.faces import Faces

ROOT = Path(__file__).parents[1]


def imports(package: str) -> set[tuple[str, str]]:
    found = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add((file.parent.name, node.module.split(".")[0]))
            elif isinstance(node, ast.Import):
                found |= {(file.parent.name, alias.name.split(".")[0]) for alias in node.names}
    return found


def test_packages_meet_only_in_train_and_cli():
    assert {file for file, module in imports("data_modules") if module == "au_cotrain"} == set()
    meeting = {file for file, module in imports("au_cotrain") if module == "data_modules"}
    assert meeting == {"cli", "predictor"}
    for file in (ROOT / "au_cotrain" / "predictor").glob("*.py"):
        assert file.name == "predictor.py" or "data_modules" not in file.read_text()


def test_one_code_says_unknown():
    assert losses.UNKNOWN == facs.UNKNOWN == -1


def test_aus_are_spelled_alike():
    for table in losses.SELECTIVE_SHARES.values():
        assert all(facs.parse_au(au) == au for au in table)


def test_a_batch_is_what_the_task_takes(faces_table):
    pool = faces_table("c").with_suffix("")  # the folder of its pictures
    data = Faces(
        faces_table("a"), faces_table("b"), unlabeled=pool, size=16,
        labeled_per_batch=3, unlabeled_per_batch=2,
    )  # fmt: skip
    data.setup()
    batch = next(iter(data.train_dataloader()))
    assert batch["images"].shape == (5, 3, 16, 16) and batch["images"].dtype == torch.uint8
    assert batch["labels"].shape == (5, 2) and batch["labels"].dtype == torch.int8
    assert set(np.unique(batch["labels"][:3])) <= {0, 1, -1}
    assert (batch["labels"][3:] == facs.UNKNOWN).all()
    assert len(batch["paths"]) == 5 and batch["unreadable"] == []
    held_out = next(iter(data.val_dataloader()))
    assert held_out["images"].shape == (16, 3, 16, 16)
