"""Wrong answers as learners write them: none is told what it did not do, and most are told what helps.

`val.txt` chose the sentences, `test.txt` judges them, as people do in the kit.
"""

import re
from pathlib import Path

import pytest
import wrong_answers

from studykit.exercises.exercise import find, numbers
from studykit.exercises.judging import judge

BANK = Path(__file__).parent / "bank"
SPLITS = {name: wrong_answers.read(BANK / f"{name}.txt") for name in ("val", "test")}
GUESSES = ("mistake", "change")  # verdicts that say what was done; all others say what is seen


def said(verdict):
    """What a verdict says beside the numbers of a case, which it names only if the attempt is right in most cases."""
    if verdict.kind not in ("change", "case", "numbers"):
        return verdict.sentence
    start, _, guess = verdict.sentence.partition("Yours is what comes of")
    good = re.match(r"right in (\d+) of (\d+)", start)
    named = good and 2 * int(good[1]) >= int(good[2])
    return (start.partition(":")[0] if named else "") + guess


def outcome(answer):
    """Whether the sentence about a wrong answer helps, and whether it says something that is not so."""
    verdict = judge(find(answer.number), answer.function())
    assert verdict.kind != "right", f"{answer.number}, {answer.about}, passes"
    assert len(verdict.sentence.splitlines()) == 1
    fits = bool(re.search(answer.fits, said(verdict)))
    return fits, verdict.kind in GUESSES and not fits, verdict.sentence


def tally(answers):
    """The share that is told what helps, and the false sentences."""
    found = [(answer, *outcome(answer)) for answer in answers]
    false = [
        f"{answer.number}, {answer.about}: {sentence}" for answer, _, is_false, sentence in found if is_false
    ]
    return sum(fits for _, fits, *_ in found) / len(found), false


@pytest.mark.parametrize("split", SPLITS)
def test_some_of_the_bank(split):
    share, false = tally(SPLITS[split][::4])
    assert false == []
    assert share > 0.4


@pytest.mark.slow
def test_the_whole_bank(capsys):
    shares = {}
    for split, answers in SPLITS.items():
        shares[split], false = tally(answers)
        with capsys.disabled():
            print(
                f"\n{split}: {len(answers)} wrong answers, {shares[split]:.0%} told what helps, {len(false)} falsely"
            )
        assert len(answers) >= 150
        assert false == []
    assert shares["val"] > 0.9
    assert shares["test"] > 0.5


def test_the_bank_asks_about_every_exercise():
    for answers in SPLITS.values():
        assert {answer.number for answer in answers} == set(numbers())
    bodies = [[(answer.number, answer.body) for answer in answers] for answers in SPLITS.values()]
    assert len(set(bodies[1]) & set(bodies[0])) == 0
