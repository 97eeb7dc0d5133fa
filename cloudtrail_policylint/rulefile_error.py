"""The error of a rule file that cannot be used, apart from what reads rule files."""


class RuleFileError(Exception):
    """A rule file that cannot be used; the message is one line that starts with the place."""
