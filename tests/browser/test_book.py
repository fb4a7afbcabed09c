"""The book in a browser: from the disk, without a network."""

import pytest

from notebooks.tools import book


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "book"
    assert book.main(["--folder", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("width", [400, 1280])
def test_search_and_formulas(folder, browser, width):
    """Nothing in the console, nothing asked of a network, no page wider than the screen."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    page.goto((folder / "03_losses_by_hand.html").as_uri())
    assert page.locator(".equation math").first.bounding_box()["width"] > 100
    page.keyboard.press("/")
    page.keyboard.type("batch-hard")
    first = page.locator("#found a").first
    assert "Batch-hard" in first.inner_text()
    first.click()
    page.wait_for_url("**#*")
    assert page.locator("#found").is_hidden()
    page.close()
    assert said == []
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_small_screens_begin_with_the_text(folder, browser):
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.goto((folder / "00_start_here.html").as_uri())
    assert page.locator("h1").bounding_box()["y"] < 250
    page.locator("#contents > summary").click()
    page.get_by_role("link", name="03 The losses by hand").click()
    assert page.url.endswith("03_losses_by_hand.html")
    page.close()
