"""Images, and which of them a step sees: data sets, packed folders, batches, augmentation."""

from xivlab.data.augmentation import augment
from xivlab.data.batches import IdentityBatches
from xivlab.data.datasets import DataSet, Split, cache_folder, load
from xivlab.data.images import Images, resize

__all__ = ["DataSet", "IdentityBatches", "Images", "Split", "augment", "cache_folder", "load", "resize"]
