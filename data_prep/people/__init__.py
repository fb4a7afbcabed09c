"""Renderer of the synthetic people (extra `[render]`): 3-D bodies in, geometry buffers out."""
