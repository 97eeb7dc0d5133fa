"""Fixing: applying the edits of findings, and checking what comes of it."""
