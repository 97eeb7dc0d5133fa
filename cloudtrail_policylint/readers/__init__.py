"""Readers of file formats: text in, a tree with places out. They know nothing of IAM."""
