"""The examples in docstrings say the truth."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["loss", "evaluate", "config", "intervals", "paper", "scale", "study"])
def test_examples(module):
    assert (
        doctest.testmod(importlib.import_module(f"xivlab.{module}"), optionflags=doctest.ELLIPSIS).failed == 0
    )
