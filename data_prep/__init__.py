"""Readers, packers and renderers that turn a source of person images into a packed data set; run once per source."""
