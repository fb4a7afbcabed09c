"""Where the renderer's test finds its inputs: `pytest -m render --makehuman FOLDER`."""

import pytest


@pytest.fixture
def makehuman(request):
    folder = request.config.getoption("--makehuman")
    if folder is None or not (folder / "clothes").is_dir():
        pytest.fail(
            "The renderer's test needs --makehuman FOLDER, a folder that holds clothes/, hair/ and animations/."
        )
    return folder
