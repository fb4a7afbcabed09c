"""The pages of readers: three widths, JupyterLab's two themes, two pixel ratios."""

from itertools import product

HEIGHTS = {1366: 768, 1280: 800, 900: 650}  # of a page, in pixels, by its width
THEMES = ("Light", "Dark")
RATIOS = (1, 2)


def change(page, theme):
    """Change the theme of an open JupyterLab or Notebook 7; the server remembers it for the pages that are opened next."""
    page.evaluate(
        f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})"
    )
    page.locator(f"body[data-jp-theme-light={str(theme == 'Light').lower()}]").wait_for(state="attached")


def looks(page, widths=tuple(HEIGHTS), bars=0):
    """Give an open page each width and theme, one after another; at the end it is light again.

    Args:
        page: of JupyterLab or Notebook 7.
        widths: of `HEIGHTS`.
        bars: pixels of the page's height that the browser's own bars take.

    Yields:
        the name of the look, for messages.
    """
    try:
        for theme, width in product(THEMES, widths):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width] - bars})
            change(page, theme)
            page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            yield f"{width} px, {theme.lower()}"
    finally:
        change(page, THEMES[0])
