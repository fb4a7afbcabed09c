"""Exercises of notebook 01: what a sensor sees, and a gap without units."""

import numpy as np

from studykit.exercises.exercise import Exercise, floats


def seen(reflectance, light, filter, sensor):
    weight = light * filter * sensor
    return (reflectance * weight).sum() / weight.sum()


def no_denominator(reflectance, light, filter, sensor):
    return (reflectance * light * filter * sensor).sum()


def no_light(reflectance, light, filter, sensor):
    weight = filter * sensor
    return (reflectance * weight).sum() / weight.sum()


def no_filter(reflectance, light, filter, sensor):
    weight = light * sensor
    return (reflectance * weight).sum() / weight.sum()


def no_sensor(reflectance, light, filter, sensor):
    weight = light * filter
    return (reflectance * weight).sum() / weight.sum()


def plain_mean(reflectance, light, filter, sensor):
    return reflectance.mean()


def over_wavelengths(reflectance, light, filter, sensor):
    return (reflectance * light * filter * sensor).mean()


def added(reflectance, light, filter, sensor):
    weight = light + filter + sensor
    return (reflectance * weight).sum() / weight.sum()


def inverted(reflectance, light, filter, sensor):
    weight = light * filter * sensor
    return weight.sum() / (reflectance * weight).sum()


def relative_gap(visible, infrared):
    centre = visible.mean(axis=0)
    between = np.linalg.norm(centre - infrared.mean(axis=0))
    return between / np.linalg.norm(visible - centre, axis=1).mean()


def between_centres(visible, infrared):
    return np.linalg.norm(visible.mean(axis=0) - infrared.mean(axis=0))


def by_infrared(visible, infrared):
    centre = infrared.mean(axis=0)
    between = np.linalg.norm(centre - visible.mean(axis=0))
    return between / np.linalg.norm(infrared - centre, axis=1).mean()


def upside_down(visible, infrared):
    centre = visible.mean(axis=0)
    between = np.linalg.norm(centre - infrared.mean(axis=0))
    return np.linalg.norm(visible - centre, axis=1).mean() / between


def to_the_other_centre(visible, infrared):
    between = np.linalg.norm(visible.mean(axis=0) - infrared.mean(axis=0))
    return between / np.linalg.norm(visible - infrared.mean(axis=0), axis=1).mean()


def by_standard_deviation(visible, infrared):
    between = np.linalg.norm(visible.mean(axis=0) - infrared.mean(axis=0))
    return between / visible.std()


def squared_gap(visible, infrared):
    centre = visible.mean(axis=0)
    between = ((centre - infrared.mean(axis=0)) ** 2).sum()
    return between / np.linalg.norm(visible - centre, axis=1).mean()


def by_sum(visible, infrared):
    centre = visible.mean(axis=0)
    between = np.linalg.norm(centre - infrared.mean(axis=0))
    return between / np.linalg.norm(visible - centre, axis=1).sum()


EXERCISES = {
    1: Exercise(
        seen,
        {
            "light, filter and sensor all differ": (
                floats([0, 1, 1]),
                floats([1, 2, 1]),
                floats([1, 1, 0]),
                floats([1, 3, 2]),
            ),
            "the material reflects a part of everything": (
                floats([0.5, 0.25, 1, 0]),
                floats([1, 2, 3, 4]),
                floats([1, 1, 0.5, 0]),
                floats([0, 2, 2, 1]),
            ),
            "the filter lets one wavelength through": (
                floats([0.1, 0.7, 0.2]),
                floats([3, 5, 2]),
                floats([0, 1, 0]),
                floats([1, 2, 4]),
            ),
            "the material is a perfect white": (
                floats([1, 1]),
                floats([2, 3]),
                floats([1, 2]),
                floats([4, 1]),
            ),
            "the material is black": (
                floats([0, 0]),
                floats([2, 3]),
                floats([1, 2]),
                floats([4, 1]),
            ),
        },
        {
            "you left out the denominator: compare with a perfect white.": no_denominator,
            "you left out the light, in both sums.": no_light,
            "you left out the filter, in both sums.": no_filter,
            "you left out the sensor, in both sums.": no_sensor,
            "that is the plain mean of the reflectance; it needs weights.": plain_mean,
            "you divided by the number of wavelengths; divide by the sum of the weights.": over_wavelengths,
            "you added light, filter and sensor; the weight is their product.": added,
            "that is upside down: the sum with the reflectance stands above.": inverted,
        },
    ),
    2: Exercise(
        relative_gap,
        {
            "there are two images of each": (
                floats([[0, 0], [2, 0]]),
                floats([[1, 1], [1, 5]]),
            ),
            "the visible cloud is wide in both directions": (
                floats([[0, 0], [6, 8], [0, 8], [6, 0]]),
                floats([[15, 4], [15, 6], [15, 2]]),
            ),
            "the centres lie apart in both directions": (
                floats([[1, 0, 0], [-1, 0, 0], [0, 0, 2], [0, 0, -2]]),
                floats([[3, 4, 0], [3, 4, 2]]),
            ),
            "both clouds have one centre": (
                floats([[0, 0], [4, 0], [2, 3]]),
                floats([[2, 0], [2, 2]]),
            ),
        },
        {
            "that is the distance of the centres; divide it by the spread.": between_centres,
            "you divided by the spread of the infrared images.": by_infrared,
            "that is upside down.": upside_down,
            "you measured the visible images from the infrared centre; measure them from their own.": (
                to_the_other_centre
            ),
            "you divided by the standard deviation of all numbers; divide by the mean distance to the centre.": (
                by_standard_deviation
            ),
            "you divided by the sum of the distances to the centre; divide by their mean.": by_sum,
            "you squared the distance of the centres; take the root.": squared_gap,
        },
    ),
}
