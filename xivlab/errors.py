"""XivlabError, the one exception that speaks to the user."""


class XivlabError(Exception):
    """Something the user can mend: one sentence that names the thing and the remedy.

    The command line prints the sentence without a traceback and exits with status 1.
    """


def shown(value: object) -> str:
    """A value as a sentence can bear it: a whole number of many digits by how many they are."""
    if isinstance(value, int) and abs(value) >= 10**15:
        return f"a number of {value.bit_length() * 3 // 10} digits"
    return str(value)
