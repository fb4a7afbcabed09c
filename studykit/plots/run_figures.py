"""Figures of one run by name; `studykit.plots.figure_files` writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studykit.analysis.activation import activation_maps, overlay
from studykit.analysis.gap import pair_distances
from studykit.analysis.intervals import Interval, person_means
from studykit.analysis.projection import plane, some_people, tsne
from studykit.analysis.wavelengths import features_of, measure, scenes
from studykit.analysis.x_images import (
    Generator,
    generator_of,
    intensities,
    random_triples,
    shown,
    worst_triples,
)
from studykit.analysis.x_position import x_place
from studykit.plots.charts import cmc_curves, training_curves
from studykit.plots.gap import (
    NAMES,
    by_modality,
    by_person,
    channel_histograms,
    distance_histograms,
    intensity_rows,
    map_grid,
    people_plane,
    rulers,
)
from studykit.plots.images import image_strip, ranked_lists
from studykit.plots.picture import COLOUR, FONT, INK, MARKER, WIDTH, Picture, plot_axes
from studykit.plots.pipeline import pipeline
from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.data.images import MODALITY_CODE, Images, Modality, resize
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings
from xivlab.evaluation.protocols import PROTOCOLS
from xivlab.evaluation.retrieval import first_of_each_person, ranked_list, search
from xivlab.model import Networks
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model

MOST = 3000  # of each modality in Fig. 3, drawn by seed
PEOPLE = 5  # in Fig. 4
SHOTS = 4  # images of a person and modality in Fig. 1
STRANGERS = 40  # visible images of others in the plane of Fig. 2
POINTS = 200  # of a t-SNE, X not counted
PERPLEXITIES = (5, 30, 60)
WAYS = {"v": "D(I, V)", "x": "D(I, X)", "v+x": "the sum, Eq. 2"}  # test distances, in words


@dataclass(frozen=True, eq=False)
class Material:
    """What the figures of a run are made from, read when it is first asked for."""

    run: Run
    data: DataSet
    config: Config
    embeddings: Embeddings

    @classmethod
    def of(cls, run: Run, data: DataSet) -> "Material":
        """Of a finished run and the data that it was trained on.

        Raises:
            XivlabError: the run is not finished, cannot be read, or was trained on other data.
        """
        config = run.config()
        if not run.finished:
            raise XivlabError(
                f"{run.folder} is not finished: go on with it by xivlab train --resume {run.folder}, then draw it."
            )
        run.check_data(data)
        return cls(run, data, config, run.embeddings())

    @cached_property
    def model(self) -> Networks:
        """The best model, on the CPU."""
        return load_model(self.run).cpu()

    @property
    def generator(self) -> Generator:
        """g; an XivlabError if there is none."""
        return generator_of(self.model)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images as the network sees them."""
        return self.config.height, self.config.width

    @cached_property
    def means(self) -> dict[str, NDArray[np.float64]]:
        """By modality, the intensities of training images, (n, 3)."""
        generator, images = self.generator, Images.of(self.data.train, *self.size)
        rows = {
            name: np.random.default_rng(0).permutation(images.rows(name))[:MOST] for name in MODALITY_CODE
        }
        return {
            "visible": intensities(images, rows["visible"]),
            "x": intensities(images, rows["visible"], generator),
            "infrared": intensities(images, rows["infrared"]),
        }

    def photos(self, modality: Modality, rows: NDArray[np.intp] | list[int]) -> NDArray[np.uint8]:
        """Test images by their rows in the embeddings, (n, H, W, 3), at the size that they are kept in."""
        test = self.data.test
        return np.asarray(test.pixels[np.flatnonzero(test.modality == MODALITY_CODE[modality])[rows]])


def _curves(made: Material) -> Picture:
    return training_curves(made.run.log(), made.run.metrics())


