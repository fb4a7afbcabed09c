"""Questions and an open task for every notebook: read, shown as HTML, printed as sheets for a class.

>>> from studykit.quiz import quiz_of
>>> quiz_of("00").title
'00 Start here'
"""

from studykit.quiz.data import OpenTask, Option, Question, Quiz, numbers, quiz_of

__all__ = ["OpenTask", "Option", "Question", "Quiz", "numbers", "quiz_of"]
