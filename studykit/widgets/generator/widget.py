"""X studio: the ten numbers of g by hand, and what X they make of several people, or of a picture of the reader's own."""

import html
import itertools
from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from studykit.widgets import controls
from studykit.widgets.generator.data import HEIGHT, WIDTH, draw_people, draw_sample, to_show
from studykit.widgets.generator.pictures import OWN_TALL, OWN_WIDE, Histograms, Pair, Photos
from studykit.widgets.generator.upload import MOST_BYTES, open_picture
from studykit.widgets.generator.weights import (
    INITIAL,
    OWN,
    PRESETS,
    TRAINED,
    Generator,
    hidden,
    named,
    of_run,
    preset,
    spread,
    trained,
)
from studykit.widgets.panel import Panel
from studykit.widgets.recording import lossless
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.model import MEAN, STD
from xivlab.runs.run import Run
from xivlab.scale import current

PEOPLE = 5
# By title: the sliders' names, and how far they reach to both sides. V lies in [0, 1], and so do the X that can be seen.
GROUPS = {
    "mix: h = max(0, w·V + b)": {"w R": 1.0, "w G": 1.0, "w B": 1.0, "b": 0.5},
    "spread: a·h": {"a R": 1.5, "a G": 1.5, "a B": 1.5},
    "shift: X = a·h + d": {"d R": 0.5, "d G": 0.5, "d B": 0.5},
}
STEP, DIGITS = 0.01, 2  # the page holds no more of a number than its step
ABOUT = "font-size: 13px; line-height: 19px; min-height: 38px"  # two lines, so that none moves the sliders


FEW = 5  # trained g in the menu, if no run is named


