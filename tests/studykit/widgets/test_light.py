"""A person from blue to heat: pictures follow the wavelength, words say why."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from studykit.widgets import wavelength
from studykit.widgets.light.data import grey_camera, materials
from studykit.widgets.light.widget import HEAT, STEPS
from xivlab.errors import XivlabError
from xivlab.world import spectra


@pytest.fixture(scope="module")
def panel():
    return wavelength()


@pytest.fixture
def at_start(panel):
    panel.set(
        {
            panel.slider: 850,
            panel.light: "daylight",
            panel.filter: "none",
            panel.person: panel.person.options[0][1],
        }
    )
    return panel


def pixels(panel, canvas="photos"):
    return np.asarray(Image.open(io.BytesIO(panel.views[canvas].data)).convert("L"), float)


def part(panel, number):
    """One of the three photographs, inside its frame."""
    left = (0, 142, 284)[number]
    return pixels(panel)[35:255, left + 5 : left + 110]


def test_the_bright_and_the_dark_of_the_words_are_so_in_the_picture(at_start):
    """The most telling person's upper garment, from visible light to 850 nm, in the photograph itself."""
    world, row = at_start.world, at_start._rows[at_start.person.value]
    upper = materials(world, row)[0]
    assert upper.parts.startswith("upper") and "turned bright" in at_start.views["spectra"].words
    bright, cloth = part(at_start, 1), world.layers(row).labels[::2, ::2] == 4
    mask = np.asarray(Image.fromarray(cloth).resize((116, 232)))[5:225, 5:110]
    at_start.slider.value = 550
    assert bright[mask].mean() > part(at_start, 1)[mask].mean() + 60  # levels of 255
    assert "stays dark" in at_start.views["spectra"].words


def test_one_step_moves_picture_line_and_numbers_and_leaves_the_rest(at_start):
    before = {name: view.data for name, view in at_start.views.items()}
    colour, own = part(at_start, 0), part(at_start, 2)
    at_start.slider.value = 600
    assert all(view.data != before[name] for name, view in at_start.views.items())
    # JPEG spreads a change a few pixels far, and no farther than the gap between photographs.
    np.testing.assert_allclose(part(at_start, 0), colour, atol=4)
    np.testing.assert_allclose(part(at_start, 2), own, atol=4)
    table, worn = spectra.load(), materials(at_start.world, at_start._rows[at_start.person.value])
    lowest = min(table.at(one.name, 600) for one in worn)
    assert f"reflects {lowest:.0%}" in at_start.views["bars"].words


def test_heat_follows_temperatures_and_back(at_start):
    before = at_start.views["bars"].data
    at_start.slider.value = HEAT
    worn = materials(at_start.world, at_start._rows[at_start.person.value])
    warmest = max(worn, key=lambda one: one.celsius)
    assert f"{warmest.celsius:.1f} °C ({warmest.parts})" in at_start.views["bars"].words
    assert "emit" in at_start.views["spectra"].words
    at_start.slider.value = 850
    assert at_start.views["bars"].data == before


def test_a_camera_without_light_sees_noise(at_start):
    """The gain that makes up for a filter makes up noise as well."""
    at_start.set({at_start.light: "850 nm LED", at_start.filter: "passes infrared only"})
    clear = part(at_start, 2)
    at_start.filter.value = "cuts infrared"
    grain = [np.abs(np.diff(one, axis=1)).mean() for one in (clear, part(at_start, 2))]
    assert grain[1] > 5 * grain[0]
    assert "leaves 0.02% of its light" in at_start.views["photos"].words
    assert (
        grey_camera("light:daylight", "filter:ir-pass").read_noise
        > 10 * grey_camera("light:daylight", "filter:none").read_noise
    )


def test_people_can_be_named():
    assert [number for _, number in wavelength([12, 97]).person.options] == [12, 97]
    with pytest.raises(XivlabError, match="no person 9999 in synthetic-sysu"):
        wavelength([9999])


def test_words_fit_the_two_lines_that_are_kept_free(at_start):
    """At every step, person and camera; a line holds 60 letters under the small pictures, 90 under the large one."""
    for person in at_start.person.options:
        for step in (*STEPS[::9], HEAT):
            at_start.set(
                {at_start.person: person[1], at_start.slider: step, at_start.filter: "cuts infrared"}
            )
            for name, most in (("photos", 118), ("bars", 118), ("spectra", 178)):
                assert len(at_start.views[name].words) <= most


def test_readers_without_a_kernel_get_a_picture_of_60_kb(at_start):
    data, _ = at_start._repr_mimebundle_()
    assert len(data["image/jpeg"]) < 60_000 * 4 / 3 + 4


def decoded(address):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))


def test_a_page_without_a_kernel_gets_the_layers_and_what_is_said():
    panel = wavelength([97, 12])
    found = panel.recording()
    assert found["script"] == "light" and found["start"] == [0, 850] and found["sees"] == "without a filter"
    for person, row in zip(found["people"], panel._rows.values(), strict=True):
        layers = panel.world.layers(row)
        np.testing.assert_array_equal(decoded(person["labels"])[..., 0], layers.labels)
        np.testing.assert_array_equal(decoded(person["planes"]), layers.planes)
        np.testing.assert_array_equal(decoded(person["back"]), layers.back_planes)
        worn = materials(panel.world, row)
        assert [one["warmth"] for one in person["worn"]] == [one.warmth for one in worn]
        for one, known in zip(person["worn"], worn):
            np.testing.assert_allclose(
                found["spectra"][one["spectrum"]], spectra.load()[known.name], rtol=0, atol=1e-9
            )
