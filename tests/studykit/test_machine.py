"""The line at the top of every notebook."""

import re

from studykit.machine import banner
from xivlab.scale import current


def test_banner_is_one_line(monkeypatch):
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    current.cache_clear()
    line = r"XIV-Lab \S+, smoke scale \(.+\), on (cpu \(\d+ threads?\)|.*cuda.*|mps), PyTorch \S+, Python \S+"
    assert re.fullmatch(line, banner())
    current.cache_clear()
