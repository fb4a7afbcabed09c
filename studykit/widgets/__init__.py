"""Interactive widgets of the notebooks: a function each.

>>> from studykit import widgets
>>> widgets.frame_slider(bands, pictures, "wavelength (nm)")   # doctest: +SKIP
"""

import studykit.look  # noqa: F401, before matplotlib
from studykit.widgets.explorer.widget import LambdaExplorer as lambda_explorer
from studykit.widgets.frames import Frames as frame_slider
from studykit.widgets.generator.widget import XStudio as x_studio
from studykit.widgets.geometry.widget import LossGeometry as loss_geometry
from studykit.widgets.light.widget import Wavelength as wavelength
from studykit.widgets.multiple_choice import MultipleChoice as quiz
from studykit.widgets.own_picture import OwnSearch as own_search
from studykit.widgets.prediction import Predict as predict
from studykit.widgets.ranked_search import Search as search
from studykit.widgets.rungs.widget import Ladder as ladder
from studykit.widgets.training.widget import TrainLive as train_live
from studykit.widgets.tsne.widget import TsneExplorer as tsne_explorer
from studykit.widgets.when.widget import WhenDoesXHelp as when_does_x_help

__all__ = [
    "frame_slider",
    "ladder",
    "lambda_explorer",
    "loss_geometry",
    "own_search",
    "predict",
    "quiz",
    "search",
    "train_live",
    "tsne_explorer",
    "wavelength",
    "when_does_x_help",
    "x_studio",
]
