"""The rules of the search as a loop: one query and one gallery image at a time.

Slow and plain, so that it can be checked by eye. The tests compare the package with it, and the benchmark, too.
"""

import numpy as np


def loop_metrics(distance, query_person, gallery_person, query_camera, gallery_camera, protocol, max_rank=20):
    """What `xivlab.evaluation.retrieval.retrieval_metrics` computes, with its arguments.

    Returns:
        CMC curve (max_rank,), mAP, mINP, number of valid queries.
    """
    curves, precisions, penalties = [], [], []
    for q in range(len(query_person)):
        ranking = []
        for g in sorted(range(len(gallery_person)), key=lambda g: (distance[q][g], g)):
            same_person = gallery_person[g] == query_person[q]
            if protocol == "sysu" and query_camera[q] == 3 and gallery_camera[g] == 2:
                continue
            if protocol == "llcm" and same_person and query_camera[q] == gallery_camera[g]:
                continue
            ranking.append(gallery_person[g])
        hits = [r for r, person in enumerate(ranking, 1) if person == query_person[q]]
        if not hits:
            continue
        listed = ranking if protocol == "regdb" else list(dict.fromkeys(ranking))
        first = listed.index(query_person[q]) + 1
        curves.append([first <= k for k in range(1, max_rank + 1)])
        precisions.append(np.mean([n / r for n, r in enumerate(hits, 1)]))
        penalties.append(len(hits) / hits[-1])
    return np.mean(curves, axis=0), np.mean(precisions), np.mean(penalties), len(curves)
