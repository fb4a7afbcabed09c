"""What the stress tests share: a count of the cases, by class, printed at the end."""

from collections import Counter

import pytest

CASES = Counter()


@pytest.fixture
def counted():
    """Count a case that ended as it should."""

    def count(kind, cases=1):
        CASES[kind] += cases

    return count


def pytest_terminal_summary(terminalreporter):
    if CASES:
        terminalreporter.section("cases of faults")
        for kind, cases in sorted(CASES.items()):
            terminalreporter.write_line(f"{cases:5}  {kind}")
        terminalreporter.write_line(f"{sum(CASES.values()):5}  in all")
