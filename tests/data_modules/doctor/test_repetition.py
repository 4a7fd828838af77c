import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from data_modules.doctor.repetition import numbered, repeated


@given(st.lists(st.lists(st.sampled_from(["", "a", "b", "ü", "ab"])), min_size=1))
def test_equal_texts_have_one_number_in_all_columns(columns):
    texts, numbers = numbered([pa.array(column, pa.string()) for column in columns])
    for column, number in zip(columns, numbers, strict=True):
        assert [texts[i].as_py() if i >= 0 else "" for i in number.tolist()] == column


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2))))
def test_repeated_rows_are_grouped_in_their_order_and_zeros_left_out(rows):
    keys = np.array(rows, np.uint64).reshape(-1, 2)
    groups = sorted(group.tolist() for group in repeated(keys))
    places = {row: [i for i, other in enumerate(rows) if other == row] for row in rows}
    assert groups == sorted(same for row, same in places.items() if len(same) > 1 and row != (0, 0))
