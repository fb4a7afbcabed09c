"""How networks and losses are put together, one file per paper."""
