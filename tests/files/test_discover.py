from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.base.disk import UnreadableError
from cloudtrail_policylint.base.formats import (
    CLOUDFORMATION,
    JSON,
    TERRAFORM,
    TERRAGRUNT,
    YAML,
    Format,
    format_of,
)
from cloudtrail_policylint.base.limits import Limits, under
from cloudtrail_policylint.base.record import replaced
from cloudtrail_policylint.files.contents import decode, may_matter, read_bytes
from cloudtrail_policylint.files.discover import Candidate, MissingPathError, discover
from cloudtrail_policylint.settings.lookup import NearestSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes files, by path, below the current folder, which is the top of a repository."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()

    def make(*paths: str, **texts: str) -> None:
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("{}", encoding="utf-8")
        for folder, text in texts.items():
            at = tmp_path / ("" if folder == "top" else folder)
            at.mkdir(parents=True, exist_ok=True)
            (at / ".gitignore").write_text(text, encoding="utf-8")

    return make


def found(*paths: str, **settings: tuple[str, ...]) -> list[str]:
    given = NearestSettings(None, lambda found: replaced(found, **settings))
    return [candidate.path for candidate in discover(paths or (".",), given)]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("a.json", JSON),
        ("A.JSON", JSON),
        ("a.yaml", YAML),
        ("a.yml", YAML),
        ("a.template", CLOUDFORMATION),
        ("a.template.json", JSON),
        ("a.tf", TERRAFORM),
        ("a.tf.json", TERRAFORM),
        ("a.tofu.json", TERRAFORM),
        ("a.tfvars.json", TERRAFORM),
        ("a.tfvars", TERRAFORM),
        ("a.tftest.hcl", TERRAFORM),
        ("a/terragrunt.hcl", TERRAGRUNT),
        ("my-terragrunt.hcl", None),
        ("root.hcl", None),
        ("a.py", None),
        ("json", None),
        (".json", None),
        ("a.json/b", None),
    ],
)
def test_the_format_of_a_name(path: str, form: Format | None) -> None:
    assert format_of(path) == form


def test_folders_are_walked_in_the_order_of_names(tree: Callable[..., None]) -> None:
    tree("b.json", "a.tf", "B/z.yaml", "B/a.yml", "a/b/c.template", "a/x.json", "readme.md")
    assert found() == ["a.tf", "b.json", "B/a.yml", "B/z.yaml", "a/x.json", "a/b/c.template"]
    assert found("a") == ["a/x.json", "a/b/c.template"]
    assert found("./a/") == ["a/x.json", "a/b/c.template"]


def test_candidates_say_whether_they_were_given_by_name(tree: Callable[..., None]) -> None:
    tree("a.json", "b/c.tf")
    candidates = list(discover(["a.json", "b"], NearestSettings()))
    assert candidates == [
        Candidate("a.json", JSON, named=True),
        Candidate("b/c.tf", TERRAFORM, named=False),
    ]


def test_each_file_is_found_once(tree: Callable[..., None], tmp_path: Path) -> None:
    tree("a/x.json", "b.json")
    everything = found("b.json", ".", "a", "a/x.json", "./b.json", str(tmp_path / "b.json"))
    assert everything == ["b.json", "a/x.json"]


def test_paths_are_relative_to_the_given_ones(tree: Callable[..., None], tmp_path: Path) -> None:
    tree("a/x.json")
    assert found("./a/x.json") == ["a/x.json"]
    assert found(str(tmp_path)) == [f"{tmp_path}/a/x.json"]
    os.chdir("a")
    assert found("..") == ["../a/x.json"]


def test_a_missing_path_raises_an_error(tree: Callable[..., None]) -> None:
    tree("a.json")
    for path in ("nosuch.json", "nosuch/", "a.json/b", ""):
        with pytest.raises(MissingPathError) as caught:
            found("a.json", path)
        assert str(caught.value) == f"{path}: no such file or folder"


