"""Loss geometry: twelve points to move by hand or by gradient, and every term of the objective as a number."""

import html
import threading
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import torch
from numpy.typing import NDArray

from studykit.widgets import controls
from studykit.widgets.geometry.data import (
    IMAGES,
    MODALITIES,
    PEOPLE,
    STARTS,
    TERMS,
    Hinges,
    Losses,
    Points,
    Settings,
    Term,
    gradient,
    hinges,
    losses,
    step,
)
from studykit.widgets.geometry.pictures import MIDDLE, REACH, Plane, Table
from studykit.widgets.panel import Panel

LAMBDAS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
STEP = 0.1  # of the coordinates: of the sliders, and of a point that is dragged
PERIOD = 0.1  # seconds from step to step while it plays
MOST = 3000  # steps that it plays at most, so that a forgotten widget comes to rest
SUMS = {"L (Eq. 11)": "L", "L_M (Eq. 7)": "L_M", "L_C (Eq. 3)": "L_C", "only the drawn term": "term"}
ALL = -1  # anchors: a menu shows nothing for None
THIRD = ipywidgets.Layout(width="258px", max_width="100%")


class LossGeometry(Panel):
    """Two people of two images each, in infrared, X and visible light, as points whose loss is worked out.

    Points are dragged, or moved by slider, or by the gradient of a loss. Lines lead from each anchor of the
    chosen term to its hardest positive and negative; arrows say where the chosen loss would move each point.
    The identity loss is left at 0, that of a classifier which is always sure and right.
    """

    def __init__(self) -> None:
        self._playing: threading.Event | None = None
        self._held: int | None = None
        self._press = 0
        self._make_controls()
        self._plane, self._table = Plane(), Table()
        self._begin()
        follows = [self.term, self.anchor, self.lower, self.lam, self.margin_cross, self.margin_respective]
        super().__init__(self._laid_out(), {"plane": self._plane, "table": self._table}, follows)
        self.add_class("xivlab-long-words")
        self.views["plane"].reacts = True
        self.views["plane"].observe(self._pointed, "pointer")
        self.start.observe(lambda _: self._restart(), "value")
        self.point.observe(lambda _: self._choose(), "value")
        for place, slider in enumerate(self.place):
            slider.observe(lambda change, place=place: self._slid(place, change["new"]), "value")
        self.reset_button.on_click(lambda _: self.reset())
        self.step_button.on_click(lambda _: self.step())
        self.play_button.on_click(lambda _: self.play() if self._playing is None else self.pause())

    def _make_controls(self) -> None:
        paper = Settings()
        self.start = controls.choice("start", list(STARTS), next(iter(STARTS)))
        self.reset_button = controls.button("Reset", "Put the points back to where this arrangement begins")
        self.about = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%", min_height="40px"))
        terms = [(f"{term.name} (Eq. {term.equation})", row) for row, term in enumerate(TERMS)]
        self.term = controls.choice("pairs of", terms, 5)
        anchors = [("all four", ALL), *((image, i) for i, image in enumerate(IMAGES))]
        self.anchor = controls.choice("anchor", anchors, ALL)
        self.lower = controls.choice("arrows and steps lower", list(SUMS.items()), "L")
        self.step_button = controls.button("One gradient step", "Move every point against the gradient")
        self.play_button = controls.button("Play", "Ten gradient steps a second, until you pause")
        self.play_button.layout.width = "76px"  # the same for Play and Pause
        self.lam = controls.steps("λ", [(f"{lam:g}", lam) for lam in LAMBDAS], paper.lam)
        self.rate = controls.steps("learning rate", [(f"{rate:g}", rate) for rate in RATES], RATES[0])
        self.margin_cross = controls.slider("α₁, between", paper.margin_cross, 0, 5, STEP)
        self.margin_respective = controls.slider("α₂, within", paper.margin_respective, 0, 5, STEP)
        points = [
            (f"{m} {image}", 4 * i + j) for i, m in enumerate(MODALITIES) for j, image in enumerate(IMAGES)
        ]
        self.point = controls.choice("point", points, 0)
        self.place = tuple(
            controls.slider(label, middle, middle - REACH, middle + REACH, STEP)
            for label, middle in zip(("to the right", "upwards"), MIDDLE)
        )
        for slider in (self.lam, self.rate, self.margin_cross, self.margin_respective, *self.place):
            slider.layout = THIRD

    def _laid_out(self) -> list[ipywidgets.Widget]:
        rows = (
            [self.start, self.reset_button, self.about],
            [self.term, self.anchor, self.lower],
            [self.step_button, self.play_button, self.rate],
            [self.lam, self.margin_cross, self.margin_respective],
            [self.point, *self.place],
        )
        layout = ipywidgets.Layout(
            flex_flow="row wrap", align_items="center", grid_gap="0 14px", width="100%"
        )
        return [ipywidgets.Box(row, layout=layout) for row in rows]

    @property
    def settings(self) -> Settings:
        """Margins and lambda of the sliders."""
        return Settings(self.margin_cross.value, self.margin_respective.value, self.lam.value)

    def recording(self) -> dict[str, Any]:
        """The arrangements and the terms; a page works out the rest itself."""
        starts = [
            {"name": name, "points": start.points.tolist(), "lam": start.lam, "about": start.about}
            for name, start in STARTS.items()
        ]
        terms = [
            {"name": term.name, "equation": term.equation, "anchor": term.anchor, "other": term.other}
            for term in TERMS
        ]
        paper = Settings()
        return {
            "script": "geometry",
            "starts": starts,
            "terms": terms,
            "people": list(PEOPLE),
            "images": list(IMAGES),
            "modalities": list(MODALITIES),
            "lambdas": list(LAMBDAS),
            "margins": [paper.margin_cross, paper.margin_respective],
            "term": self.term.value,
            "middle": list(MIDDLE),
            "reach": REACH,
            "size": list(self._plane.size),
        }

    def draw(self) -> dict[str, str]:
        settings, chosen = self.settings, TERMS[self.term.value]
        every = [hinges(self.points, term, settings.margin(term)) for term in TERMS]
        values = losses(torch.tensor(self.points), settings)
        slope = gradient(self.points, settings, self._lowered())
        anchors = range(4) if self.anchor.value == ALL else [self.anchor.value]
        found = every[self.term.value]
        self._plane.contain(self.points)
        self._plane.show(self.points, slope, chosen, found, anchors, self.point.value)
        self._table.show(every, values, settings, self.term.value)
        lowered = next(name for name, what in SUMS.items() if what == self.lower.value)
        return {
            "plane": f"{anchors_in_words(chosen, found, anchors, settings)} {moves_in_words(slope, lowered)}",
            "table": sums_in_words(values, settings, self.steps),
        }

    def step(self) -> bool:
        """One step of gradient descent on the chosen loss, with the chosen learning rate.

        Returns:
            whether a point moved.
        """
        with self._busy:
            slope = gradient(self.points, self.settings, self._lowered())
            moves = bool(slope.any())
            if moves:
                self.points = step(self.points, slope, self.rate.value)
                self.steps += 1
                self._load()  # while it plays, too: what the sliders say is true
                self.refresh()
        return moves

    def play(self) -> None:
        """Take steps in a thread until `pause`, until nothing moves any more, or for five minutes."""
        with self._busy:
            if self._playing is None:
                self._playing = threading.Event()
                self.play_button.description = "Pause"
                self._enable(False)
                threading.Thread(target=self._play, args=(self._playing,), daemon=True).start()

    def pause(self) -> None:
        """Stop taking steps; returns at once."""
        with self._busy:
            if self._playing is not None:
                self._playing.set()
                self._playing = None
                self.play_button.description = "Play"
                self._load()
                self._enable(True)

    def reset(self) -> None:
        """Put the points back to where the arrangement begins; margins, lambda and learning rate stay."""
        with self._busy:
            self.pause()
            rate = self.rate.value
            self._begin()
            self.rate.value = rate
            self.refresh()

    def _play(self, stop: threading.Event) -> None:
        for _ in range(MOST):
            began = time.monotonic()
            with self._busy:
                # Asked here and not only by the clock: a pause that came while this waited must count.
                if stop.is_set() or not self.step():
                    break
            stop.wait(max(0.01, PERIOD - (time.monotonic() - began)))
        with self._busy:
            if self._playing is stop:
                self.pause()

    def _lowered(self) -> str | Term:
        return TERMS[self.term.value] if self.lower.value == "term" else self.lower.value

    def _begin(self) -> None:
        """The arrangement of the menu, but for its lambda; without drawing."""
        start = STARTS[self.start.value]
        self.points, self.steps = start.points.copy(), 0
        self.about.value = f'<div class="xivlab-note">{html.escape(start.about)}</div>'
        self.rate.value = start.rate
        self._plane.fit(REACH)
        self._load()

    def _restart(self) -> None:
        with self._busy:
            self.pause()
            self._begin()
            self.set({self.lam: STARTS[self.start.value].lam})

    def _enable(self, free: bool) -> None:
        """Coordinates can be set by slider only while nothing else sets them."""
        for control in (self.step_button, *self.place):
            control.disabled = not free

    def _at(self) -> NDArray[np.float64]:
        """The chosen point, (2,), a view."""
        return self.points.reshape(-1, 2)[self.point.value]

    def _load(self) -> None:
        """Set the coordinates' sliders to the chosen point."""
        for slider, value, middle in zip(self.place, self._at(), MIDDLE):
            reach = float(np.ceil(self._plane.reach)) if self._plane.reach > REACH else REACH
            slider.min, slider.max = min(slider.min, middle - reach), max(slider.max, middle + reach)
            slider.value = float(value)

    def _slid(self, place: int, value: float) -> None:
        """A coordinate was set by slider."""
        with self._busy:
            now = self._at()[place]
            # The page tells the nearest step of what it was given: that is nobody's move.
            same = value == now or abs(value - STEP * round(now / STEP)) < STEP / 1000
            if not same and self._held is None and self._playing is None:
                self._at()[place] = value
                self.refresh()

    def _choose(self) -> None:
        with self._busy:
            self._load()
            self.refresh()

    def _pointed(self, change: dict[str, Any]) -> None:
        """The pointer took a point, moved it, or let it go; quick moves arrive as one."""
        told = change["new"]
        with self._busy:
            if told["press"] != self._press:
                self._press = told["press"]
                self._held = self._plane.nearest(self.points, *told["from"])
                if self._held is not None:
                    self.point.value = self._held
                    self._offset = self._at() - self._plane.spot(*told["from"])
            if self._held is not None and told["at"] != told["from"]:
                place = self._plane.spot(*told["at"]) + self._offset
                self._at()[:] = (place / STEP).round() * STEP
                self.refresh()
            if not told["down"] and self._held is not None:
                self._held = None
                self._load()


