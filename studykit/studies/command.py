"""End of every long command: an error of the user, or Ctrl-C, is one sentence."""

import sys
from collections.abc import Callable

from xivlab.errors import XivlabError


def end_in_words(main: Callable[[], None]) -> None:
    """Run a command that goes on where it was stopped.

    Args:
        main: the command, whose runs and tables stay as they are if it ends early.

    Raises:
        SystemExit: it failed or was interrupted; the sentence says which.
    """
    try:
        main()
    except XivlabError as error:
        sys.exit(f"xivlab: {error}")
    except KeyboardInterrupt:
        sys.exit("xivlab: interrupted; the same command goes on.")
