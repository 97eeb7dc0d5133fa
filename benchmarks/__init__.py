"""What is timed and how: see README.md in this folder."""
