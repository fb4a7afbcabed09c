"""Colours of words in the page can be read in both themes of JupyterLab."""

import re
from pathlib import Path

import pytest

from studykit import widgets

CSS = (Path(widgets.__file__).parent / "view.css").read_text(encoding="utf-8")
DARK = '[data-jp-theme-light="false"] '
GROUNDS = {"light": ["#FFFFFF", "#F5F5F5"], "dark": ["#111111", "#212121"]}  # JupyterLab's own layout colours
ENOUGH = 4.5  # of WCAG 2, level AA


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def fixed_colours(theme):
    """Colours by selector that a theme does not give itself, in a theme."""
    found = {}
    for selector, rules in re.findall(r"^(.+?) \{(.*?)\}$", CSS, re.MULTILINE):
        colour = re.search(r"(?<![-\w])color: (#[0-9A-Fa-f]{6})", rules)
        dark = selector.startswith(DARK)
        if colour and (not dark or theme == "dark"):
            found[selector.removeprefix(DARK)] = colour[1]
    return found


@pytest.mark.parametrize("theme", GROUNDS)
def test_every_fixed_colour_of_words_can_be_read(theme):
    colours = fixed_colours(theme)
    assert ".xivlab-notice" in colours
    for selector, colour in colours.items():
        for ground in GROUNDS[theme]:
            assert contrast(colour, ground) >= ENOUGH, (
                f"{selector}: {contrast(colour, ground):.1f} on {ground}"
            )


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#A03000", "#111111") < ENOUGH  # what stood there in both themes
