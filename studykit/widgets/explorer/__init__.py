"""The lambda explorer: every lambda of the study, its scores, map, distances and one query's list."""
