"""The examples in docstrings say the truth."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    file
    for package in ("xivlab", "studykit", "data_prep", "notebooks", "benchmarks")
    for file in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in file.read_text() and "source" not in file.parts
]
MODULES = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in FILES]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0
