"""Foundations: records, errors, limits, formats, files on disk. Knows nothing of policies."""
