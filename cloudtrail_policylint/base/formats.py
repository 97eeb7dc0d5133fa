"""The formats of input files, by the ends of their names.

This is the one place that says which formats there are. ``extract`` maps each
of them to what reads it; everybody else asks here. A new format is a reader, an
extractor, a line in ``FORMATS`` and one in ``extract``.
"""

from __future__ import annotations

import os

from .errors import UsageError
from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

OWN_FILES = ".cloudtrail-policylint"
"""How the names of this tool's own settings file and baseline begin."""


@record
class Format:
    """One format.

    ``name`` is what examples of rules and units of work call it, ``title`` what a
    report calls it, ``suffixes`` the ends of its files' names. ``comments`` begin a
    comment in it, ``escapes`` an escape sequence in one of its strings.
    ``by_itself``: a file is checked without other files; others are checked with
    their Terraform module, to which files that end in one of ``module_suffixes``
    belong too. ``loaded_by_modules``: a Terraform module often loads such files.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    comments: tuple[str, ...] = ()
    escapes: tuple[str, ...] = ()
    by_itself: bool = True
    module_suffixes: tuple[str, ...] = ()
    loaded_by_modules: bool = False

    def __reduce__(self) -> tuple[Callable[[str], Format], tuple[str]]:
        """A copy in another process is its own one: formats are compared by identity."""
        return named, (self.name,)


JSON = Format("json", "JSON", (".json",), escapes=("\\",), loaded_by_modules=True)
YAML = Format("yaml", "YAML", (".yaml", ".yml"), comments=("#",), escapes=("''", "${!"))
CLOUDFORMATION = Format("cloudformation", "CloudFormation", (".template",))
"""A template in JSON or YAML: its first character says in which."""
TERRAFORM = Format(
    "terraform",
    "Terraform",
    (".tf", ".tofu", ".tf.json", ".tofu.json"),
    comments=("#", "//", "/*"),
    escapes=("$${", "%%{"),
    by_itself=False,
    module_suffixes=(".tfvars", ".tfvars.json"),
)
TEXT_TEMPLATE = Format(
    "template", "Text template", (".tpl", ".tftpl"), by_itself=False, loaded_by_modules=True
)
"""A text that Terraform's ``templatefile()`` fills in."""

FORMATS = (JSON, YAML, CLOUDFORMATION, TERRAFORM, TEXT_TEMPLATE)

_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}
_TERRAFORM_JSON = tuple(suffix for suffix in TERRAFORM.suffixes if suffix.endswith(".json"))

MODULE_FILES = (*TERRAFORM.suffixes, *TERRAFORM.module_suffixes)
"""Ends of the names of the files that make up a Terraform module."""
COMMENTS = tuple(dict.fromkeys(sign for one in FORMATS for sign in one.comments))
"""What begins a comment in any of the formats."""
ESCAPES = tuple(escape for one in FORMATS for escape in one.escapes)
"""What begins an escape sequence in any of the formats; a string of one may hold another."""


def named(name: str) -> Format:
    """The format that is called *name*."""
    return next(one for one in FORMATS if one.name == name)


def format_of(path: str) -> Format | None:
    """The format of the file *path* by its name; None for a name that no format has, and for own files."""
    name = os.path.basename(path).lower()
    if name.startswith(OWN_FILES):
        return None
    if name.endswith(_TERRAFORM_JSON):
        return TERRAFORM
    return _BY_SUFFIX.get(os.path.splitext(name)[1])


def format_of_text(path: str) -> Format:
    """The format of a text that is checked as if it were the file *path*; raises ``UsageError``."""
    found = format_of(path)
    if found is None or found is TEXT_TEMPLATE:
        raise UsageError(f"{path}: its name does not end in .json, .yaml or .tf")
    return found


def title_of(path: str) -> str:
    """What a report calls the format of the file *path*."""
    if path.lower().endswith(MODULE_FILES):
        return TERRAFORM.title
    found = format_of(path)
    return "other" if found is None else found.title


def read_as(found: Format, text: str) -> Format:
    """The format that *text* is read in: JSON or YAML, as it looks, for a template of either."""
    if found is not CLOUDFORMATION:
        return found
    return JSON if text.lstrip()[:1] in ("{", "[") else YAML
