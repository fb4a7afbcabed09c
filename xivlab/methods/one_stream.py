"""One-stream network (Wu et al. 2017): one network for both modalities, which a classifier alone trains."""

from torch import Tensor

from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.step import Step
from xivlab.model import WITHOUT_X, FeatureLearner, Output, XIVNet

TERMS = ("loss_infrared", "loss_visible")
BASE = "The base network is the kit's, not the authors' small residual network, and its feature is the pooled one."
GRAY = "Visible images stay RGB; the authors may have turned them gray."
TRAINED = "Batches, optimiser and schedule are the house's; the authors' are not known."


def build(config: Settings, classes: int) -> XIVNet:
    """The whole network shared: that of the Baseline, by default without its BNNeck."""
    return XIVNet(FeatureLearner(config.backbone, classes, config.weights, config.last_stride, config.neck))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, _: Step) -> dict[str, Tensor]:
    """L = CE over all 2M images: no margin, no mining."""
    terms = identities(outputs, labels, config)
    return {"loss": mean_of(terms)} | terms


METHODS = {
    "one-stream": Method(
        "One-stream",
        WITHOUT_X,
        TERMS,
        (),
        build,
        losses,
        source="Wu et al., ICCV 2017",
        fidelity="A-",
        assumed=(BASE, GRAY, TRAINED),
        version=1,
        settings={"neck": False},
        least=(1, 1),
    )
}
