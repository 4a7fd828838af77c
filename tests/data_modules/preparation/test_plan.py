"""What holds for the plans of all data sets."""

import os
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_modules.errors import DataError
from data_modules.preparation.bp4d import read_bp4d, read_bp4d_plus
from data_modules.preparation.disfa import read_disfa
from data_modules.preparation.disfa_plus import read_disfa_plus
from data_modules.preparation.emotionet import read_emotionet
from data_modules.preparation.faces import read_faces

READERS = {
    "bp4d": read_bp4d, "bp4d-plus": read_bp4d_plus, "disfa": read_disfa,
    "disfa-plus": read_disfa_plus, "emotionet": read_emotionet, "faces": read_faces,
}  # fmt: skip


@pytest.fixture(scope="module")
def everything(sets, tmp_path_factory):
    """A folder into which somebody unpacked all sets, with odd ends of each."""
    root = tmp_path_factory.mktemp("sets")
    sets.lay(root, {
        "BP4D/AU_OCC/F001_T1.csv": "0,2,1\n2,1,0\n1,9,1\n",
        "BP4D/AU_OCC/F001_T2.csv": "0,4\n1,1\n", "copy/F001_T1.csv": "0,1,2\n1,1,9\n2,0,1\n",
        "BP4D/S/F001/T1/1.jpg": "", "BP4D/S/F001/T1/002.jpg": "", "BP4D/S/F001/T2/00001.jpg": "",
        "BP4D/S/F001/T3/1.jpg": "",
        "DISFA/L/SN001_au1.txt": "1,0\n2,5\n", "DISFA/L/SN001_au2.txt": "1,2\n",
        "DISFA/L/SN002_au2.txt": "1,2\n", "DISFA/LeftVideoSN001_comp.avi": "",
        "DISFA/LeftVideoSN002_comp.avi": "", "DISFA/RightVideoSN001_comp.avi": "",
        "PLUS/L/SN001/A/AU1.txt": "0 0\n1 5\n", "PLUS/L/SN001/B/AU2.txt": "0 0\n",
        "PLUS/I/SN001/A/000.jpg": "", "PLUS/I/SN001/B/000.jpg": "",
        "E/a.csv": "URL,AU 1\nhttp://x/N/a.jpg,1\nhttp://x/N/b.jpg,0\n",
        "E/b.tsv": "URL\tAU 2\nhttp://x/N/c.jpg\t1\n",
        "E/dataFile_1.txt": "http://x/N/a.jpg\tx" + "\t0" * 60,
        "E/pictures/N/a.jpg": "", "E/pictures/N/c.png": "",
        "E/0.tar": sets.tar([("N/b.jpg", b""), ("N/a.jpg", b"")]),
    })  # fmt: skip
    (root / "dead.jpg").symlink_to(root / "gone.jpg")
    (root / "PLUS" / "circle").symlink_to(root)
    return root


@pytest.mark.parametrize("name", READERS)
def test_a_set_is_found_among_others_and_its_plan_is_in_the_stated_form(name, everything):
    plan = READERS[name](everything, everything / "OUT")
    assert plan.dataset == name
    places = ["source", "place", "subject", "task", "frame"]
    assert list(plan.faces)[:5] == places
    assert plan.faces[places].dtypes.astype(str).tolist() == [
        "string", "Int64", "string", "string", "Int64"
    ]  # fmt: skip
    codes = list(plan.faces)[5:]
    aus = [column for column in codes if not column.endswith("_intensity")]
    assert aus == sorted(aus)
    assert codes == aus + [f"{au}_intensity" for au in aus] * ("disfa" in name)
    assert set(plan.faces[codes].dtypes.astype(str)) <= {"Int8"}
    assert isinstance(plan.faces.index, pd.RangeIndex)
    assert list(plan.left_out) == ["source", "subject", "task", "frame", "reason"]
    assert plan.left_out["reason"].str.len().min() > 0
    assert isinstance(plan.left_out.index, pd.RangeIndex)
    assert ("dead.jpg", "a link that leads nowhere") in set(
        plan.left_out[["source", "reason"]].itertuples(index=False, name=None)
    )
    assert len(plan.faces) > 0
    assert all(line.isprintable() and line for line in plan.assumed)
    files = [
        source if ".tar/" not in source else source.partition(".tar/")[0] + ".tar"
        for source in plan.faces["source"]
    ]
    assert files == sorted(files)
    assert all((everything / file).exists() for file in files)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers())
@pytest.mark.parametrize("name", READERS)
def test_the_order_in_which_a_folder_lists_its_files_never_matters(name, everything, seed):
    class Shuffled:
        def __init__(self, path):
            with scandir(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name)
            shuffle.shuffle(self.entries)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_):
            self.close()

        def close(self):
            pass

    scandir, shuffle = os.scandir, random.Random(seed)
    expected = READERS[name](everything)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", Shuffled)
        plan = READERS[name](everything)
    pd.testing.assert_frame_equal(plan.faces, expected.faces)
    pd.testing.assert_frame_equal(plan.left_out, expected.left_out)
    assert plan.assumed == expected.assumed


@pytest.mark.parametrize("name", READERS)
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_planned(
    name, everything, monkeypatch
):
    scandir = os.scandir

    def refuse(path):
        if str(path).rstrip("/").endswith("BP4D/S/F001/T3"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    plan = READERS[name](everything)
    assert ("BP4D/S/F001/T3", "a folder that cannot be read (Permission denied)") in set(
        plan.left_out[["source", "reason"]].itertuples(index=False, name=None)
    )


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("root", ["gone", "file"])
def test_a_root_that_is_no_folder_is_refused(name, root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=str(tmp_path / root)):
        READERS[name](tmp_path / root)
