"""X studio: the ten weights of g, and what X becomes."""
