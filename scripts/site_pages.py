"""The pages of the documentation site, called by MkDocs (``hooks`` in mkdocs.yml).

Pages are known by their paths in the repository, so that a link that works there works on the
site, and ``--strict`` fails for one that does not. Nothing is copied: README.md is the front page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

from cloudtrail_policylint._version import DOCS_URL
from cloudtrail_policylint.base.choices import SEVERITIES
from cloudtrail_policylint.report.pages import page_name
from cloudtrail_policylint.rulebook.file import facts_in
from cloudtrail_policylint.rulebook.folder import RuleFolder
from cloudtrail_policylint.rulebook.load import bundled

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

    from cloudtrail_policylint.rulebook.model import Rule

PROJECT = Path(__file__).resolve().parent.parent
OUTSIDE = {
    "README.md": "index.html",
    "CONTRIBUTING.md": "contributing/index.html",
    "SECURITY.md": "security/index.html",
    "CHANGELOG.md": "changelog/index.html",
    "benchmarks/README.md": "benchmarks/running/index.html",
    "cloudtrail_policylint/settings/settings.schema.json": "settings.schema.json",
    "cloudtrail_policylint/settings/expectations.schema.json": "expectations.schema.json",
}
"""Files outside ``docs`` that are on the site, and where."""
TAGS = "docs/rules/tags.md"
RULES = bundled().sorted()


def on_config(config: MkDocsConfig) -> None:
    """Set the address, and list the rules by family in the navigation."""
    config.site_url = DOCS_URL
    assert config.nav is not None
    (entry,) = (entry for entry in config.nav if "Rules" in entry)
    entry["Rules"] = ["docs/rules/README.md", TAGS]
    for family in facts_in(RuleFolder(str(PROJECT / "rules")))["families"]:
        pages = [_source(rule) for rule in RULES if rule.id.startswith(family["ids"])]
        entry["Rules"].append({f"{family['ids']}: {family['title']}": pages})


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """*files* with the paths of the repository, those outside ``docs``, and the page of tags."""
    placed = {_source(rule): f"rules/{rule.id}/index.html" for rule in RULES} | OUTSIDE
    found = []
    for file in files:
        if file.src_dir != config.docs_dir:
            found.append(file)  # of the theme
        else:
            placed.setdefault(f"docs/{file.src_uri}", file.dest_uri)
    found += [
        File(path, str(PROJECT), config.site_dir, config.use_directory_urls, dest_uri=place)
        for path, place in placed.items()
    ]
    tags = File.generated(config, TAGS, content=_tags_page())
    tags.dest_uri = "rules/tags/index.html"
    return Files([*found, tags])


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """*markdown* of *page*; a rule gets its tags, severity first."""
    if page.file.src_uri == "README.md":
        page.meta["hide"] = ["navigation"]  # it would list only this page
    rule = _RULES.get(page.file.src_uri)
    if rule is not None:
        page.meta["tags"] = [rule.severity, *rule.tags]
        page.meta["description"] = rule.summary
    return markdown


def _tags_page() -> str:
    """The rules by severity and by tag, for the plugin ``tags``."""
    tags = sorted({tag for rule in RULES for tag in rule.tags})
    lists = [f"<!-- material/tags {{ include: [{name}] }} -->" for name in (*SEVERITIES, *tags)]
    return "\n\n".join(["# Rules by severity and tag", *lists]) + "\n"


def _source(rule: Rule) -> str:
    return f"docs/rules/{page_name(rule)}"


_RULES = {_source(rule): rule for rule in RULES}
