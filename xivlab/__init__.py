"""XIV-Lab: a study kit for infrared-visible person re-identification with an X modality."""

__version__ = "0.1.0"