def _fig1(made: Material) -> Picture:
    e = made.embeddings
    both = np.intersect1d(e.visible_person, e.infrared_person)
    four = np.sort(np.random.default_rng(0).permutation(both)[:4])
    sets = {"infrared": (e.infrared, e.infrared_person), "x": (e.x, e.visible_person)}
    sets["visible"] = e.visible, e.visible_person
    sets = {name: one for name, one in sets.items() if one[0] is not None}
    shots = min(SHOTS, *(int(np.sum(person == p)) for _, person in sets.values() for p in four))
    parts = []
    for features, person in sets.values():
        mine = [np.flatnonzero(person == p) for p in four]
        parts.append(features[np.concatenate([rows[:: len(rows) // shots][:shots] for rows in mine])])
    view = plane(np.concatenate(parts))
    panel = dict(zip(sets, np.split(view.points, len(parts))))
    said = [NAMES[name] for name in sets]
    picture = people_plane(
        {f"{view.kept:.0%} of the variance": panel},
        np.repeat(four, shots),
        f"Fig. 1: {len(four)} test people drawn by seed, {shots} {', '.join(said[:-1])} and {said[-1]} images of "
        f"each, in the plane where their features vary most; it holds {view.kept:.0%} of the variance.",
    )
    picture.set_figwidth(WIDTH)  # or the legend of a single panel is cut off
    return picture


def _fig2(made: Material) -> Picture:
    generator, e, kind = made.generator, made.embeddings, made.config.test_distance
    # The first query of the list whose person comes first but not everywhere: a list with both marks teaches more.
    queries = [q for q in first_of_each_person(e, len(np.unique(e.infrared_person)))]
    lists = [ranked_list(e, query, made.config.protocol, kind, 6) for query in queries]
    one = next((one for one in lists if one.right[0] and not one.right.all()), lists[0])
    person = e.infrared_person[one.query]
    mine = next((row for row, right in zip(one.found, one.right) if right), None)
    mine = np.flatnonzero(e.visible_person == person)[0] if mine is None else mine
    others = np.flatnonzero(e.visible_person != person)
    others = np.random.default_rng(0).permutation(others)[:STRANGERS]
    view = plane(np.concatenate([e.infrared[[one.query]], e.visible[[mine]], e.x[[mine]], e.visible[others]]))
    V, I = made.photos("visible", [mine]), made.photos("infrared", [one.query])
    return pipeline(
        {"visible": V[0], "x": shown(generator, V)[0], "infrared": I[0]},
        dict(zip(("infrared", "visible", "x"), view.points[:3])),
        view.points[3:],
        made.photos("visible", one.found),
        one.right,
    )


def _fig3(made: Material) -> Picture:
    picture = channel_histograms({"visible": made.means["visible"], "X": made.means["x"]})
    picture.alt = f"Fig. 3, visible against X. {picture.alt}"
    return picture


def _fig3_infrared(made: Material) -> Picture:
    return intensity_rows(made.means)


def _fig4(made: Material) -> Picture:
    visible, infrared = random_triples(made.embeddings, PEOPLE)
    titles = [f"person {p}" for p in made.embeddings.visible_person[visible]]
    alt = (
        "Fig. 4: test people drawn by seed, a column each: a visible image, X made from it, and an infrared "
        f"image of another moment. They are {', '.join(titles)}."
    )
    return _triples(made, visible, infrared, titles, alt)


def _fig4_worst(made: Material) -> Picture:
    generator_of(made.model)  # says so if there is none
    visible, infrared, distance = worst_triples(made.embeddings, PEOPLE)
    alt = (
        "Fig. 4 of the worst cases: the test people whose infrared image and X are farthest apart in features, a "
        f"column each: visible, X, infrared. The distances are {', '.join(f'{d:.2f}' for d in distance)}."
    )
    return _triples(made, visible, infrared, [f"D = {d:.2f}" for d in distance], alt)


def _triples(
    made: Material, visible: NDArray[np.intp], infrared: NDArray[np.intp], titles: Sequence[str], alt: str
) -> Picture:
    V, I = made.photos("visible", visible), made.photos("infrared", infrared)
    return image_strip([V, shown(made.generator, V), I], titles, ["visible", "X", "infrared"], alt)


def _cmc(made: Material) -> Picture:
    protocol = made.config.protocol
    ways = PROTOCOLS[protocol].directions
    curves = {}
    for query, gallery in ways:
        for kind in made.embeddings.kinds:
            label = (
                WAYS[kind] if len(ways) == 1 else f"{WAYS[kind]}; {query[0].upper()} to {gallery[0].upper()}"
            )
            curves[label] = search(made.embeddings, protocol, kind, query, gallery).cmc
    return cmc_curves(curves)


def _distances(made: Material) -> Picture:
    titles = {"v": "infrared to visible", "x": "infrared to X"}
    return distance_histograms(
        {
            titles[kind]: pair_distances(made.embeddings, kind, made.config.protocol)
            for kind in made.embeddings.kinds if kind != "v+x"
        }
    )  # fmt: skip


def _tsne(made: Material) -> Picture:
    few = some_people(made.embeddings, POINTS)
    # X first, for what comes later is drawn above it, and its visible image is often in the same place.
    parts = {} if few.x is None else {"x": few.x}
    parts |= {"visible": few.visible, "infrared": few.infrared}
    sizes = {name: len(part) for name, part in parts.items()}
    points = np.concatenate(list(parts.values()))
    person = np.concatenate([few.people("infrared" if name == "infrared" else "visible") for name in parts])
    fitting = [k for k in PERPLEXITIES if k < len(points)] or PERPLEXITIES[:1]  # with too few, t-SNE says so
    maps = {f"perplexity {k}": tsne(points, k) for k in fitting}
    return map_grid(
        {
            "by modality": {title: by_modality(one, sizes) for title, one in maps.items()},
            "by person": {title: by_person(one, person) for title, one in maps.items()},
        },
        f"t-SNE maps of {len(points)} features of {len(np.unique(person))} test people at perplexities "
        f"{', '.join(map(str, fitting))}: above by modality ({', '.join(NAMES[name] for name in parts)}), below by "
        "person. Distances and sizes in such maps mean nothing.",
    )


def _place(made: Material) -> Picture:
    along, off = x_place(made.embeddings)
    picture = Picture(
        3.4,
        f"Where X lies in the features of f, visible being at 0 and infrared at 1: along the line at {_words(along)}, "
        f"off it by {_words(off)}; 95 % intervals over people.",
    )
    axes = plot_axes(picture, "along the line: visible at 0, infrared at 1", "off the line")
    axes.plot([0, 1], [0, 0], color=INK, linewidth=1.5, zorder=2)
    for name, x, y in (("visible", 0, 0), ("infrared", 1, 0), ("x", along.mean, off.mean)):
        look = {"color": COLOUR[name], "marker": MARKER[name]}
        axes.plot(x, y, linestyle="", markersize=9, label=NAMES[name], clip_on=False, zorder=3, **look)
    # The bootstrapped `off` lies above the measured one, so these are no error bars around a middle.
    axes.plot([along.low, along.high], [off.mean] * 2, color=COLOUR["x"], linewidth=2)
    axes.plot([along.mean] * 2, [off.low, off.high], color=COLOUR["x"], linewidth=2, label="95 % over people")
    axes.set_aspect("equal", "datalim")
    picture.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=FONT)
    return picture


def _words(interval: Interval) -> str:
    reach = "" if np.isnan(interval.low) else f" ({interval.low:.2f} to {interval.high:.2f})"
    return f"{interval.mean:.2f}{reach}"


def _ruler(made: Material) -> Picture:
    generator, model, e = made.generator, made.model, made.embeddings
    light = scenes(made.data, made.data.test, made.size)

    def colour(pixels: NDArray[np.uint8], as_x: bool) -> NDArray[np.float64]:
        none = np.zeros(len(pixels), int)
        return intensities(
            Images(pixels, none, none, none), np.arange(len(pixels)), generator if as_x else None
        )

    def features(pixels: NDArray[np.uint8], as_x: bool) -> NDArray[np.float32]:
        return features_of(model, pixels, made.config, as_x)

    test = Images.of(made.data.test, *made.size)
    ends = {"colour": intensities(test, test.rows("infrared")), "features": e.infrared}
    ends = {name: person_means(values, e.infrared_person) for name, values in ends.items()}
    return rulers(
        {
            "mean intensities": measure(light, colour, ends["colour"]),
            "features of f": measure(light, features, ends["features"]),
        }
    )


def _lists(made: Material) -> Picture:
    e, kind = made.embeddings, made.config.test_distance
    found = [ranked_list(e, query, made.config.protocol, kind, 8) for query in first_of_each_person(e, 4)]
    length = min(len(one.found) for one in found)
    picture = ranked_lists(
        made.photos("infrared", [one.query for one in found]),
        [made.photos("visible", one.found[:length]) for one in found],
        [one.right[:length] for one in found],
    )
    picture.alt += f" Ranked by {WAYS[kind]}."
    return picture


def _activation(made: Material) -> Picture:
    visible, infrared = random_triples(made.embeddings, 3, seed=1)
    V = resize(made.photos("visible", visible), *made.size)
    I = resize(made.photos("infrared", infrared), *made.size)
    seen = {"V": (V, activation_maps(made.model, V))}
    if made.model.generator is not None:
        seen["X"] = shown(made.generator, V), activation_maps(made.model, V, "x")
    seen["I"] = I, activation_maps(made.model, I, "infrared")
    return image_strip(
        list(zip(*(part for one in seen.values() for part in (one[0], overlay(*one))))),
        [title for name in seen for title in (name, f"f({name})")],
        [f"person {p}" for p in made.embeddings.visible_person[visible]],
        f"Test people drawn by seed, a line each: {', '.join(seen)}, each beside its activation map, yellow where the "
        "last maps of f are large, dark blue where they are small.",
        largest=0.8,
    )


FIGURES: dict[str, Callable[[Material], Picture]] = {
    "curves": _curves,
    "fig1": _fig1,
    "fig2": _fig2,
    "fig3": _fig3,
    "fig3-infrared": _fig3_infrared,
    "fig4": _fig4,
    "fig4-worst": _fig4_worst,
    "cmc": _cmc,
    "distances": _distances,
    "tsne": _tsne,
    "place": _place,
    "ruler": _ruler,
    "lists": _lists,
    "activation": _activation,
}
