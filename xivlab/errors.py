"""XivlabError, the one exception that speaks to the user."""


class XivlabError(Exception):
    """Something the user can mend: one sentence that names the thing and the remedy.

    The command line prints the sentence without a traceback and exits with status 1.
    """