def test_folders_of_tools_are_skipped(tree: Callable[..., None]) -> None:
    tree(".terraform/x.json", "node_modules/x.json", "lost+found/x.json", ".venv/x.json", ".git/x.json", "a/.git/x.json", ".github/x.yml")  # fmt: skip
    assert found() == [".github/x.yml"]


def test_a_link_to_a_folder_is_not_entered(tree: Callable[..., None], tmp_path: Path) -> None:
    tree("a/x.json")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.json").symlink_to("nowhere")
    assert found() == ["gone.json", "a/x.json"]
    assert found("gone.json") == ["gone.json"]  # the link exists: reading it reports the error


# -- git


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ({"top": "*.json\n"}, ["x.tf", "a/x.tf", "a/b/x.tf"]),
        ({"top": "/x.json\n"}, ["x.tf", "a/x.json", "a/x.tf", "a/b/x.json", "a/b/x.tf"]),
        ({"top": "a/\n"}, ["x.json", "x.tf"]),
        ({"top": "a/b\n"}, ["x.json", "x.tf", "a/x.json", "a/x.tf"]),
        ({"top": "b/\r\n"}, ["x.json", "x.tf", "a/x.json", "a/x.tf"]),
        # later lines take precedence
        ({"top": "*.json\n!/x.json\n"}, ["x.json", "x.tf", "a/x.tf", "a/b/x.tf"]),
        ({"top": "!x.json\n*.json\n"}, ["x.tf", "a/x.tf", "a/b/x.tf"]),
        # deeper files take precedence
        ({"a": "*.json\n"}, ["x.json", "x.tf", "a/x.tf", "a/b/x.tf"]),
        ({"a": "/x.json\n"}, ["x.json", "x.tf", "a/x.tf", "a/b/x.json", "a/b/x.tf"]),
        ({"top": "*.json\n", "a": "!x.json\n"}, ["x.tf", "a/x.json", "a/x.tf", "a/b/x.json", "a/b/x.tf"]),
        ({"a": "*\n", "a/b": "!x.json\n"}, ["x.json", "x.tf"]),  # an ignored folder stays ignored
        ({"a": "x.*\n", "a/b": "!x.tf\n"}, ["x.json", "x.tf", "a/b/x.tf"]),
        ({"top": "# *.json\n\n"}, ["x.json", "x.tf", "a/x.json", "a/x.tf", "a/b/x.json", "a/b/x.tf"]),
    ],
)  # fmt: skip
def test_files_that_git_ignores_are_skipped(
    tree: Callable[..., None], ignore: dict[str, str], left: list[str]
) -> None:
    tree("x.json", "x.tf", "a/x.json", "a/x.tf", "a/b/x.json", "a/b/x.tf", **ignore)
    assert found() == left


def test_ignore_files_are_read_from_the_top_of_the_repository(
    tree: Callable[..., None], tmp_path: Path
) -> None:
    tree("a/b/x.json", "a/b/y.json", "a/b/z.json", top="x.json\n", a="y.json\n")
    assert found("a/b") == ["a/b/z.json"]
    (tmp_path / "a" / ".git").mkdir()  # a repository of its own
    assert found("a/b") == ["a/b/x.json", "a/b/z.json"]


def test_an_ignored_file_is_found_if_it_is_given(tree: Callable[..., None]) -> None:
    tree("x.json", top="*.json\n")
    assert found("x.json") == ["x.json"]
    assert found(".", "x.json") == ["x.json"]


# -- settings


def test_exclude_and_include(tree: Callable[..., None]) -> None:
    tree("x.json", "test/x.json", "a/x.tf")
    assert found(exclude=("test/",)) == ["x.json", "a/x.tf"]
    assert found(include=("*.json",)) == ["x.json", "test/x.json"]
    assert found(include=("*.json",), exclude=("/x.json",)) == ["test/x.json"]
    # exclude applies to given files, because a commit hook names every file
    assert found("x.json", "test/x.json", exclude=("test/",)) == ["x.json"]
    # include does not
    assert found("a/x.tf", include=("*.json",)) == ["a/x.tf"]


# -- reading


def test_read_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"\x00\xff")
    assert read_bytes(str(path)) == b"\x00\xff"


