"""What the notebooks study the method with: analysis, plots, studies over seeds, the report and widgets.

It looks at trained models, and trains only by `xivlab.train`; `xivlab` never knows it.
"""
