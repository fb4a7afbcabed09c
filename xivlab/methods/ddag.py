"""DDAG (Ye et al. 2020b): parts that attend to each other inside an image, and a graph of images inside a batch."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.backbones import SLIM
from xivlab.methods.agw import PRIVATE, all_rows, hard_triplet
from xivlab.methods.identity import identities, mean_of
from xivlab.methods.method import Method, Settings
from xivlab.methods.one_stream import TRAINED
from xivlab.methods.step import Step
from xivlab.methods.streams import Learner, Streams, classifier_of, mean_pool, neck_of, split_for
from xivlab.model import WITHOUT_X, Output

SLIM_SIZES, SIZES = (2, 2, 32), (3, 4, 512)  # parts; heads of the graph attention, and how wide each is
DROPPED, SLOPE = 0.2, 0.2  # of the graph's features; of its LeakyReLU


class PartAttention(nn.Module):
    """IWPA, intra-modality weighted-part aggregation: every part looks at all, then a weighted sum of them.

    Args:
        width: D.
        parts: p, horizontal strips.
        neck: whether its sum is normalised, as by a BNNeck.
    """

    def __init__(self, width: int, parts: int, neck: bool) -> None:
        super().__init__()
        self.u = nn.Linear(width, width)
        # Softmax and normalisation would take their biases away.
        self.v, self.z = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.gates = nn.Parameter(torch.full((parts,), 1 / parts))
        self.neck = neck_of(width, neck)

    def attention(self, parts: Tensor) -> Tensor:
        """How much each part looks at each: (B, p, D) -> (B, p, p), rows adding up to 1."""
        return (self.u(parts) @ self.v(parts).mT).softmax(2)

    def forward(self, maps: Tensor, whole: Tensor) -> Tensor:
        """(B, D, h, w) and the feature behind the neck (B, D) -> (B, D)."""
        parts = F.adaptive_avg_pool2d(maps, (len(self.gates), 1))[..., 0].mT  # (B, p, D)
        seen = self.attention(parts) @ self.z(parts)
        return self.neck(torch.einsum("bpd,p->bd", seen, self.gates.softmax(0)) + whole)


class GraphAttention(nn.Module):
    """One head: W h of those of the same person, by the softmax of LeakyReLU(a [W h_i, W h_j])."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, out, bias=False)
        self.source, self.target = nn.Parameter(torch.empty(out, 1)), nn.Parameter(torch.empty(out, 1))
        nn.init.xavier_uniform_(self.layer.weight, gain=2**0.5)
        for half in (self.source, self.target):
            nn.init.xavier_uniform_(half, gain=2**0.5)

    def attention(self, hidden: Tensor, same: Tensor) -> Tensor:
        """(B, out) and who is the same person, (B, B) bool -> (B, B), rows adding up to 1, between others 0."""
        scores = F.leaky_relu(hidden @ self.source + (hidden @ self.target).mT, SLOPE)
        return scores.masked_fill(~same, -torch.inf).softmax(1)

    def forward(self, rows: Tensor, same: Tensor) -> Tensor:
        """(B, width) -> (B, out)."""
        hidden = self.layer(rows)
        return self.attention(hidden, same) @ hidden


class Graph(nn.Module):
    """CGSA, cross-modality graph structured attention, over the images of a batch; in training alone.

    Args:
        width: D.
        heads: how many.
        out: width of each.
        classes: C.
    """

    def __init__(self, width: int, heads: int, out: int, classes: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(GraphAttention(width, out) for _ in range(heads))
        self.last = GraphAttention(heads * out, classes)

    def forward(self, rows: Tensor, people: Tensor, blocks: int, step: Step) -> Tensor:
        """Scores (B, C) of features (B, D) in `blocks` blocks of the same people (B / blocks,)."""

        def dropped(rows: Tensor) -> Tensor:
            return torch.cat([step.keep(block, DROPPED) for block in rows.chunk(blocks)])

        labels = people.repeat(blocks)
        same = labels[:, None] == labels[None, :]  # both modalities, itself included
        hidden = torch.cat([F.elu(head(dropped(rows), same)) for head in self.heads], 1)
        return F.elu(self.last(dropped(hidden), same))


class DualHead(nn.Module):
    """Pooling, BNNeck and classifier, which the part feature shares, and the graph.

    Args:
        width: D, channels of the maps.
        sizes: parts, heads, and width of each head.
        classes: C.
        neck: whether there is a BNNeck.
    """

    def __init__(self, width: int, sizes: tuple[int, int, int], classes: int, neck: bool) -> None:
        super().__init__()
        parts, heads, out = sizes
        self.neck = neck_of(width, neck)
        self.parts = PartAttention(width, parts, neck)
        self.classifier = classifier_of(width, classes)
        self.graph = Graph(width, heads, out, classes)

    def forward(self, maps: Tensor, lights: Sequence[str], step: Step | None = None) -> Output:
        """(B, D, h, w) -> pooled and part features, (B, D), scores behind the neck, those of the "parts", and in
        training those of the "graph"."""
        pooled = mean_pool(maps)
        whole = self.neck(pooled)
        parts = self.parts(maps, whole)
        more = {"parts": self.classifier(parts)}
        if self.training and step is not None and step.people is not None:
            more["graph"] = self.graph(pooled, step.people.to(pooled.device), len(lights), step)
        return Output(pooled, parts, self.classifier(whole), more)


def graph_weight(rest: Tensor) -> Tensor:
    """w_G = 1 / (1 + the rest of the loss): the graph joins in as the others get along.

    Example:
        >>> graph_weight(torch.tensor(4.0))
        tensor(0.2000)
    """
    return 1 / (1 + rest.detach())


def build(config: Settings, classes: int) -> Streams:
    """Private stems, everything deeper shared, both kinds of attention on top."""
    parts = split_for(config, PRIVATE)
    sizes = SLIM_SIZES if config.backbone in SLIM else SIZES
    return Streams(Learner(parts, DualHead(parts.width, sizes, classes, config.neck)))


def losses(outputs: dict[str, Output], labels: Tensor, config: Settings, step: Step) -> dict[str, Tensor]:
    """L = L_b + L_wp + w_G L_g: CE and triplets of the base, CE of the parts, and of the graph from the second epoch on."""
    terms = identities(outputs, labels, config)
    triplet = hard_triplet(*all_rows(outputs, labels))

    def also(kind: str) -> Tensor:
        found = {name: one._replace(logits=one.more[kind]) for name, one in outputs.items()}
        return mean_of(identities(found, labels, config))

    parts = also("parts")
    rest = mean_of(terms) + triplet + parts
    graph = rest.new_zeros(())
    if all("graph" in one.more for one in outputs.values()):
        graph = also("graph")
    weight = graph_weight(rest) * (step.done >= 1 / config.epochs)
    more = {"loss_triplet": triplet, "loss_parts": parts, "loss_graph": graph}
    return {"loss": rest + weight * graph} | terms | more


METHODS = {
    "ddag": Method(
        "DDAG",
        WITHOUT_X,
        ("loss_infrared", "loss_visible", "loss_triplet", "loss_parts", "loss_graph"),
        (),
        build,
        losses,
        source="Ye et al., ECCV 2020",
        fidelity="A",
        assumed=(
            "The weight of the graph follows the rest of the loss of the same batch, not the mean of the last epoch.",
            "Of the graph its features are dropped in part, not its attention.",
            "The slim backbones have two parts for three, and two heads of 32 for four of 512.",
            "The part feature is searched; the authors report the better of it and the plain one.",
            TRAINED,
        ),
        version=1,
    )
}
