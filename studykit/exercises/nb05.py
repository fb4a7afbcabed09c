"""Exercises of notebook 05: average precision, and the rank among people."""

import numpy as np

from studykit.exercises.exercise import Exercise


def my_AP(match):
    rank = np.arange(1, len(match) + 1)
    return (match.cumsum() / rank)[match].mean()


def over_all_ranks(match):
    rank = np.arange(1, len(match) + 1)
    return np.mean(match * match.cumsum() / rank)


def precision_everywhere(match):
    rank = np.arange(1, len(match) + 1)
    return np.mean(match.cumsum() / rank)


def ranks_from_0(match):
    rank = np.maximum(np.arange(len(match)), 1)
    return (match.cumsum() / rank)[match].mean()


def inp(match):
    last = np.flatnonzero(match)[-1] + 1
    return match.sum() / last


def first_hit(match):
    return 1 / (np.flatnonzero(match)[0] + 1)


def inverse_ranks(match):
    rank = np.arange(1, len(match) + 1)
    return (1 / rank[match]).mean()


def not_averaged(match):
    rank = np.arange(1, len(match) + 1)
    return (match.cumsum() / rank)[match].sum()


def share_of_hits(match):
    return match.mean()


def my_rank(ranked, person):
    before = ranked[: np.flatnonzero(ranked == person)[0]]
    return len(set(before.tolist())) + 1


def among_images(ranked, person):
    return np.flatnonzero(ranked == person)[0] + 1


def people_from_0(ranked, person):
    before = ranked[: np.flatnonzero(ranked == person)[0]]
    return len(set(before.tolist()))


def whole_gallery(ranked, person):
    return len(set(ranked.tolist()))


def last_hit(ranked, person):
    before = ranked[: np.flatnonzero(ranked == person)[-1]]
    return len(set(before.tolist()) - {person}) + 1


def by_number(ranked, person):
    return sorted(set(ranked.tolist())).index(person) + 1


def changes(ranked, person):
    until = ranked[: np.flatnonzero(ranked == person)[0] + 1]
    return int((until[1:] != until[:-1]).sum()) + 1


EXERCISES = {
    1: Exercise(
        my_AP,
        {
            "one of two is right": (np.array([False, True]),),
            "hits and misses alternate": (np.array([False, True, False, True, True]),),
            "the first is right": (np.array([True, False, False]),),
            "the only hit is the last": (np.array([False, False, False, True]),),
            "all are right": (np.array([True, True]),),
            "hits stand at both ends": (np.array([True, False, True]),),
        },
        {
            "take the mean over the hits, not over all ranks.": over_all_ranks,
            "that is the mean of the precision at all ranks; take it at the hits only.": precision_everywhere,
            "ranks count from 1.": ranks_from_0,
            "that is the INP.": inp,
            "that looks at the first hit only.": first_hit,
            "each hit has its number of hits so far over its rank, not 1 over its rank.": inverse_ranks,
            "that is the sum over the hits; take the mean.": not_averaged,
            "that is the share of hits, and does not ask where they stand.": share_of_hits,
        },
    ),
    2: Exercise(
        my_rank,
        {
            "one other stands before": (np.array([6, 5]), 5),
            "one other stands before, twice": (np.array([6, 6, 5, 7, 5, 8]), 5),
            "the person is first": (np.array([5, 6, 5]), 5),
            "others take turns": (np.array([7, 6, 7, 6, 8, 5]), 5),
            "the person is last": (np.array([9, 9, 9, 5]), 5),
            "others come after the person's other images": (np.array([8, 3, 5, 3, 9, 5, 1]), 5),
            "the person has the smallest number": (np.array([4, 2, 4, 1, 3, 2]), 1),
        },
        {
            "that counts images; count each person once.": among_images,
            "ranks count from 1.": people_from_0,
            "that counts the people of the whole gallery; stop at the first hit.": whole_gallery,
            "you stopped at the person's last image; the first one counts.": last_hit,
            "that orders people by their number; they are ranked by who comes first.": by_number,
            "somebody who comes again, after another, is counted again; count each person once.": changes,
        },
    ),
}
