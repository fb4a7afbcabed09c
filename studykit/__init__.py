"""Analysis, plots, studies over seeds, the report and widgets: what the notebooks study the method with.

It looks at trained models, and trains only by `xivlab.train`; `xivlab` never imports it.
"""

import xivlab  # noqa: F401 - before PyTorch: it says how threads are to wait
