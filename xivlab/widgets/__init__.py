"""What moves in the notebooks: a function each.

>>> from xivlab import widgets
>>> widgets.frame_slider(bands, pictures, "wavelength (nm)")   # doctest: +SKIP
"""

from xivlab.widgets.frames import Frames as frame_slider
from xivlab.widgets.wavelength import Wavelength as wavelength

__all__ = ["frame_slider", "wavelength"]
