"""Errors that the user must fix before there can be a result."""


class InputError(Exception):
    """An unusable path, setting, option or rule file; the message is one line, place first."""


class RuleFileError(InputError):
    """A rule file that cannot be used."""


class UsageError(InputError):
    """An option or argument that cannot be used."""
