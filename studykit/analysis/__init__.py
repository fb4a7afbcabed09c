"""Features or images in, numbers out: no file is read or written here, and nothing is drawn."""
