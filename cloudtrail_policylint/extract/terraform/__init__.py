"""Terraform: the policies of all files of one folder, and those of a plan.

The modules:

- ``resource_types`` is data, ``module`` the blocks of a folder by name, and
  ``project`` knows which module calls which;
- ``evaluate`` works out expressions, with ``references``, ``functions``
  (``collection_functions``, ``string_functions``) and ``operators``, on the
  state that ``session`` keeps; ``effects`` records what a value depends on, and
  ``values`` has helpers for nodes;
- ``instances`` repeats blocks, ``documents`` builds
  ``aws_iam_policy_document``, ``holders`` finds out which policies apply to
  whom, and ``policies`` puts them together;
- ``files`` extracts from one file, ``plan`` from the output of ``terraform show``.
"""

from __future__ import annotations

from ...iam.written import Extraction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...tree.source import SourceFile


def extract_module(
    sources: Sequence[SourceFile], load: Callable[[str], SourceFile | None] | None = None
) -> Extraction:
    """The policies and attachments of the module whose ``.tf`` and ``.tfvars`` files are *sources*.

    *load* opens a file by its path relative to the module's folder, for
    ``file()`` and ``templatefile()``; None if it cannot be read.
    """
    from .evaluate import Evaluator
    from .module import Module
    from .policies import find

    return find(Evaluator(Module(sources, load)))
