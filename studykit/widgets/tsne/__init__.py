"""The t-SNE explorer: maps of a run beside what they keep of the features."""
