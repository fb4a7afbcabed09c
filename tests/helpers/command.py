"""The command line, as a user meets its mistakes."""

import pytest

from xivlab.cli import main


def fails(capsys, *words, status=1):
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == status
    return capsys.readouterr().err
