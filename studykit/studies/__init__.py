"""Questions over many runs, and their stored answers."""
