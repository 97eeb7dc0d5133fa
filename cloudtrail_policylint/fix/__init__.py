"""Applying the edits that findings carry."""
