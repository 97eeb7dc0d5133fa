"""Findings, and which of them are reported: rule selection, suppressions, baseline."""
