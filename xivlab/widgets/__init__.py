"""What moves in the notebooks: a function each.

>>> from xivlab import widgets
>>> widgets.frame_slider(bands, pictures, "wavelength (nm)")   # doctest: +SKIP
"""

from xivlab.widgets.explorer import LambdaExplorer as lambda_explorer
from xivlab.widgets.frames import Frames as frame_slider
from xivlab.widgets.geometry import LossGeometry as loss_geometry
from xivlab.widgets.search import Search as search
from xivlab.widgets.train_live import TrainLive as train_live
from xivlab.widgets.tsne import TsneExplorer as tsne_explorer
from xivlab.widgets.wavelength import Wavelength as wavelength
from xivlab.widgets.x_studio import XStudio as x_studio

__all__ = [
    "frame_slider",
    "lambda_explorer",
    "loss_geometry",
    "search",
    "train_live",
    "tsne_explorer",
    "wavelength",
    "x_studio",
]
