"""The three commands, one after the other, for every method at smoke scale."""

import pytest
from PIL import Image

from studykit.plots.figure_files import CAPTIONS
from xivlab.cli import main
from xivlab.methods import METHODS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("folder")]


@pytest.mark.parametrize("name", METHODS)
def test_it_is_trained_evaluated_and_drawn(name, tmp_path, capsys):
    main(["train", "--method", name, "--runs", str(tmp_path / "runs")])
    (run,) = (tmp_path / "runs").glob(f"{name}-*")
    assert f"{run} is finished. Test people, in %:" in capsys.readouterr().out
    main(["evaluate", str(run)])
    table = capsys.readouterr().out
    for distance in METHODS[name].distances:
        assert f" {distance} " in table
    assert "rank-1" in table and "mAP" in table and "nan" not in table.lower()
    main(["figures", str(run), str(tmp_path / "figures")])
    captions = (tmp_path / "figures" / CAPTIONS).read_text(encoding="utf-8")
    pictures = list((tmp_path / "figures").glob("*.png"))
    assert len(pictures) >= 6 and all(path.name in captions for path in pictures)
    for path in pictures:
        with Image.open(path) as image:
            low, high = image.convert("L").getextrema()
        assert high - low > 100, "something is drawn"
