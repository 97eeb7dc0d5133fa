"""``check-rules``: what it refuses, and with which message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.check_rules import check
from cloudtrail_policylint.rulebook.load import rules_folder
from support.paths import PROJECT
from support.rules import RULE

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

BAD = '{"Statement": {"Effect": "Allow", "Action": «"cloudtrail:LookupEvents"», "Resource": "*"}}'
GOOD = '{"Statement": {"Effect": "Allow", "Action": "cloudtrail:ListTrails", "Resource": "*"}}'
EMPTY = '{"Statement": []}'
HOLDING = RULE.replace(EMPTY, BAD, 1).replace(EMPTY, GOOD, 1)
"""A rule whose examples hold."""


def errors(folder: Path, book: RuleBook, **files: str) -> list[str]:
    """The messages about *files*, rule files by stem, without the folder."""
    for stem, text in files.items():
        (folder / f"{stem}.yaml").write_text(text, encoding="utf-8")
    return [error.replace(f"{folder}/", "") for error in check([str(folder)], book).errors]


def test_a_right_rule(tmp_path: Path, book: RuleBook) -> None:
    assert errors(tmp_path, book, a=HOLDING) == []


def test_the_rules_in_the_documentation_hold(tmp_path: Path, book: RuleBook) -> None:
    text = (PROJECT / "docs/writing-rules.md").read_text(encoding="utf-8")
    blocks = [block.partition("\n```")[0] for block in text.split("```yaml\n")[1:]]
    rules = {f"rule{n}": block for n, block in enumerate(blocks) if "\nexamples:\n" in block}
    assert len(rules) == 4
    assert errors(tmp_path, book, **rules) == []


def test_an_id_or_name_of_a_built_in_rule_is_taken(tmp_path: Path, book: RuleBook) -> None:
    text = HOLDING.replace("ACME1", "CT101").replace("wide-lookup", "unknown-action")
    file = Path(rules_folder()) / "cloudtrail" / "CT101-unknown-action.yaml"
    assert errors(tmp_path, book, a=text) == [
        f"a.yaml:1:5: CT101 is taken by {file}",
        f"a.yaml:2:7: unknown-action is taken by {file}",
    ]


def test_a_built_in_rule_is_not_taken_by_itself(book: RuleBook) -> None:
    file = Path(rules_folder()) / "cloudtrail" / "CT101-unknown-action.yaml"
    assert check([str(file)], book).errors == ()


def test_examples_are_checked_by_the_rule_of_their_file_only(
    tmp_path: Path, book: RuleBook
) -> None:
    """Also if another rule has its name: the only error is that the name is taken."""
    text = HOLDING.replace("wide-lookup", "unknown-action")
    other = text.replace("ACME1", "ACME2").replace("cloudtrail:ListTrails", "cloudtrail:Nope")
    file = Path(rules_folder()) / "cloudtrail" / "CT101-unknown-action.yaml"
    assert errors(tmp_path, book, a=text, b=other) == [
        f"a.yaml:2:7: unknown-action is taken by {file}",
        "b.yaml:2:7: unknown-action is taken by a.yaml:2:7",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (BAD, BAD.replace("«", "").replace("»", ""), "a bad example must mark what is reported with «»"),
        (GOOD, GOOD.replace('"*"', '«"*"»'), "a good example must not have marks («»)"),
        (BAD, BAD.replace("LookupEvents", "ListTrails"), 'does not report "cloudtrail:ListTrails"'),
        (GOOD, GOOD.replace("ListTrails", "LookupEvents"), 'reports "cloudtrail:LookupEvents", but must report nothing'),
        (BAD, BAD.replace("«", "").replace("»", "").replace('"*"', '«"*"»'),
         'reports "cloudtrail:LookupEvents", but must report "*"'),
        (BAD, BAD.replace("«", '["cloudtrail:*", «').replace("»", "»]"),
         'reports "cloudtrail:*", which is not marked with «»'),
    ],
)  # fmt: skip
def test_why_an_example_fails_is_said(
    tmp_path: Path, book: RuleBook, before: str, after: str, message: str
) -> None:
    (error,) = errors(tmp_path, book, a=HOLDING.replace(before, after))
    assert error.endswith(f": {message}")


def test_texts_of_the_template_must_be_replaced(tmp_path: Path, book: RuleBook) -> None:
    text = HOLDING.replace("why: Because.", 'why: "REPLACE: what follows"')
    text = text.replace("says: so", 'says: "REPLACE: what the page says"')
    assert errors(tmp_path, book, a=text) == [
        "a.yaml:14:6: why still has the text of the template",
        "a.yaml:17:40: says still has the text of the template",
    ]
