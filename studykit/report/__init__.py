"""`xivlab study`: the main job without a screen, and the page that tells it."""
