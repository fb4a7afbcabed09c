"""Whether a split can be searched, told before a training and not after it."""

import numpy as np

from xivlab.data import DataSet
from xivlab.errors import XivlabError
from xivlab.evaluate import hidden_images
from xivlab.gallery import Protocol

WORDS = {"val": "validation", "test": "test"}


def check_searchable(data: DataSet, split: str, protocol: Protocol) -> None:
    """Refuse a split in which no infrared image may find a visible one of its person.

    Args:
        data: people, cameras and modalities are looked at, no pixels.
        split: "val" or "test".
        protocol: whose rules.

    Raises:
        XivlabError: nobody is in the split, or in one light only, or everybody's matches are hidden.
    """
    people = f"The {WORDS[split]} people of {data.name}"
    index = data.index[data.index["split"] == split]
    lights = [
        index.loc[index["modality"] == code, ["person", "camera"]].drop_duplicates().to_numpy()
        for code in (0, 1)
    ]
    if not all(map(len, lights)):
        raise XivlabError(
            f"{people} have no {'visible' if not len(lights[0]) else 'infrared'} images, so there is nothing to "
            "search: give images of both modalities."
        )
    visible, infrared = lights
    same_person = infrared[:, :1] == visible[:, 0]
    hidden = hidden_images(protocol, same_person, infrared[:, 1], visible[:, 1])
    if not np.any(same_person & ~hidden):
        raise XivlabError(
            f"{people} cannot be searched by the rules of {protocol}: nobody is seen in both modalities, by "
            "cameras that may find each other."
        )
