"""Find formulas that MathJax would print in red: unknown commands, unbalanced braces, stray marks.

The commands come from the very MathJax that the book ships. Its script declares each one in a table such as
`new x.CommandMap("macros",{displaystyle:[...],...})`; the keys of these tables are what it can typeset.
"""

import re
from functools import cache
from itertools import accumulate
from pathlib import Path

TABLE = re.compile(r'\.(Command|Character|Delimiter|Environment)Map\("[^"]*",(?:[\w$.]+,)?\{')
AUTOLOAD = re.compile(r"autoload:\(0,[\w$.]+\)\(\{")
KEY = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([\w$]+))\s*:')
COMMAND = re.compile(r"\\([A-Za-z]+\*?|.)", re.DOTALL)
TEXT = re.compile(r"\\(?:text[a-z]*|mbox)\s*\{[^{}]*\}")
SIGN = re.compile(r"\\[^A-Za-z]")
GROUP = re.compile(r"\{[^{}]*\}")
# The argument of a script is a command, a sign, or a group (of which `double_scripts` leaves a dot).
DOUBLE = re.compile(r"([\^_])\s*(?:\\[A-Za-z]+|[^\\\s])\s*\1")
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}")


@cache
def known_names(script: Path) -> frozenset[str]:
    """The commands and environments that a MathJax script can typeset, without their backslash."""
    text = script.read_text(encoding="utf-8")
    names = set()
    for table in TABLE.finditer(text):
        names.update(keys(text, table.end() - 1))
    for table in AUTOLOAD.finditer(text):
        start = table.end() - 1
        names.update(re.findall(r'"([A-Za-z]+)"', text[start : closing(text, start)]))
    if "frac" not in names or "aligned" not in names:
        raise ValueError(f"{script} does not declare its commands in the way that this check reads")
    return frozenset(name.removeprefix("\\\\") for name in names)


def keys(text: str, start: int) -> list[str]:
    """The top-level keys of the JavaScript object that opens at `start`."""
    found, position, end = [], start + 1, closing(text, start)
    while position < end:
        key = KEY.match(text, position)
        if key is None:
            break
        found.append(key[1] if key[1] is not None else key[2])
        position = value_end(text, key.end()) + 1
    return found


def closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    return value_end(text, start + 1, comma=False)


def value_end(text: str, start: int, comma: bool = True) -> int:
    """Where a JavaScript value ends: at the comma or the closing bracket that does not belong to it."""
    depth, position = 0, start
    while True:
        letter = text[position]
        if letter in "\"'":
            position += 1
            while text[position] != letter:
                position += 2 if text[position] == "\\" else 1
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            if depth == 0:
                return position
            depth -= 1
        elif letter == "," and depth == 0 and comma:
            return position
        position += 1


def problems(tex: str, known: frozenset[str]) -> list[str]:
    """What MathJax would print in red in one formula."""
    found = [f"unknown command \\{name}" for name in commands(tex) if name.rstrip("*") not in known]
    found += [f"unknown environment {name}" for _, name in ENVIRONMENT.findall(tex) if name not in known]
    bare = COMMAND.sub("", tex)
    if bare.count("{") != bare.count("}"):
        found.append(f"{bare.count('{')} opening and {bare.count('}')} closing braces")
    elif not balanced(bare):
        found.append("a closing brace before its opening one")
    plain = SIGN.sub(".", TEXT.sub(".", tex))
    if "&" in plain and not ENVIRONMENT.search(tex):
        found.append("& outside of an environment")
    found += [f"two {mark} in a row" for mark in double_scripts(plain)]
    names = commands(tex)
    if names.count("left") != names.count("right"):
        found.append(f"{names.count('left')} \\left and {names.count('right')} \\right")
    if not nested(ENVIRONMENT.findall(tex)):
        found.append("\\begin and \\end do not match")
    return list(dict.fromkeys(found))


def commands(tex: str) -> list[str]:
    """The names of the commands in a formula; those of one sign, such as a comma, are always known."""
    return [name for name in COMMAND.findall(tex) if name[0].isascii() and name[0].isalpha()]


def balanced(bare: str) -> bool:
    """Whether every brace opens before it closes."""
    depths = accumulate((letter == "{") - (letter == "}") for letter in bare if letter in "{}")
    return all(depth >= 0 for depth in depths)


def double_scripts(plain: str) -> list[str]:
    """Each ^ or _ that follows another of its kind on the same base, groups read from the inner ones outwards."""
    found = []
    while group := GROUP.search(plain):
        found += DOUBLE.findall(group[0])
        plain = f"{plain[: group.start()]}.{plain[group.end() :]}"
    return found + DOUBLE.findall(plain)


def nested(marks: list[tuple[str, str]]) -> bool:
    """Whether every environment that begins ends, the inner ones first."""
    opened = []
    for mark, name in marks:
        if mark == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened
