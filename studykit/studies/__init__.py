"""Questions over many runs, and their stored answers."""

from studykit.studies import claims
from studykit.studies.answers import judged
from studykit.studies.measures import measured, over_seeds
from studykit.studies.questions import LAMBDAS, STUDIES, THERMAL

__all__ = ["LAMBDAS", "STUDIES", "THERMAL", "claims", "judged", "measured", "over_seeds"]
