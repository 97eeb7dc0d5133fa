"""A static linter for CloudTrail permission mistakes in IAM policies."""

__version__ = "0.1.0"
