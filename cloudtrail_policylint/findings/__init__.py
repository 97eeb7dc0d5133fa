"""Findings, and what decides whether one is reported: selection, suppressions, baseline."""
