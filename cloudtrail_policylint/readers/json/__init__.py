"""JSON: with or without places, and inside other strings."""
