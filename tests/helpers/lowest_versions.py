"""The lowest versions that pyproject.toml allows, as constraints for pip. `make lowest` tests with them."""

import re
from collections.abc import Iterable
from importlib.metadata import requires

BOUND = re.compile(r"([\w.-]+)>=([\w.]+)")  # "torch>=2.6"; what follows says for which extra


def lowest(requirements: Iterable[str]) -> list[str]:
    """`torch==2.6` for `torch>=2.6`; nothing for what has no bound, as `xivlab[lab]`."""
    bounds = [BOUND.match(one) for one in requirements]
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    print(*lowest(requires("xivlab")), sep="\n")  # of the installed kit: needs nothing that reads TOML
