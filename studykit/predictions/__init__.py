"""Predictions of the notebooks: questions to commit to before a picture, and what came, a Markdown file a notebook.

>>> from studykit.predictions import prediction
>>> prediction("00.1").options[0]
'The model: it falls faster than guessing.'
"""

from studykit.predictions.data import Prediction, numbers, prediction

__all__ = ["Prediction", "numbers", "prediction"]
