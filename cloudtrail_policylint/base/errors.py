"""What the user must put right before there can be a result."""


class InputError(Exception):
    """A path, setting, option or rule file that cannot be used; the message is one line, its place first."""


class RuleFileError(InputError):
    """A rule file that cannot be used."""


class UsageError(InputError):
    """An option or argument that cannot be used."""
