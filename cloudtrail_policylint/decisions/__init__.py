"""Decides requests as AWS does, with three values: allowed, denied, or not to be told."""
