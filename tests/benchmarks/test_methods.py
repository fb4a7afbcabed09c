"""Seconds of demo runs: measured from nothing, kept one by one."""

import pytest

from benchmarks import methods
from benchmarks.methods import COLUMNS, main, stored
from xivlab.errors import XivlabError
from xivlab.scale import current

pytestmark = pytest.mark.usefixtures("folder")


def test_two_methods_are_measured_and_the_rest_stays(capsys):
    main(["two-stream"])
    known = stored().read()
    assert known is None or "two-stream" not in set(known["method"]), "only printed"
    main(["two-stream", "--write"])
    main(["one-stream", "--write"])
    table = stored().read()
    table = table[table["method"].isin(("one-stream", "two-stream"))]
    assert list(table.columns) == list(COLUMNS) and list(table["method"]) == ["one-stream", "two-stream"]
    config = current().config(method="one-stream")
    assert (table["steps"] == config.epochs * config.steps_per_epoch).all() and (table["seconds"] > 0).all()
    assert capsys.readouterr().out.count("steps and scores, load") == 3
    assert not current().runs.exists() or not list(current().runs.glob("*-stream-*")), "thrown away"


def test_a_run_is_kept_in_the_place_of_its_older_one(monkeypatch):
    for seconds, name in ((5, "mmn"), (6, "agw"), (7, "mmn")):
        row = dict.fromkeys(COLUMNS, seconds) | {"method": name}
        monkeypatch.setattr(methods, "measure", lambda *_, row=row: row)
        main([name, "--write"])
    table = stored().read().set_index("method")
    assert table.loc[["agw", "mmn"], "seconds"].tolist() == [6, 7] and table.index.is_unique


def test_an_unknown_method_is_one_sentence():
    with pytest.raises(XivlabError, match="^There is no method 'resnet': choose among baseline, .*deen"):
        main(["resnet"])
