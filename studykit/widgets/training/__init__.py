"""Train live: a training that is watched, stopped and compared."""
