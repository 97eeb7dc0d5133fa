"""A Neovim without a window that is driven by keys, as somebody at it would."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENCE = 30.0
"""The most seconds to wait for something: a busy machine is slow."""
_ASK = """
vim.ui.select = function(items, options, choose)
  asked = { titles = vim.tbl_map(options.format_item or tostring, items), items = items, choose = choose }
end
"""
"""Keeps a menu for ``Neovim.menu``: the built-in one waits for a key and answers nothing else."""


class Neovim:
    """Neovim with the Lua text *init* as its configuration; nothing outside of *folder* is read."""

    def __init__(self, folder: Path, init: str, environment: dict[str, str]) -> None:
        home = folder / "home"
        home.mkdir()
        (home / "init.lua").write_text(init + _ASK)
        self._socket = str(home / "socket")
        dirs = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        self._environment = {**os.environ, **environment, **dict.fromkeys(dirs, str(home))}
        options = ["--headless", "-n", "-i", "NONE", "-u", str(home / "init.lua")]
        self._process = subprocess.Popen(
            ["nvim", *options, "--listen", self._socket],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE
        while not os.path.exists(self._socket):
            assert self._process.poll() is None, "it ended"
            assert time.monotonic() < until, "it did not start"

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def keys(self, keys: str) -> None:
        """Type *keys*, special ones such as ``<Esc>`` by their names in Neovim."""
        self._remote("--remote-send", keys)

    def lua(self, expression: str) -> str:
        """The value of an *expression* of Lua, as text."""
        quoted = expression.replace("'", "''")
        return self._remote("--remote-expr", f"luaeval('tostring({quoted})')")

    def until(self, condition: str) -> None:
        """Return as soon as the *condition* in Lua is true."""
        until = time.monotonic() + PATIENCE
        while self.lua(f"({condition}) and true or false") != "true":
            assert time.monotonic() < until, f"{condition}\n{self.screen()}"

    def screen(self) -> list[str]:
        """The lines of the screen that are not empty; without a window, what floats is not drawn."""
        self._remote("--remote-expr", "execute('redraw')")
        row = "join(map(range(1, &columns), {_, column -> screenstring(row, column)}), '')"
        rows = "join(map(range(1, &lines), {_, row -> " + row + '}), "\\n")'
        shown = self._remote("--remote-expr", rows).splitlines()
        return [line.rstrip() for line in shown if line.strip(" ~")]

    def floating(self) -> list[str]:
        """The lines of the window that floats above the others, once it is there."""
        self.until("#vim.api.nvim_list_wins() == 2")
        buffer = "vim.api.nvim_win_get_buf(vim.api.nvim_list_wins()[2])"
        lines = f"vim.api.nvim_buf_get_lines({buffer}, 0, -1, true)"
        return self.lua(f"table.concat({lines}, '\\n')").splitlines()

    def completions(self) -> list[str]:
        """What the menu of completions offers, once it is there."""
        self.until("vim.fn.pumvisible() == 1")
        shown = "function(one) return one.abbr .. '  ' .. one.kind end"
        items = f"vim.tbl_map({shown}, vim.fn.complete_info({{'items'}}).items)"
        return self.lua(f"table.concat({items}, '\\n')").splitlines()

    def menu(self) -> list[str]:
        """The titles of the menu that has opened."""
        self.until("asked ~= nil")
        return self.lua("table.concat(asked.titles, '\\n')").splitlines()

    def choose(self, number: int) -> None:
        """Choose the entry *number* of the menu, from 0."""
        entry = f"menu.items[{number + 1}], {number + 1}"
        self.lua(
            f"(function() local menu = asked; asked = nil; menu.choose({entry}) return 1 end)()"
        )

    def _remote(self, *arguments: str) -> str:
        done = subprocess.run(
            ["nvim", "--server", self._socket, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return (done.stdout or done.stderr).removesuffix("\n")


def recorded(step: str, lines: Sequence[str]) -> str:
    """The *step* of a recording, and what was seen then."""
    return "\n".join([f"-- {step}", "", *(f"   {line}" for line in lines), ""])


def numbered(titles: Sequence[str]) -> list[str]:
    """*titles* as Neovim's own menu lists them."""
    return [f"{number}: {title}" for number, title in enumerate(titles, 1)]
