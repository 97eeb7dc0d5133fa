"""Rules as data: reading rule files, checking them, and loading the compiled ones."""
