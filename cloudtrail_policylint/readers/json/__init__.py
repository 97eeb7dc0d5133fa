"""JSON: with places, without them where nothing is to be reported, and inside other strings."""
