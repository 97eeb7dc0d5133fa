"""Views of files that tests write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudtrail_policylint.questions.ask import Asker, Question, actions_of
from cloudtrail_policylint.questions.reading import read_view
from cloudtrail_policylint.questions.who import find
from cloudtrail_policylint.settings.lookup import NearestSettings

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.questions.ask import Answered
    from cloudtrail_policylint.questions.view import View

ACCOUNT = "111122223333"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/audit"


def view_of(folder: Path, files: dict[str, str]) -> View:
    """The view of *files*, which are written into *folder*."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_view([str(folder)], NearestSettings(None))


def answer(
    view: View,
    principal: str,
    action: str,
    resource: str | None = None,
    *,
    account: str | None = None,
    **context: str,
) -> Answered:
    """The answer to one question; underscores in the names of *context* are ``:`` and ``/``."""
    keys = {name.replace("__", ":"): (value,) for name, value in context.items()}
    (who,) = find(view, principal)
    (name,) = actions_of(action)
    return Asker(view).ask(who, Question(principal, name, resource, keys, account))