def reason(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_bytes(str(path))
    return str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    assert reason(tmp_path) == "is a directory"
    os.mkfifo(tmp_path / "fifo.json")
    assert reason(tmp_path / "fifo.json") == "not a regular file"
    (tmp_path / "link.json").symlink_to("nowhere")
    assert reason(tmp_path / "link.json") == "no such file or directory"
    (tmp_path / "loop.json").symlink_to("loop.json")
    assert "symbolic link" in reason(tmp_path / "loop.json")


@pytest.mark.parametrize(
    ("name", "limit"), [("a.json", "file-size"), ("a.tf", "terraform-file-size")]
)
def test_a_file_above_the_size_limit_is_not_read(tmp_path: Path, name: str, limit: str) -> None:
    path = tmp_path / name
    most = Limits(file_size=3, terraform_file_size=3)
    with path.open("wb") as file:
        file.truncate(3 * 1024 * 1024)
    assert len(under(most, lambda: read_bytes(str(path)))) == 3 * 1024 * 1024
    with path.open("ab") as file:
        file.write(b"x")
    message = f"larger than 3 MiB (raise limits.{limit} in the settings)"
    assert under(most, lambda: reason(path)) == message


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), ("é\r\n".encode(), "é\r\n"), (b"\xef\xbb\xbfx", "x"), (b"a\x00b", "a\x00b")],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("x".encode("utf-16"), "it is UTF-16 or UTF-32: save it as UTF-8"),
        (b"\xfe\xff\x00x", "it is UTF-16 or UTF-32: save it as UTF-8"),
        (b"ab\xff", "it is not UTF-8: invalid byte 3"),
        (b"\xef\xbb\xbfab\xff", "it is not UTF-8: invalid byte 6"),
        (b"\xed\xa0\x80", "it is not UTF-8: invalid byte 1"),
    ],
)
def test_why_bytes_cannot_be_decoded(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert str(caught.value) == why


# -- the quick look for policies


@pytest.mark.parametrize(
    ("data", "in_scope", "in_all"),
    [
        (b"", False, False),
        (b'{"name": "x"}', False, False),
        (b'"cloudtrail:StopLogging"', True, True),
        (b"CloudTrail", True, True),
        (b"cloud-trail", True, True),
        (b'{"Statement": []}', False, True),
        (b'[{"Effect": "Allow", "Action": "s3:Get"}]', False, True),
        (b"policy", False, True),
        (b"Policies: []", False, True),
        (b"# policylint: allow CT101", True, True),
        (b'{"policylint": {"allow": {"CT101": ""}}}', True, True),
        (rb'"\u0063loudtrail:Get"', True, True),
        (rb'"\U00000063loudtrail"', True, True),
        (rb'"cloud\x74rail"', True, True),
        (rb'"cloud\x2Dtrail"', True, True),
        (b'"cloud\\\n  trail"', True, True),
        (b'"cloud\\\r\n  trail"', True, True),
        (b'"%7B%22%53tatement"', True, True),
        ("x cloudtrail".encode("utf-16-le"), True, True),
        ("x cloudtrail".encode("utf-16-be"), True, True),
        ("cloudtrail".encode("utf-16"), True, True),
        (b"\xff\xfe\x00", False, False),
    ],
)
def test_bytes_that_may_contain_a_policy(data: bytes, *, in_scope: bool, in_all: bool) -> None:
    assert may_matter(data, everything=False) is in_scope
    assert may_matter(data, everything=True) is (in_all or in_scope)
    assert may_matter(b"x" * 9 + data.swapcase() + b"\n", everything=False) is in_scope


def test_an_ignored_folder_is_walked_if_it_is_given(tree: Callable[..., None]) -> None:
    tree("cdk.out/a.template.json", "cdk.out/asset.1/b.json", top="cdk.out/\n*.bak.json\n")
    assert found() == []
    assert found("cdk.out") == ["cdk.out/a.template.json", "cdk.out/asset.1/b.json"]
    assert found("cdk.out/asset.1") == ["cdk.out/asset.1/b.json"]
