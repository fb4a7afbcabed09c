"""Figures of images, losses, scores, the modality gap and studies: arrays and tables in, a picture with words out."""

from studykit.look import own_look  # before matplotlib
from studykit.plots import charts, gap, studies
from studykit.plots.curves import lines, spectra
from studykit.plots.gap import channel_histograms, embedding_map
from studykit.plots.images import image_strip, ranked_lists
from studykit.plots.picture import COLOUR, CURVES, DASHES, Picture, plot_axes

__all__ = [
    "COLOUR",
    "CURVES",
    "DASHES",
    "Picture",
    "channel_histograms",
    "charts",
    "embedding_map",
    "gap",
    "image_strip",
    "lines",
    "own_look",
    "plot_axes",
    "ranked_lists",
    "spectra",
    "studies",
]
