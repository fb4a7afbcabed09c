"""Long commands end in a sentence."""

import pytest

from studykit.studies.command import end_in_words
from xivlab.errors import XivlabError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (XivlabError("No such row."), "xivlab: No such row."),
        (KeyboardInterrupt(), "xivlab: interrupted; the same command goes on."),
    ],
)
def test_an_error_of_the_user_and_an_interruption_are_one_sentence(error, said):
    def main():
        raise error

    with pytest.raises(SystemExit, match=f"^{said}$"):
        end_in_words(main)


def test_what_ends_well_says_nothing():
    assert end_in_words(lambda: None) is None