class XStudio(Panel):
    """Ten sliders, the X that they make beside V and I, and how far that is from infrared.

    Args:
        run: whose trained g to begin with; the first at hand if not given, or where training starts.
        data: the people; those of the current scale if not given.

    Raises:
        XivlabError: the run has no ten numbers, or the data have nobody in both modalities.
    """

    def __init__(self, run: Run | None = None, data: DataSet | None = None) -> None:
        scale = current()
        self._data = scale.load() if data is None else data
        self._people, self._seed = draw_people(self._data.train, PEOPLE), 0
        self._sample = draw_sample(self._data.train)
        self._own: tuple[NDArray[np.uint8], str] | None = None
        self._trained = trained(scale, self._data)
        if run is None:  # a reader who has trained none is not asked to choose among thirty
            self._trained = dict(itertools.islice(self._trained.items(), FEW))
        else:
            self._trained = {named(run.config(), "given"): lambda: of_run(run)} | self._trained
        self._make_controls()
        self._loaded_name = self._name = self.preset.value
        self._loaded, self._about = self._look_up(self._name)
        self._shown: Generator | None = None
        for slider, number in zip(self.weights, self._loaded.numbers):
            _reach(slider, number)
            slider.value = round(number, DIGITS)
        self._photos = Photos(len(self._people.visible), WIDTH / HEIGHT)
        self._histograms, self._pair = Histograms(), Pair()
        self._show_people()
        canvases = {
            "photos": self._photos.canvas,
            "histograms": self._histograms.canvas,
            "own": self._pair.canvas,
        }
        super().__init__(self._laid_out(), canvases, self.weights)
        self.views["own"].layout.display = "none"  # until there is one
        self.preset.observe(self._choose, "value")
        self.run.observe(lambda _: self._load(TRAINED), "value")
        self.others.on_click(lambda _: self._draw_others())
        self.upload.observe(self._open, "value")
        self.remove.on_click(lambda _: self._drop())

    def _make_controls(self) -> None:
        names = list(self._trained)
        options = [name for name in PRESETS if names or name != TRAINED] + [OWN]
        self.preset = controls.choice("numbers", options, TRAINED if names else INITIAL)
        names = names or ["none yet: train a run first"]
        self.run = controls.choice("trained g", names, names[0])
        self.run.disabled = not self._trained
        self.about = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))
        self.weights: list[ipywidgets.FloatSlider] = []
        for group in GROUPS.values():
            for name, most in group.items():
                slider = controls.slider(name, 0, -most, most, STEP)
                slider.layout = ipywidgets.Layout(width="100%")
                slider.style = {"description_width": "28px"}  # so that the tracks stand under each other
                self.weights.append(slider)
        self.others = controls.button("Other people", "Draw other people of the training set")
        self.upload = ipywidgets.FileUpload(
            accept=".jpg,.jpeg,.png,.webp",
            description="A picture of your own",
            tooltip="Show a picture of your own and its X; it goes no farther than this notebook's kernel",
            layout=ipywidgets.Layout(width="max-content"),
        )
        self.remove = controls.button("Remove it", "Forget the picture of your own")
        self.remove.disabled = True

    def _laid_out(self) -> list[ipywidgets.Widget]:
        sliders, columns = iter(self.weights), []
        for title, group in GROUPS.items():
            heading = ipywidgets.HTML(f"<b>{title}</b>")
            column = ipywidgets.VBox([heading, *(next(sliders) for _ in group)])
            column.layout = ipywidgets.Layout(flex="1 1 210px", max_width="290px", align_self="flex-start")
            columns.append(column)
        limit = ipywidgets.HTML(f"JPEG, PNG or WebP of at most {MOST_BYTES / 1e6:.0f} MB")
        buttons = ipywidgets.Box([self.others, self.upload, self.remove, limit])
        buttons.layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center", width="100%")
        return [self.preset, self.run, self.about, *columns, buttons]

    @property
    def generator(self) -> Generator:
        """g as the sliders say; where one stands at the number loaded into it, that number, not rounded."""
        pairs = zip(self.weights, self._loaded.numbers)
        numbers = (
            loaded if abs(slider.value - round(loaded, DIGITS)) < STEP / 2 else slider.value
            for slider, loaded in pairs
        )  # fmt: skip
        return Generator(tuple(numbers), self._loaded.x_input)

    def draw(self) -> dict[str, str]:
        g = self.generator
        if g == self._shown:  # the page has only told what it was given
            return {}
        self._shown = g
        self._name = self._loaded_name if g == self._loaded else OWN
        self.preset.value = self._name
        self._say_about("Numbers of your own." if self._name == OWN else self._about)
        said = {"photos": self._draw_photos(g), "histograms": self._draw_histograms(g)}
        return said | ({"own": self._draw_own(g)} if self._own else {})

    def recording(self) -> dict[str, Any]:
        """The people, pixel by pixel, and the menu of numbers; a page works out the rest itself."""
        known = [name for name in PRESETS if self._trained or name != TRAINED]
        menu = []
        for name in known:
            g, about = self._look_up(name)
            menu.append({"name": name, "about": about, "numbers": list(g.numbers), "x_input": g.x_input})
        return {
            "script": "generator",
            "shared": {
                "visible": [lossless(image) for image in self._people.visible],
                "infrared": [lossless(image) for image in self._people.infrared],
            },
            "menu": menu,
            "start": known.index(self.preset.value) if self.preset.value in known else 0,
            "groups": [[title, list(group.items())] for title, group in GROUPS.items()],
            "mean": list(MEAN),
            "std": list(STD),
        }

    def _draw_photos(self, g: Generator) -> str:
        people = self._people
        h = hidden(g, people.light)
        x = 255 * spread(g, h)
        apart = people.apart(x)
        self._photos.show_x(to_show(x), apart)
        return (
            f"X is {apart.mean():.1f} levels from I on average, V is {people.visible_apart.mean():.1f}. "
            f"{_shut(h)}"
        )

    def _draw_histograms(self, g: Generator) -> str:
        sample = self._sample
        means = sample.x(g)
        self._histograms.show(sample.visible, means, sample.infrared)
        red, green, blue = np.median(means, 0)
        return f"As Fig. 3, for {len(means)} images. Medians of X: R {red:.0f}, G {green:.0f}, B {blue:.0f}."

    def _draw_own(self, g: Generator) -> str:
        picture, name = self._own
        h = hidden(g, picture.astype(np.float32) / 255)
        self._pair.show(picture, to_show(255 * spread(g, h)))
        return f"Left, your {name}; right, its X. {_shut(h)}"

    def _look_up(self, name: str) -> tuple[Generator, str]:
        """The numbers that a word of the menu stands for, and a sentence about them."""
        if name != TRAINED:
            return preset(name, self._people.light)
        g = self._trained[self.run.value]()
        sees = "" if g.x_input == "unit" else " This g sees V normalised."
        return g, f"Learnt by {self.run.value}.{sees}"

    def _choose(self, change: dict[str, Any]) -> None:
        name = change["new"]
        if name == OWN and name != self._name:
            self._say_about("Move any of the sliders.")
        elif name != self._name:  # chosen by hand, not written by `draw`
            self._load(name)

    def _load(self, name: str) -> None:
        try:
            g, about = self._look_up(name)
        except XivlabError as error:
            self.say(str(error))
            return
        with self._busy:
            self._loaded_name, self._loaded, self._about = name, g, about
            self._shown = None
            for slider, number in zip(self.weights, g.numbers):
                _reach(slider, number)
            self.set({slider: round(number, DIGITS) for slider, number in zip(self.weights, g.numbers)})

    def _say_about(self, sentence: str) -> None:
        self.about.value = f"<div style='{ABOUT}'>{html.escape(sentence)}</div>"

    def _draw_others(self) -> None:
        with self._busy:
            self._seed += 1
            self._people = draw_people(self._data.train, PEOPLE, self._seed)
            self._show_people()
            self._shown = None
        if self._name == OWN:
            self.refresh()
        else:  # what hangs on the people, such as the sum nearest to V, is found anew
            self._load(self._name)

    def _show_people(self) -> None:
        people = self._people
        self._photos.show_people(people.visible, people.infrared, people.visible_apart)

    def _open(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        file = change["new"][0]
        try:
            picture = open_picture(bytes(file["content"]), file["name"], OWN_WIDE, OWN_TALL)
        except XivlabError as error:
            self.upload.value = ()  # so that the same file, mended, can be chosen again
            self.say(str(error))
            return
        with self._busy:
            self._own, self._shown = (picture, file["name"]), None
            self.refresh()
            self.views["own"].layout.display = None
            self.remove.disabled = False

    def _drop(self) -> None:
        with self._busy:
            self._own, view = None, self.views["own"]
            view.layout.display = "none"
            view.show(None, "")
            self.upload.value = ()
            self.remove.disabled = True


def _reach(slider: ipywidgets.FloatSlider, number: float) -> None:
    """Make a slider long enough for a number, so that nothing learnt is cut off."""
    slider.max = max(slider.max, float(np.ceil(2 * abs(number)) / 2))
    slider.min = -slider.max


def _shut(h: NDArray[np.float32]) -> str:
    """The state of the ReLU in words."""
    share = float((h == 0).mean())
    if share == 1:
        return "The ReLU is shut at every pixel: g is dead."
    return f"The ReLU is shut at {share:.0%} of the pixels."
