"""Extractors: where each format keeps policies, what kind each is, what it is attached to."""
