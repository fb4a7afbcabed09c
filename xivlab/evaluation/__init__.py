"""Embeddings in, scores out, by the field's rules."""

from xivlab.evaluation.embeddings import Embeddings, embed, embed_both, test_distance
from xivlab.evaluation.metrics import RetrievalMetrics
from xivlab.evaluation.protocols import Sampling, sample_gallery
from xivlab.evaluation.retrieval import first_of_each_person, ranked_list, retrieval_metrics, search
from xivlab.evaluation.scores import score

__all__ = [
    "Embeddings",
    "RetrievalMetrics",
    "Sampling",
    "embed",
    "embed_both",
    "first_of_each_person",
    "ranked_list",
    "retrieval_metrics",
    "sample_gallery",
    "score",
    "search",
    "test_distance",
]
