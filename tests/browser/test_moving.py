"""What moves in the book: from the disk, by keyboard, with words that follow, and with Python's numbers."""

import base64
import io

import moving_book
import numpy as np
import pytest
from PIL import Image

from studykit import widgets
from studykit.widgets.generator.weights import Generator, hidden, spread
from studykit.widgets.geometry.data import STARTS, TERMS, Settings, hinges, losses
from studykit.widgets.light.data import COLOUR_CAMERA, telling
from studykit.widgets.light.widget import HEAT, STEPS
from xivlab.world.world import World


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


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [900, 1280, 1366])
def test_a_key_on_the_slider_moves_picture_and_words(opened, width, scheme, ratio):
    look = {"viewport": {"width": width, "height": 768}, "color_scheme": scheme, "device_scale_factor": ratio}
    page = opened(moving_book.FRAMES, **look)
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


@pytest.mark.parametrize("name", ["index", moving_book.FRAMES, moving_book.STUDIO, moving_book.GEOMETRY,
                                  moving_book.LIGHT])  # fmt: skip
def test_nothing_is_wider_than_a_small_screen(opened, name):
    page = opened(name, viewport={"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


@pytest.mark.parametrize("x_input", ["unit", "normalized"])
def test_x_in_the_page_is_that_of_python(written, opened, x_input):
    page, (_, studio, *_) = opened(moving_book.STUDIO), written[1]
    address, other = studio["shared"]["visible"][1], studio["shared"]["infrared"][1]
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
            const { read, generator: { onUnit, apply, sorted, apart } } = xivlab;
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

    page, (*_, geometry, _) = opened(moving_book.GEOMETRY), written[1]
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


def test_light_in_the_page_is_that_of_python(written, opened):
    page, recorded = opened(moving_book.LIGHT), written[1][-1]
    world = World("synthetic-sysu")
    for place, number in enumerate(telling(world)):
        rows = world.index
        row = int(rows.index[(rows["person"] == number) & (rows["camera"] == COLOUR_CAMERA)][0])
        for nm in (400, 630, 850, 1000):
            light, levels = page.evaluate(
                """async ([recording, place, nm]) => {
                const { layersOf, linear, develop } = xivlab.light;
                const light = linear(await layersOf(recording.people[place]), recording, nm);
                return [[...light], [...develop(light, recording.gamma)]];
            }""",
                [recorded, place, nm],
            )
            wanted = world.expose_band(row, nm)
            np.testing.assert_allclose(
                np.reshape(light, wanted.shape), world.band_light(row, nm), rtol=0, atol=1e-6
            )
            # Where light lies on the edge of a step, single precision may fall to the other side.
            different = np.reshape(levels, wanted.shape) != wanted
            assert different.mean() < 0.002


def test_words_at_a_wavelength_are_those_of_python(written, opened):
    page, recorded, panel = opened(moving_book.LIGHT), written[1][-1], widgets.wavelength()
    for place, (_, person) in enumerate(panel.person.options):
        for step in (*STEPS[::4], HEAT):
            panel.set({panel.person: person, panel.slider: step})
            found = page.evaluate(
                "([recording, place, step]) => xivlab.light.words(recording, recording.people[place], step)",
                [recorded, place, step],
            )
            assert found == {name: view.words for name, view in panel.views.items()}


def test_a_key_moves_the_wavelength_and_a_menu_the_person(opened):
    page = opened(moving_book.LIGHT)
    place = page.locator("[data-moves=light]")
    photo, spectra = place.locator(".people"), place.locator("svg[role=img]").last
    assert "at 850 nm (near infrared)" in photo.get_attribute("aria-label")
    page.wait_for_function("document.querySelector('[data-moves=light] .people').dataset.shown == 1")
    before = place.locator("canvas").evaluate("one => one.toDataURL()")
    slider = place.get_by_role("slider", name="wavelength", exact=True)
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "400 nm"
    page.wait_for_function("document.querySelector('[data-moves=light] .people').dataset.shown == 2")
    blue = place.locator("canvas").evaluate("one => one.toDataURL()")
    assert blue != before and "at 400 nm (visible light)" in photo.get_attribute("aria-label")
    place.get_by_label("person").select_option(index=2)
    page.wait_for_function("document.querySelector('[data-moves=light] .people').dataset.shown == 3")
    assert place.locator("canvas").evaluate("one => one.toDataURL()") != blue
    slider.press("End")
    assert "emit" in spectra.get_attribute("aria-label")


def test_the_hand_goes_along_to_the_lower_pictures(opened):
    page = opened(moving_book.LIGHT, viewport={"width": 1366, "height": 450})
    place = page.locator("[data-moves=light]")
    slider, lowest = (
        place.get_by_role("slider", name="wavelength", exact=True),
        place.locator("svg[role=img]").last,
    )
    slider.scroll_into_view_if_needed()
    before = slider.bounding_box()["y"]
    page.mouse.wheel(0, lowest.bounding_box()["y"] - before)
    page.wait_for_function(
        "seen => document.querySelector('[data-moves=light] svg').getBoundingClientRect().y < seen",
        arg=before,
    )
    assert 0 < slider.bounding_box()["y"] < 300 and lowest.bounding_box()["y"] < 450