def anchors_in_words(term: Term, found: Hinges, anchors: Sequence[int], settings: Settings) -> str:
    """Which anchors of a term are content, and what the others pay."""
    margin = settings.margin(term)
    if len(anchors) == 1:
        (one,) = anchors
        d_p, d_n = found.d_p[one], found.d_n[one]
        who = f"{MODALITIES[term.anchor]} {IMAGES[one]}"
        said = (
            f"{who} {term.place}: its hardest positive, {IMAGES[found.positive[one]]}, at {d_p:.2f}, its hardest "
            f"negative, {IMAGES[found.negative[one]]}, at {d_n:.2f}."
        )
        total = f"{margin:g} + {d_p:.2f} − {d_n:.2f}"
        if found.pays[one]:
            return f"{said} It pays {total} = {found.pays[one]:.2f}."
        return f"{said} It is content: {total} is not above 0."
    content = [IMAGES[i] for i in anchors if not found.pays[i]]
    paying = [f"{IMAGES[i]} pays {found.pays[i]:.2f}" for i in anchors if found.pays[i]]
    if not paying:
        return f"Anchors {term.name}: all are content."
    if not content:
        return f"Anchors {term.name}: nobody is content; {', '.join(paying)}."
    verb = "is" if len(content) == 1 else "are"
    return f"Anchors {term.name}: {' and '.join(content)} {verb} content; {', '.join(paying)}."


def moves_in_words(slope: Points, lowered: str) -> str:
    """What the arrows say."""
    count = int(slope.any(-1).sum())
    if not count:
        return f"The gradient of {lowered} is 0 at every point: nothing moves."
    return f"Arrows: {count} of {slope[..., 0].size} points move when {lowered} is lowered."


def sums_in_words(values: Losses, settings: Settings, steps: int) -> str:
    """The objective, and where the points are on their way."""
    L_M, L_C, L = (float(value) for value in (values.L_M, values.L_C, values.L))
    when = f" after {steps} step{'' if steps == 1 else 's'}" if steps else ""
    return (
        f"L = L_M + λ L_C = {L_M:.2f} + {settings.lam:g} · {L_C:.2f} = {L:.2f}{when}. If all fell into one point, L_M "
        f"would be {3 * settings.margin_respective:.2f} and L_C {4 * settings.margin_cross:.2f}. Eq. 9 is held at 0."
    )
