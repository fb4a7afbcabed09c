"""Embeddings in, scores out, by the field's rules."""
