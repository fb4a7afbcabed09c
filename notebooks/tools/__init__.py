"""Tools that build the course: notebooks from their sources, editions, index, minutes, the book."""
