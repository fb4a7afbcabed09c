"""What is wrong with a shape is told by what the numbers show."""

import numpy as np
import pytest

from studykit.exercises.shapes import form_of_shape, sizes_of

TABLES = [np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]), np.array([[2.0, 9.0, 1.0], [0.0, 3.0, 8.0]])]
ROWS = [table.mean(1) for table in TABLES]
NUMBERS = [table.mean() for table in TABLES]


def told(given, wanted, sizes=()):
    return form_of_shape([np.asarray(one) for one in given], [np.asarray(one) for one in wanted], sizes)


@pytest.mark.parametrize(
    ("given", "wanted", "says"),
    [
        ([table.T for table in TABLES], TABLES, "transposed"),
        ([one[:, None] for one in ROWS], ROWS, "the numbers are right, but their shape is (2, 1) and should be (2,)"),
        ([table.ravel() for table in TABLES], NUMBERS, "the task asks for one number: their mean is missing"),
        ([table / 6 for table in TABLES], NUMBERS, "the task asks for one number: their sum is missing"),
        (TABLES, ROWS, "their mean along axis 1 is missing"),
        ([one.mean() for one in TABLES], TABLES, "one number, the mean of those that the task asks for"),
        ([1.0, 2.0], TABLES, "your answer is one number, and should be an array of shape (2, 3)"),
        ([one[1] for one in ROWS], ROWS, "the task asks for two numbers; yours is the second of them"),
        ([7.0, 7.0], ROWS, "the task asks for two numbers, and your answer is one"),
        ([table[0] for table in TABLES], ROWS, "there is one number too many: 3 where 2 are asked for"),
        ([table[0, :2] for table in TABLES], [table[0] for table in TABLES], "one number is missing, the last"),
        ([table[0, 1:] for table in TABLES], [table[0] for table in TABLES], "one number is missing, the first"),
        ([np.arange(4), np.arange(4)], NUMBERS, "should be one number, and yours is an array of shape (4,)"),
        ([np.ones((5, 5))] * 2, TABLES, "should have the shape (2, 3), and yours has (5, 5)"),
    ],
)  # fmt: skip
def test_shapes(given, wanted, says):
    assert says in told(given, wanted)


def test_a_number_for_each_column_is_told_by_the_name_of_the_table():
    sizes = [sizes_of(["distance"], [table]) for table in TABLES]
    assert sizes[0] == {"the number of rows of `distance`": 2, "the number of columns of `distance`": 3}
    assert told([table.max(0) for table in TABLES], ROWS, sizes).startswith(
        "yours is a number for each column of `distance`"
    )


def test_sizes_are_of_arrays_only():
    assert sizes_of(["one", "k"], [np.ones(4), 2]) == {"the length of `one`": 4}
