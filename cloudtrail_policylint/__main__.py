"""``python -m cloudtrail_policylint``."""

from .cli import run

run()
