"""What moves in the notebooks: a function each.

>>> from xivlab import widgets
>>> widgets.frame_slider(bands, pictures, "wavelength (nm)")   # doctest: +SKIP
"""

from xivlab.widgets.frames import Frames as frame_slider
from xivlab.widgets.wavelength import Wavelength as wavelength
from xivlab.widgets.x_studio import XStudio as x_studio

__all__ = ["frame_slider", "wavelength", "x_studio"]
