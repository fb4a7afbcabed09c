"""Tools that turn a source of people images into a packed data set; run once, never needed by the notebooks."""
