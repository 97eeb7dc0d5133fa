"""Neovim as the client of the language server, set up as docs/editors.md says."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main
from support.neovim import Neovim, numbered, recorded
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("nvim") is None, reason="needs Neovim and a socket"
)

PAGE = PROJECT / "docs" / "editors.md"
RECORDING = re.compile(r"(```text\n)-- nvim.*?(```)", re.DOTALL)
RECORDED_WITH = "7"
"""The 0.7 of Debian 12; others draw and sort some things differently."""
BEFORE = """\
Version: "2012-10-17"
Statement:
  - Effect: Allow
    Action:
      - cloudtrail:PutAuditEvents
      - cloudtrail:LookupEvent
    Resource: "*"
"""
AFTER = """\
Version: "2012-10-17"
Statement:
  - Effect: Allow
    Action:
      - cloudtrail-data:PutAuditEvents
      # policylint: allow CT101 -- spelt so by our proxy
      - cloudtrail:LookupEvent
      - cloudtrail:GetTrailStatus
    Resource: "*"
"""
"""The file after the session."""


@pytest.fixture
def neovim(tmp_path: Path) -> Iterator[Neovim]:
    (tmp_path / "policy.yaml").write_text(BEFORE)
    recipes = re.findall(r"```lua\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    newest, older = recipes
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    init = f"if vim.fn.has('nvim-0.11') == 1 then\n{newest}else\n{older}end\n"
    neovim = Neovim(tmp_path, init, {"PATH": path})
    yield neovim
    neovim.stop()


def test_somebody_fixes_suppresses_looks_up_completes_and_saves(
    neovim: Neovim,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The recording in docs/editors.md is of this session; ``UPDATE_DOCS=1`` writes it."""
    seen = []

    def see(step: str) -> list[str]:
        screen = neovim.screen()
        seen.append(recorded(step, screen[:-1]))  # the last line has the ruler
        return screen

    def findings(*lines: int) -> None:
        shown = "vim.tbl_map(function(one) return one.lnum + 1 end, vim.diagnostic.get(0))"
        neovim.until(f"vim.deep_equal({shown}, {{ {', '.join(map(str, lines))} }})")

    neovim.keys(
        ":set columns=100 lines=22 laststatus=0 completeopt=menuone,noselect fillchars=eob:\\  | edit policy.yaml<CR>"
    )
    findings(5, 6)
    screen = see("nvim policy.yaml")
    assert "cloudtrail:PutAuditEvents" in screen[4]
    assert "■" in screen[4]

    neovim.keys("5Ggra")
    titles = neovim.menu()
    seen.append(recorded("the code actions of line 5: gra", numbered(titles)))
    assert titles[0] == "CT104: Use the prefix cloudtrail-data"
    neovim.choose(0)
    findings(6)

    neovim.keys("6Ggra")
    titles = neovim.menu()
    seen.append(recorded("those of line 6", numbered(titles)))
    (suppress,) = (n for n, title in enumerate(titles) if title.startswith("Suppress CT101"))
    neovim.choose(suppress)
    findings()
    neovim.keys(":%s/<lt>reason>/spelt so by our proxy/<CR>")
    see("the first, the one that suppresses, and a reason")

    neovim.keys("5G10|K")
    page = neovim.floating()
    seen.append(recorded("what the action is: K", page))
    assert any("access level" in line for line in page), page

    neovim.keys("7Gyypf:lCGetTrail<C-x><C-o>")
    offered = neovim.completions()
    seen.append(recorded("one more action: cloudtrail:GetTrail, Ctrl-X Ctrl-O", offered))
    assert any("cloudtrail:GetTrailStatus" in line for line in offered), offered
    neovim.keys("<C-n><C-n><C-y><Esc>:w<CR>")
    neovim.until("not vim.bo.modified")
    assert (tmp_path / "policy.yaml").read_text() == AFTER
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "policy.yaml"]) == 0
    lines = capsys.readouterr()
    seen.append(recorded("chosen, saved, and linted", (lines.out + lines.err).splitlines()))

    if neovim.lua("vim.version().minor") == RECORDED_WITH:
        page_text = PAGE.read_text(encoding="utf-8")
        current = RECORDING.sub(lambda found: found[1] + "\n".join(seen) + found[2], page_text)
        if os.environ.get("UPDATE_DOCS"):
            PAGE.write_text(current, encoding="utf-8")
        assert current == page_text
