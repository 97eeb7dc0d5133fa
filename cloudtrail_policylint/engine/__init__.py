"""The rule engine: from policies and rules to findings. No file format, no output format."""
