"""Output: one module per report format, and the pages of the rules."""
