"""Exercises of the notebooks: cases, solutions and known mistakes, a file per notebook, out of the reader's sight.

    from studykit.exercises import check, solution

    check("03.2", my_triplet)  # right, or one sentence that helps
    solution("03.2")  # for whoever gives up

`judging.py` compares an attempt with the solution, `forms.py` and `shapes.py` name what kind of error it is, `words.py`
puts cases and answers into a line, `exercise.py` says what an exercise consists of, and `nb03.py` holds those of
notebook 03.
"""

from studykit.exercises.exercise import solution
from studykit.exercises.judging import check

__all__ = ["check", "solution"]
