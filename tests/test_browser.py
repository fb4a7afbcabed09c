"""What a reader does with the mouse and the keys, in a real JupyterLab. Needs Chromium: `pytest -m browser`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from notebooks.build import METADATA

pytestmark = pytest.mark.browser

CELL = """
import numpy as np
from xivlab.figures import image_strip
from xivlab.widgets import FrameSlider

levels = [0, 120, 240]
pictures = [image_strip([np.full((64, 32), v, np.uint8)] * 3, alt=f"grey level {v}") for v in levels]
FrameSlider(levels, pictures, "level")
"""


@pytest.fixture
def page():
    """A page of headless Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    assert chromium, "The browser tests need Chromium: apt-get install chromium."
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def lab(tmp_path):
    """Address of a JupyterLab with an empty configuration of its own, serving one notebook."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=METADATA)
    nbformat.write(notebook, folder / "slider.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    options = [
        "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
    ]  # fmt: skip
    with open(tmp_path / "log", "w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(
            command,
            env=os.environ | own | {"PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=log,
            stderr=log,
        )
    address, start = f"http://127.0.0.1:{port}", time.monotonic()
    while True:
        try:
            json.load(urllib.request.urlopen(address + "/api", timeout=1))
            break
        except OSError:
            assert server.poll() is None and time.monotonic() - start < 90, (tmp_path / "log").read_text()
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(20)


def test_an_arrow_key_moves_the_slider_its_words_and_its_picture(page, lab):
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/lab/tree/slider.ipynb?reset")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
    handle = page.locator(".widget-slider .noUi-handle, .widget-hslider .noUi-handle").first
    handle.wait_for()
    picture = page.locator(".jupyter-widgets.widget-image").first
    before = picture.get_attribute("src")
    page.get_by_text("grey level 0", exact=True).wait_for()
    handle.focus()
    page.keyboard.press("ArrowRight")  # exactly one step
    page.get_by_text("grey level 120", exact=True).wait_for()
    assert picture.get_attribute("src") != before
