"""Two-stream network (Wu et al. 2017): a private stem for each modality, everything deeper shared."""

from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import BASE, TERMS, TRAINED, losses
from xivlab.methods.streams import Head, Learner, Streams, split_for
from xivlab.model import WITHOUT_X

PRIVATE = 1  # of stem and four stages


def build(config: Settings, classes: int, private: int = PRIVATE) -> Streams:
    """Two doors, copies of the same weights, into one network; L = (CE(v) + CE(t)) / 2 with one classifier.

    Args:
        config: settings.
        classes: C.
        private: how deep the cut lies, 0 (One-stream) to 5 (two whole networks).
    """
    parts = split_for(config, private)
    return Streams(Learner(parts, Head(parts.width, classes, config.neck)))


METHODS = {
    "two-stream": Method(
        "Two-stream",
        WITHOUT_X,
        TERMS,
        (),
        build,
        losses,
        source="Wu et al., ICCV 2017",
        fidelity="A-",
        assumed=(
            "The cut lies behind the stem, the field's later standard; where the authors cut is not known.",
            BASE,
            TRAINED,
        ),
        version=1,
        settings={"neck": False},
        least=(1, 1),
    )
}
