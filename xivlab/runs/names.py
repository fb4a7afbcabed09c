"""Name of a run: its method, and a digest of all that it depends on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xivlab import __version__
from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.files import ASSETS, NEW_ASSETS, content_of, digest_of
from xivlab.methods import METHODS


def version(method: Any) -> str:
    """Of the package, and of a method that has one of its own: a corrected method is another run."""
    own = METHODS[method].version if isinstance(method, str) and method in METHODS else 0
    return f"{__version__}+{method}.{own}" if own else __version__


def run_name(config: Config, fingerprint: str, weights: Path | None) -> str:
    """The name of the folder of a run, the same for the same settings, data and versions.

    Args:
        config: settings.
        fingerprint: of the data set.
        weights: file the backbone starts from, if any: its content counts, not its name.

    Raises:
        XivlabError: that file cannot be read.
    """
    start = config.weights
    if weights is not None:
        try:
            start = digest_of(content_of(weights))
        except OSError as error:
            raise XivlabError(f"There are no weights at {weights} ({error.strerror}).") from error
        except ValueError as error:
            remedy = NEW_ASSETS if weights.parent == ASSETS else "copy or make them again"
            raise XivlabError(f"The weights {weights} cannot be used ({error}): {remedy}.") from error
    settings = asdict(config) | {"weights": start}
    text = json.dumps([settings, fingerprint, version(config.method)], sort_keys=True)
    digest = digest_of(text.encode())[:12]
    return f"{config.method}-{digest}"
