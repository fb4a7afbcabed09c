"""Features or images in, numbers or images out: nothing is written or plotted here, and only the ruler reads, the world."""
