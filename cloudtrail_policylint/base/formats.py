"""The formats of input files and the suffixes of their names.

This is the only list of formats. ``extract`` maps each of them to its reader and
extractor; everything else looks them up here. CONTRIBUTING.md says how to add one.
"""

from __future__ import annotations

import os

from .errors import UsageError
from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

OWN_FILES = ".cloudtrail-policylint"
"""The beginning of the names of this tool's own settings file and baseline."""


@record
class Format:
    """One format.

    ``name`` is used by examples of rules and units of work, ``title`` by reports;
    ``suffixes`` are those of its files. ``comments`` begin a comment, ``escapes``
    an escape sequence in a string. ``by_itself``: a file is checked without other
    files; ``in_module``: the Terraform module in its folder is checked. ``beside``: suffixes
    of files that are checked with the module but have none of its declarations.
    ``loaded_by_modules``: Terraform modules often load such files.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    comments: tuple[str, ...] = ()
    escapes: tuple[str, ...] = ()
    by_itself: bool = True
    in_module: bool = False
    beside: tuple[str, ...] = ()
    loaded_by_modules: bool = False

    def __reduce__(self) -> tuple[Callable[[str], Format], tuple[str]]:
        """Unpickle to the format of that process: formats are compared by identity."""
        return named, (self.name,)


JSON = Format("json", "JSON", (".json",), escapes=("\\",), loaded_by_modules=True)
YAML = Format("yaml", "YAML", (".yaml", ".yml"), comments=("#",), escapes=("''", "${!"))
CLOUDFORMATION = Format("cloudformation", "CloudFormation", (".template",))
"""A template in JSON or YAML, which its first character shows."""
TERRAFORM = Format(
    "terraform",
    "Terraform",
    (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json"),
    comments=("#", "//", "/*"),
    escapes=("$${", "%%{"),
    by_itself=False,
    in_module=True,
    beside=(".tftest.hcl", ".tofutest.hcl"),
)
TERRAGRUNT = Format(
    "terragrunt",
    "Terragrunt",
    ("terragrunt.hcl",),
    comments=TERRAFORM.comments,
    escapes=TERRAFORM.escapes,
    in_module=True,
)
"""A configuration of Terragrunt: policies in its ``inputs`` and ``locals``."""
TEXT_TEMPLATE = Format("template", "Text template", (".tpl", ".tftpl"), loaded_by_modules=True)
"""A text template for Terraform's ``templatefile()``; with no module that loads it, mostly JSON."""

FORMATS = (JSON, YAML, CLOUDFORMATION, TERRAFORM, TERRAGRUNT, TEXT_TEMPLATE)

_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}
_WITH_DOTS = (
    *(suffix for suffix in TERRAFORM.suffixes if suffix.endswith(".json")),
    *TERRAFORM.beside,
)

MODULE_FILES = TERRAFORM.suffixes
"""Suffixes of the files that make up a Terraform module."""
TEMPLATES = (*JSON.suffixes, *YAML.suffixes, *CLOUDFORMATION.suffixes)
"""Suffixes of the files that may be CloudFormation templates."""
DEFINITIONS = tuple(suffix for suffix in MODULE_FILES if ".tfvars" in suffix)
"""Suffixes of files that set variables
(developer.hashicorp.com/terraform/language/values/variables)."""


def is_always_loaded(path: str) -> bool:
    """Whether Terraform loads the file *path*, which sets variables, without being told to."""
    name = os.path.basename(path).removesuffix(".json")
    return name == "terraform.tfvars" or name.endswith(".auto.tfvars")


OTHER_MODULE_FILES = (
    ".hcl",
    *(f".{tool}{kind}.json" for tool in ("tf", "tofu") for kind in ("test", "query", "mock")),
)
"""Suffixes of files that are not checked, but may refer to names of a module and load files.

``.tftest.hcl``, ``.tfquery.hcl``, ``terragrunt.hcl`` and others
(developer.hashicorp.com/terraform/language/files, developer.hashicorp.com/terraform/language/files/tests).
"""
COMMENTS = tuple(dict.fromkeys(sign for one in FORMATS for sign in one.comments))
"""The beginnings of a comment in all formats."""
SUPPRESSION_MARK = "olicylint"
"""What a comment that suppresses findings has in it, in any of the formats; P may be a capital."""
NEAR_MARKS = (SUPPRESSION_MARK, " allow CT", " allow IAM")
"""What a comment that is meant to suppress findings has in it, under the name of the tool or another."""
ESCAPES = tuple(escape for one in FORMATS for escape in one.escapes)
"""The beginnings of an escape sequence in all formats: a string of one may embed another."""


def named(name: str) -> Format:
    """The format with the name *name*."""
    return next(one for one in FORMATS if one.name == name)


def format_of(path: str) -> Format | None:
    """The format of the file *path* by its name; None for other files and this tool's own."""
    name = os.path.basename(path).lower()
    if is_own(name):
        return None
    if name.endswith(_WITH_DOTS):
        return TERRAFORM
    if name in TERRAGRUNT.suffixes:
        return TERRAGRUNT
    return _BY_SUFFIX.get(os.path.splitext(name)[1])


def is_own(path: str) -> bool:
    """Whether *path* is a settings file or baseline of this tool by its name."""
    return os.path.basename(path).lower().startswith(OWN_FILES)


def format_of_text(path: str) -> Format:
    """The format of a text that is linted as the file *path*; raises ``UsageError``."""
    found = format_of(path)
    if found is None or found is TEXT_TEMPLATE:
        *most, last = (end for one in FORMATS if one is not TEXT_TEMPLATE for end in one.suffixes)
        ends = f"{', '.join(most)} or {last}"
        raise UsageError(f"{path}: unknown file format: the name must end in {ends}")
    return found


def title_of(path: str) -> str:
    """The title of the format of the file *path*, for reports."""
    if path.lower().endswith(MODULE_FILES):
        return TERRAFORM.title
    found = format_of(path)
    return "other" if found is None else found.title


def read_as(found: Format, text: str) -> Format:
    """The format to read *text* in: JSON or YAML for a CloudFormation template, by its start."""
    if found is not CLOUDFORMATION:
        return found
    return JSON if text.lstrip()[:1] in ("{", "[") else YAML
