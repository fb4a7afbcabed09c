"""The synthetic world: light, materials and cameras make pixels."""

from xivlab.world import cameras, spectra, thermal
from xivlab.world.world import SYNTHETIC, World, exposed_patch

__all__ = ["SYNTHETIC", "World", "cameras", "exposed_patch", "spectra", "thermal"]
