"""A person from blue to heat: pictures follow the wavelength, and reasons follow from the spectra."""

import io

import numpy as np
import pytest
from PIL import Image

from xivlab import spectra
from xivlab.errors import XivlabError
from xivlab.widgets import wavelength
from xivlab.widgets.wavelength import (
    HEAT,
    STEPS,
    absorbed,
    fate,
    grey_camera,
    materials,
    telling,
    visible,
    weights,
)
from xivlab.world import World


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


def pixels(panel, stage="photos"):
    return np.asarray(Image.open(io.BytesIO(panel.views[stage].data)).convert("L"), float)


def part(panel, number):
    """One of the three photographs, inside its frame."""
    left = (0, 157, 314)[number]
    return pixels(panel)[35:255, left + 5 : left + 110]


@pytest.mark.parametrize("level", range(5))
def test_carbon_is_told_from_dye_by_the_spectrum_alone(level):
    """The mixed fabrics know how much carbon they hold (K/S, in their source); reading it off knows nothing of that."""
    name = f"fabric:black-c{level}"
    holds = float(spectra.load().about.loc[name, "source"].rpartition(" ")[2])
    assert absorbed(name, 850).carbon == pytest.approx(
        holds, rel=0.02, abs=0.01
    )  # dyes leave a trace at 800 nm
    # Black dye is as strong as 26 at its peaks, and gone where the camera's lamp is.
    assert absorbed(name, 580).dye > 20 and absorbed(name, 850).dye < 0.02


@pytest.mark.parametrize(
    ("fabric", "nanometres", "words"),
    [
        ("fabric:black-c0", 850, "turned bright, 2% → 64%: its dye"),
        ("fabric:black-c4", 850, "stays dark, 1% → 5%: carbon"),
        ("fabric:black-c0", 500, "stays dark, 2% → 1%: its dye"),
        ("fabric:polyester-black", 850, "turned bright, 2% → 74%: its dye"),
        ("fabric:yellow-c0", 440, "turned dark"),
        ("fabric:white-c0", 850, "hardly changes, 59% → 64%"),
    ],
)
def test_fates_of_fabrics(fabric, nanometres, words):
    assert fate(fabric, nanometres).startswith(words)


def test_the_bright_and_the_dark_of_the_words_are_so_in_the_picture(at_start):
    """The most telling person's upper garment, from visible light to 850 nm, in the photograph itself."""
    world, row = at_start.world, at_start._rows[at_start.person.value]
    upper = materials(world, row)[0]
    assert upper.parts.startswith("upper") and "turned bright" in at_start.views["spectra"].words
    bright, cloth = part(at_start, 1), world._geometry(int(world._rows["buffer"].iloc[row]))[0][::2, ::2] == 4
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
    assert warmest.parts == "skin" and f"{warmest.celsius:.1f} °C (skin)" in at_start.views["bars"].words
    assert "emit" in at_start.views["spectra"].words
    at_start.slider.value = 850
    assert at_start.views["bars"].data == before


def test_the_curve_of_the_camera_is_light_filter_and_sensor():
    table = spectra.load()
    curve, left = weights("light:tungsten", "filter:ir-pass")
    product = table["light:tungsten"] * table["filter:ir-pass"] * table["sensor:mono"]
    np.testing.assert_allclose(curve * product.max(), product)
    assert left == pytest.approx(product.sum() / (table["light:tungsten"] * table["sensor:mono"]).sum())
    assert weights("light:daylight", "filter:none")[1] == 1


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


def test_materials_are_those_that_show():
    world = World("synthetic-sysu")
    found = materials(world, 0)
    own = world.person(int(world.index["person"][0]))["materials"]
    for one in found:
        assert all(own[name.replace(" ", "_")] == one.name for name in one.parts.split(", "))
    assert len({one.name for one in found}) == len(found) <= 6


def test_telling_people_train_and_differ_in_colour():
    world = World("synthetic-sysu")
    people = telling(world, 5)
    split = world.index.groupby("person")["split"].first()
    assert len(set(people)) == 5 and set(split[people]) == {"train"}
    upper, lower = (world.person(people[0])["materials"][part] for part in ("upper", "lower"))
    assert abs(visible(upper) - visible(lower)) < 0.1  # alike for the eye


def test_people_can_be_named():
    assert [number for _, number in wavelength([12, 97]).person.options] == [12, 97]
    with pytest.raises(XivlabError, match="no person 9999 in synthetic-sysu"):
        wavelength([9999])


def test_words_fit_the_two_lines_that_are_kept_free(at_start):
    """At every step, person and camera; a line holds 60 letters under half a page, 125 under a whole one."""
    for person in at_start.person.options:
        for step in (*STEPS[::9], HEAT):
            at_start.set(
                {at_start.person: person[1], at_start.slider: step, at_start.filter: "cuts infrared"}
            )
            for name, most in (("photos", 118), ("bars", 118), ("spectra", 240)):
                assert len(at_start.views[name].words) <= most


def test_readers_without_a_kernel_get_a_picture_of_60_kb(at_start):
    data, _ = at_start._repr_mimebundle_()
    assert len(data["image/jpeg"]) < 60_000 * 4 / 3 + 4
