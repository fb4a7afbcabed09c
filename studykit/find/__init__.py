"""Pictures of one's own: infrared ones searched in a folder of visible ones by the test distance of a run."""
