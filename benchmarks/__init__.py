"""Benchmarks of the linter: see README.md in this folder."""
