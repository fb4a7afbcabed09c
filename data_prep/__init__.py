"""Readers, packers, exporters, renderers: from a source of person images to a packed data set, or back to a tree."""
