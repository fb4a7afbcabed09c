"""Wavelength: the same people in other light."""
