"""What moves in the book: from the disk, by keyboard, with words that follow, and with Python's numbers."""

import base64
import io

import moving_book
import numpy as np
import pytest
from PIL import Image

from studykit.widgets.generator.weights import Generator, hidden, spread
from studykit.widgets.geometry.data import STARTS, TERMS, Settings, hinges, losses


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moving") / "book"
    with pytest.MonkeyPatch.context() as patch:
        return folder, moving_book.write(folder, patch)


@pytest.fixture
def opened(written, browser):
    """Opens a page of the book; nothing may be said in the console or asked of a network until the end."""
    said, asked, pages = [], [], []

    def visit(name, **look):
        page = browser.new_page(**look)
        pages.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((written[0] / f"{name}.html").as_uri())
        page.locator("[data-moves] [data-shown]").first.wait_for()
        return page

    yield visit
    for page in pages:
        page.close()
    assert said == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


def test_a_key_on_the_slider_moves_picture_and_words(opened):
    page = opened(moving_book.FRAMES)
    place = page.locator("[data-moves=frames]")
    picture, before = place.locator("svg[role=img]"), place.locator("svg").inner_html()
    slider = place.get_by_role("slider", name="level", exact=True)
    assert slider.get_attribute("aria-valuetext") == "0"
    slider.press("ArrowRight")
    page.wait_for_function("document.querySelector('[data-moves=frames] svg').dataset.shown == 2")
    assert slider.get_attribute("aria-valuetext") == "120"
    assert picture.get_attribute("aria-label") == "Three fields of grey level 120."
    assert place.get_by_role("status").last.inner_text() == "Three fields of grey level 120."
    assert place.locator("svg").inner_html() != before


def test_the_first_page_turns_the_weights_of_g(opened):
    page = opened("index")
    assert page.locator("h1").inner_text() == "Ten weights between day and night"
    picture = page.locator("[data-moves=generator] [role=img]")
    before = picture.get_attribute("aria-label")
    page.get_by_label("w R").press("End")
    assert picture.get_attribute("aria-label") != before
    assert page.get_by_label("numbers").input_value() == "my own"
    page.get_by_label("numbers").select_option("dead ReLU")
    assert "g is dead" in picture.get_attribute("aria-label")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_drawings_have_the_colour_of_the_page(opened, scheme):
    page = opened(moving_book.GEOMETRY, color_scheme=scheme)
    ground, ink = page.evaluate(
        """() => {
        const bright = (of, what) => getComputedStyle(document.querySelector(of))[what].match(/\\d+/g).slice(0, 3)
            .reduce((sum, one) => sum + Number(one), 0) / 765;
        return [bright("body", "backgroundColor"), bright(".xivlab-view figcaption", "color")];
    }"""
    )
    assert abs(ground - ink) > 0.6 and (ground > ink) == (scheme == "light")


@pytest.mark.parametrize("name", ["index", moving_book.FRAMES, moving_book.STUDIO, moving_book.GEOMETRY])
def test_nothing_is_wider_than_a_small_screen(opened, name):
    page = opened(name, viewport={"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


@pytest.mark.parametrize("x_input", ["unit", "normalized"])
def test_x_in_the_page_is_that_of_python(written, opened, x_input):
    page, (_, studio, _) = opened(moving_book.STUDIO), written[1]
    address, other = studio["visible"][1], studio["infrared"][1]
    pixels, infrared = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2]))))
        for one in (address, other)
    )
    rng = np.random.default_rng(3)
    for _ in range(4):
        numbers = rng.uniform(-1.5, 1.5, 10).tolist()
        g = Generator(tuple(numbers), x_input)
        h = hidden(g, pixels / 255)
        x = 255 * spread(g, h)
        ordered = [np.sort(one.reshape(-1, 3), 0) for one in (x, infrared)]
        found = page.evaluate(
            """async ([numbers, x_input, mean, std, address, other]) => {
            const { onUnit, apply, sorted, apart, read } = xivlab.generator;
            const [one, two] = [await read(address), await read(other)];
            const { x, shut } = apply(onUnit({ numbers, x_input }, mean, std), one.pixels);
            return { x: [...x], shut, apart: apart(sorted(x), sorted(two.pixels)) };
        }""",
            [numbers, x_input, studio["mean"], studio["std"], address, other],
        )
        np.testing.assert_allclose(np.reshape(found["x"], x.shape) / 255, x / 255, rtol=0, atol=1e-6)
        assert found["shut"] == pytest.approx((h == 0).mean())
        assert found["apart"] == pytest.approx(np.abs(ordered[0] - ordered[1]).mean(), abs=1e-6)


def test_losses_in_the_page_are_those_of_python(written, opened):
    import torch

    page, (*_, geometry) = opened(moving_book.GEOMETRY), written[1]
    rng = np.random.default_rng(5)
    drawn = [rng.uniform(-2, 8, (3, 4, 2)) for _ in range(6)]
    for points in [*drawn, *(start.points for start in STARTS.values())]:
        settings = Settings(*rng.uniform(0, 3, 3))
        wanted = losses(torch.tensor(points), settings)
        found = page.evaluate(
            "([points, terms, people, settings]) => xivlab.geometry.losses(points, terms, people, settings)",
            [
                points.tolist(), geometry["terms"], geometry["people"],
                {"lam": settings.lam, "between": settings.margin_cross, "within": settings.margin_respective},
            ],
        )  # fmt: skip
        for name in ("L_M", "L_C", "L"):
            assert found[name] == pytest.approx(float(getattr(wanted, name)), abs=1e-6)
        for term, anchors in zip(TERMS, found["every"]):
            pays = hinges(points, term, settings.margin(term)).pays
            assert [one["pays"] for one in anchors] == pytest.approx(pays, abs=1e-6)


def test_keys_move_a_point_and_its_losses(opened):
    page = opened(moving_book.GEOMETRY)
    place = page.locator("[data-moves=geometry]")
    before = place.locator(".numbers p").inner_text()
    place.get_by_label("to the right").press("Home")
    assert place.locator(".numbers p").inner_text() != before
    place.get_by_label("pairs of").select_option("within I (Eq. 10)")
    assert place.get_by_role("img").get_attribute("aria-label").startswith("Anchors within I:")
