"""Exercises of the notebooks: cases, solutions and known mistakes, a file per notebook, out of the reader's sight.

    from studykit.exercises import check

    check("03.2", my_triplet)

`judging.py` compares an attempt with the solution, `forms.py` names what kind of error it is, `exercise.py` says
what an exercise consists of, and `nb03.py` holds those of notebook 03.
"""

from studykit.exercises.judging import check

__all__ = ["check"]
