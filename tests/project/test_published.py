"""Rules against policies that AWS publishes: managed policies and the samples of its guides.

The policies are not part of the project. ``POLICYLINT_CORPUS`` names a folder
that has them, or some of them, at the paths of ``published_by_aws.txt``: copies of the
repository iann0036/iam-dataset, and of AWS's guides on GitHub with each block
of JSON and YAML in a file of its own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.rulebook.file import read
from cloudtrail_policylint.rulebook.folder import rule_files
from cloudtrail_policylint.settings.model import Settings
from support.paths import PROJECT

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

POLICIES = (Path(__file__).parent / "published_by_aws.txt").read_text(encoding="utf-8").split()
CORPUS = os.environ.get("POLICYLINT_CORPUS")


def exceptions() -> set[tuple[str, str]]:
    """What the rules find in the policies of AWS and say that it is right, as rule and path."""
    raws = [read(name).raw for name in rule_files(str(PROJECT / "rules"))]
    return {(raw["id"], one["policy"]) for raw in raws for one in raw.get("exceptions", ())}


def test_exceptions_are_about_policies_of_the_list() -> None:
    assert {path for _, path in exceptions()} <= set(POLICIES)
    assert sorted(set(POLICIES)) == POLICIES


@pytest.mark.skipif(not CORPUS, reason="POLICYLINT_CORPUS names no folder with the policies of AWS")
def test_stable_rules_find_no_mistake_in_what_aws_publishes(book: RuleBook) -> None:
    assert CORPUS
    linter = Linter(book, Settings(scope="all"))
    found = set()
    present = [path for path in POLICIES if (Path(CORPUS) / path).exists()]
    assert present
    for path in present:
        text = (Path(CORPUS) / path).read_text(encoding="utf-8")
        for finding in linter.lint_text(path, text).findings:
            rule = finding.rule
            if rule.subject and rule.status == "stable" and finding.severity != "info":
                found.add((rule.id, path))
    assert found == {one for one in exceptions() if one[1] in present}
