"""The studies: same seeds and steps for all that is compared, one change at a time."""

from dataclasses import asdict

import pandas as pd
import pytest

from studykit.studies.answers import judged
from studykit.studies.questions import CODE, CONTROLS, FEWER_STEPS, LAMBDAS, NEAR_INFRARED, STUDIES, THERMAL
from xivlab.scale import SCALES

DEMO, SMOKE = SCALES["demo"], SCALES["smoke"]


@pytest.mark.parametrize("name", STUDIES)
def test_all_runs_of_a_study_have_the_same_seeds_and_length(name):
    study = STUDIES[name]
    seeds, steps = {}, {}
    for variant, config in study.configs(DEMO):
        seeds.setdefault(variant, []).append(config.seed)
        steps.setdefault(variant, set()).add(config.epochs * config.steps_per_epoch)
    assert all(list(range(study.seeds)) == found for found in seeds.values())
    if name == "ablation-compute":  # 2M and 3M images a step
        images = {variant: (2 if variant == "Baseline" else 3) * min(n) for variant, n in steps.items()}
        assert len(set(images.values())) == 1
    elif name == "table1-compute":
        assert {variant: min(n) / 1200 for variant, n in steps.items()} == pytest.approx(
            {"one-stream": 1} | FEWER_STEPS, abs=0.005
        )
    else:
        # T_F of D2RL begins after a third of the steps.
        own = {key: {min(n) * 2 / 3} if key.endswith("d2rl-style") else n for key, n in steps.items()}
        assert len(set.union(*own.values())) == 1


@pytest.mark.parametrize("name", STUDIES)
def test_no_two_runs_of_a_study_are_the_same(name):
    configs = [config for _, config in STUDIES[name].configs(DEMO)]
    assert len(set(configs)) == len(configs)


def test_controls_stand_beside_the_very_runs_of_their_methods():
    study, house = STUDIES["table1-controls"], STUDIES["table1"]
    assert set(CONTROLS.values()) | {"one-stream"} == set(study.variants) - set(CONTROLS)
    for name in set(study.variants) - set(CONTROLS):
        assert study.variants[name] == house.variants[name]
    for name, of in CONTROLS.items():
        assert study.variants[name] | {"method": of} == house.variants[of]
    assert not set(CONTROLS) & set(house.variants) and study.seeds == 3


def test_some_have_fewer_seeds_where_it_is_thermal():
    near, thermal = (STUDIES["table1"].configs(DEMO.on(name)) for name in (NEAR_INFRARED, THERMAL))
    assert {config.seed for _, config in near} == {0, 1, 2, 3, 4}
    assert {config.seed for _, config in thermal} == {0, 1, 2}


def test_in_the_house_everything_but_the_method_is_equal():
    configs = [asdict(config) for name, config in STUDIES["table1"].configs(DEMO) if name != "d2rl-style"]
    differ = {key for key in configs[0] if len({repr(one[key]) for one in configs}) > 1}
    assert differ == {"method", "seed", "test_distance"}


def test_smoke_scale_has_fewer_seeds():
    assert {config.seed for _, config in STUDIES["ablation"].configs(SMOKE)} == {0, 1}


def test_a_random_start_of_x_is_another_for_every_seed():
    starts = [
        c.x_init_seed for name, c in STUDIES["special-cases"].configs(DEMO) if name == "X, random start"
    ]
    assert starts == [0, 1, 2, 3, 4]


def test_the_whole_code_is_all_of_its_parts():
    whole = dict(STUDIES["paper-and-code"].configs(DEMO))["all of the code"]
    parts = {name: value for change in CODE.values() for name, value in change.items()}
    assert parts.items() <= asdict(whole).items()


def test_lambda_0_is_the_run_without_the_cross_loss():
    configs = dict(STUDIES["lambda"].configs(DEMO))
    assert [float(name) for name in STUDIES["lambda"].variants] == list(LAMBDAS)
    assert configs["0"].method == "baseline+x"
    assert configs["0.3"].lam == 0.3 and configs["0.3"].method == "baseline+x+cmg"


def test_every_variant_is_judged_by_its_own_distance():
    rows = [
        {"study": study, "variant": variant, "test_distance": distance, "query": query}
        for study, variant in (
            ("ablation", "Baseline"),
            ("ablation", "Baseline+X"),
            ("paper-and-code", "distance v"),
        )
        for distance in ("v", "x", "v+x")
        for query in ("infrared", "visible")
    ]
    own = judged(pd.DataFrame(rows))
    assert list(zip(own["variant"], own["test_distance"])) == [
        ("Baseline", "v"), ("Baseline+X", "v+x"), ("distance v", "v")
    ]  # fmt: skip
    assert set(own["query"]) == {"infrared"}
