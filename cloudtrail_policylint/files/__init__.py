"""The files of a run: finding them, reading them, and grouping them into modules."""
