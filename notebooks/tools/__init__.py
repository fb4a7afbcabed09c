"""What builds the course: notebooks from their sources, editions, index, minutes, the book."""
