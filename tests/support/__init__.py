"""What several tests share, and the programs that tests and CI run."""
