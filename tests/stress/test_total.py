"""As many cases as were promised; by its name it comes after those that it counts."""

import pytest
from stress.cases import CASES

KILLS, BAD = 50, 200


@pytest.mark.stress
def test_there_were_as_many_cases_as_promised():
    kills = sum(number for kind, number in CASES.items() if kind.startswith("SIGKILL"))
    bad = sum(
        number
        for kind, number in CASES.items()
        if not kind.startswith(("SIGKILL", "two at once", "numerics", "pickle"))
    )
    if not kills or not bad:
        pytest.skip("counts what the other files have done, in the same call")
    assert kills >= KILLS and bad >= BAD
