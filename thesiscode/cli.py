"""The command `thesis`."""

from typing import Annotated

import tyro

from .zoo import load_ledger


def ledger(chapter: Annotated[str, tyro.conf.Positional] = "") -> None:
    """Prints what the book holds of the thesis: every equation and figure, its standing, code and page.

    Args:
        chapter: a chapter's number or an appendix' letter, such as b; all by default.
    """
    entries = [e for e in load_ledger() if not chapter or e.id.split("-")[2] == chapter.lower()]
    if not entries:
        raise SystemExit(f"chapter: the ledger holds nothing of {chapter!r}")
    for e in entries:
        print(f"{e.title:<16} {e.standing:<12} {e.claim}\n{'':16} {', '.join(e.code)}  [{e.page}]")


def main() -> None:
    """Entry point of the command line."""
    tyro.extras.subcommand_cli_from_dict({"ledger": ledger}, prog="thesis", description=__doc__)
