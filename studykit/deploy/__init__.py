"""A model that leaves the kit: networks as one file for other programs, and a model card beside it."""
