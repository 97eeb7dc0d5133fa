"""Readers of file formats: from text to a tree with places. They know nothing of IAM."""
