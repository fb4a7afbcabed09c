"""Jupyter server extension: a saved notebook keeps the still pictures of widgets, without the kernel that moved them.

A widget lives in its kernel. On the next day JupyterLab and Notebook 7 show "model not found" in its place, although
the still picture is saved beside it, because they prefer the widget. So it is left out of what is written to disk;
in the open page it stays. `studykit/jupyter` holds what turns this on, installed with the package.
"""

from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"
MARK = "xivlab-still"  # in the metadata of an output that has a still picture beside its widget


def keep_stills(model: dict[str, Any], **_: Any) -> None:
    """Leave out the widgets of a notebook that is about to be saved, where a still picture stands for them.

    Args:
        model: of Jupyter's contents API, changed in place; other files than notebooks stay as they are.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"].get("cells", ()):
        for output in cell.get("outputs", ()):
            if MARK in output.get("metadata", {}):
                output["data"].pop(WIDGET, None)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "studykit.server"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    serverapp.contents_manager.register_pre_save_hook(keep_stills)
