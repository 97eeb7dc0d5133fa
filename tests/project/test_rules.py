"""Every rule file in ``rules/``: valid, its examples hold, and every clause of its match is needed."""

from __future__ import annotations

import ast
import copy
import datetime
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.check_rules import example_linter, failure
from cloudtrail_policylint.rulebook.file import facts_in, mistakes, read
from cloudtrail_policylint.rulebook.folder import RuleFolder, rule_files
from cloudtrail_policylint.rulebook.load import bundled, compiled
from cloudtrail_policylint.rulebook.model import rule_from
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudtrail_policylint.rulebook.model import Rule, RuleBook

FILES = [Path(name) for name in rule_files(str(PROJECT / "rules"))]
LANGUAGES = {"json", "cloudformation", "terraform"}

each_rule = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def examples(raw: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    for group in ("bad", "good"):
        for example in raw["examples"][group]:
            yield example, group == "bad"


@each_rule
def test_rule_is_valid(path: Path, book: RuleBook) -> None:
    assert mistakes(read(str(path)), book.sets, book.ids(), book.requests()) == []


@each_rule
def test_examples_hold(path: Path, book: RuleBook) -> None:
    raw = read(str(path)).raw
    rule = rule_from(raw, book.sets)
    linter = example_linter(rule, book, raw)
    wrong = {e["name"]: failure(e, linter, rule, bad=bad) for e, bad in examples(raw)}
    assert {name: message for name, message in wrong.items() if message} == {}


@each_rule
def test_bad_examples_are_in_all_languages(path: Path) -> None:
    raw = read(str(path)).raw
    wanted = {"terraform"} if is_about_terraform(raw) else LANGUAGES
    assert {example["language"] for example in raw["examples"]["bad"]} == wanted


def is_about_terraform(raw: dict[str, Any]) -> bool:
    """Whether all cases of a rule are about types of Terraform's providers alone."""
    types = [case["match"].get("type", {}).get("is", [""]) for case in raw.get("cases") or [raw]]
    return raw["subject"] == "resource" and all(
        one.startswith(("aws_", "awscc_")) for names in types for one in names
    )


@each_rule
def test_file_is_named_after_its_rule(path: Path) -> None:
    raw = read(str(path)).raw
    assert path.name == f"{raw['id']}-{raw['name']}.yaml"


@each_rule
def test_every_clause_is_needed(path: Path, book: RuleBook) -> None:
    """Without any one clause, some example no longer holds: no clause is there for nothing."""
    raw = read(str(path)).raw
    unnoticed = [name for name, weaker in weakened(raw) if not noticed(weaker, book)]
    assert not unnoticed, "\n".join(
        f"the clause {name} can be removed and every example still holds: "
        "add an example that fails without it"
        for name in unnoticed
    )


def noticed(raw: dict[str, Any], book: RuleBook) -> bool:
    try:
        rule = rule_from(raw, book.sets)
        linter = example_linter(rule, book, raw)
        return any(failure(example, linter, rule, bad=bad) for example, bad in examples(raw))
    except (KeyError, ValueError):
        return True


def weakened(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """*raw* once for each of its clauses, without it: a word, or a whole field where it has but one."""
    cases = raw.get("cases")
    for index in range(len(cases) if cases else 1):
        case = cases[index] if cases else raw
        for path in clauses(case["match"], ()):
            weaker = copy.deepcopy(raw)
            at = (weaker["cases"][index] if cases else weaker)["match"]
            for step in path[:-1]:
                at = at[step]
            del at[path[-1]]
            yield ".".join(("cases", str(index), *path) if cases else path), weaker


def clauses(match: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in match.items():
        here = (*path, key)
        if not isinstance(value, dict) or (
            len(value) == 1 and not any(isinstance(inner, dict) for inner in value.values())
        ):
            yield here
        else:
            inner = list(clauses(value, here))
            # A field with one test of one word falls with that word.
            yield from inner if len(inner) > 1 else [here]


def test_references_were_read_within_a_year(book: RuleBook) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    old = [
        (rule.id, reference["url"])
        for rule in book.rules
        for reference in rule.references
        if today - datetime.date.fromisoformat(reference["seen"]) > datetime.timedelta(days=366)
    ]
    if old:
        pytest.xfail(f"to be read again: {old}")


def test_families_have_members_and_rules_a_family(book: RuleBook) -> None:
    families = [one["ids"] for one in facts_in(RuleFolder(str(PROJECT / "rules")))["families"]]
    for family in families:
        assert any(known.startswith(family) for known in book.ids()), family
    for known in book.ids():
        assert len([family for family in families if known.startswith(family)]) == 1, known


def test_compiled_rules_are_the_rules(book: RuleBook) -> None:
    from cloudtrail_policylint.rulebook.model import rule_book

    assert rule_book(compiled(str(PROJECT / "rules"))) == book


def test_a_changed_rule_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout's cache of compiled rules is not used once a rule file has changed."""
    from cloudtrail_policylint.rulebook import load as bundle

    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "problems.yaml").write_text("problems: []\n")
    source = FILES[0].read_text(encoding="utf-8")
    (folder / FILES[0].name).write_text(source, encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(bundle, "rules_folder", lambda: str(folder))
    first = names(bundled())
    assert names(bundled()) == first
    (folder / FILES[0].name).write_text(
        source.replace("name: ", "name: renamed-", 1), encoding="utf-8"
    )
    os.utime(folder / FILES[0].name, ns=(1, 1))
    assert names(bundled()) == ["renamed-" + first[0]]


def names(book: RuleBook) -> list[str]:
    return [rule.name for rule in book.rules]


def identifiers(rules: tuple[Rule, ...]) -> list[str]:
    return [rule.id for rule in rules]


def test_ids_and_names_are_unique(book: RuleBook) -> None:
    words = book.names()
    assert len(set(words)) == len(words)
    assert identifiers(book.rules) == sorted(identifiers(book.rules))


def test_no_rule_id_stands_in_the_code(book: RuleBook) -> None:
    """Rules are data: what the program does depends on no rule's id. (Docstrings may name one as an example.)"""
    known = {rule.id for rule in (*book.rules, *book.problems.values())}
    found = []
    for path in sorted((PROJECT / "cloudtrail_policylint").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        described = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = set(re.findall(r"[A-Z]+[0-9]+", node.value))
                if id(node) not in described and words & known:
                    found.append((path.name, node.lineno, node.value))
    assert found == []
