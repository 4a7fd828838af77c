import numpy as np
import pytest

from data_modules.coded_faces import read_coded_faces
from data_modules.errors import DataError
from data_modules.manifest import read_manifest

TABLE = """path,subject,task,frame,AU1,AU4,AU12,AU1_intensity,AU12_intensity
a.png,F001,T1,7,0,1,,0,
b.png,f001,T1,08,1,,0,3,1
c.png,F002,,,1,0,1,,5
"""


@pytest.fixture
def table(write):
    return write("t.csv", TABLE)


def test_what_the_predictor_knows_is_read_in_its_order(table):
    coded = read_coded_faces(table, ["AU12", "AU25", "AU01"])
    assert coded.manifest.aus == ("AU12", "AU01") and coded.others == ("AU04",)
    expected = read_manifest(table, ["AU12", "AU01"])
    assert np.array_equal(coded.manifest.labels, expected.labels)
    assert coded.manifest.paths == expected.paths
    assert coded.people == ("F001", "F001", "F002")
    assert coded.sequences == ("F001/T1", "F001/T1", "F002")
    assert coded.frames.tolist() == [7, 8, -1]
    np.testing.assert_array_equal(coded.intensities, [[np.nan, 0], [1, 3], [5, np.nan]])
    assert not coded.nameless


def test_a_threshold_makes_labels_of_intensities(table):
    coded = read_coded_faces(table, ["AU01", "AU04", "AU12"], threshold=2)
    assert coded.manifest.aus == ("AU01", "AU12")
    assert coded.manifest.labels.tolist() == [[0, -1], [1, 0], [-1, 1]]


def test_some_of_the_faces(table):
    coded = read_coded_faces(table, ["AU01"]).take(np.array([True, False, True]))
    assert len(coded) == 2 and coded.people == ("F001", "F002")
    assert coded.intensities.shape == (2, 1) and coded.frames.tolist() == [7, -1]
    assert coded.sequences == ("F001/T1", "F002") and coded.manifest.labels.tolist() == [[0], [1]]


def test_a_plain_table_has_neither_intensities_nor_sequences(write):
    coded = read_coded_faces(write("t.csv", "path,subject,AU1\na.png,F001,1\n"), ["AU01"])
    assert coded.intensities is None and coded.sequences == ("",) and coded.frames.tolist() == [-1]


def test_a_prepared_folder_is_its_manifest(prepared):
    folder = prepared("disfa", ["SN001", "SN002"], ["AU01", "AU12"], frames=3, intensities=True)
    coded = read_coded_faces(folder, ["AU12", "AU06"])
    assert len(coded) == 6 and coded.intensities.shape == (6, 1)
    assert coded.sequences[0] == "SN001/T1" and coded.frames.tolist() == list(range(6))


def test_a_set_that_names_nobody_has_as_many_people_as_faces(prepared):
    coded = read_coded_faces(prepared("emotionet", [None, None], ["AU01"]), ["AU01"])
    assert coded.nameless and len(set(coded.people)) == 4


@pytest.mark.parametrize(
    ("content", "threshold", "message"),
    [
        ("path,subject,AU2\na.png,F,1\n", None, r"none of the AUs AU01 has a column.*AU02"),
        ("path,subject\na.png,F\n", None, "no AU column"),
        ("path,subject,AU1\na.png,F,2\n", None, ":2: AU1 is '2'"),
        ("path,AU1\na.png,1\n", None, "no column 'subject'"),
        ("path,subject,AU1,AU1_intensity\na.png,F,1,6\n", None, ":2: AU1_intensity is '6'"),
        ("path,subject,AU1\na.png,F,1\n", 2, "no column of intensities.*--threshold"),
        ("path,subject,AU1\na.png,F,1\n", 6, "--threshold is 6"),
    ],
)
def test_what_cannot_be_used_is_one_line(write, content, threshold, message):
    with pytest.raises(DataError, match=message) as error:
        read_coded_faces(write("t.csv", content), ["AU1"], threshold)
    assert "\n" not in str(error.value)


def test_a_folder_without_a_manifest_is_one_line(tmp_path):
    with pytest.raises(DataError, match=r"no manifest\.parquet in this folder"):
        read_coded_faces(tmp_path, ["AU01"])
