"""The files of a run: which they are, their text, and which of them belong together."""
