"""When does X help? The stored map of the study `when`, a place at a time, after a prediction."""
