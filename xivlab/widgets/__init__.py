"""What moves in the notebooks: a function each.

>>> from xivlab import widgets
>>> widgets.frame_slider(bands, pictures, "wavelength (nm)")   # doctest: +SKIP
"""

from xivlab.widgets.frames import Frames as frame_slider

__all__ = ["frame_slider"]
