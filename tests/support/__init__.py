"""Helpers of several tests, and programs that tests and CI run."""
