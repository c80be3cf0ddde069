"""One way to say what the settings of an experiment may be."""

import math
from collections.abc import Callable
from typing import Any

Rule = tuple[Callable[[Any], bool], str]

COUNT: Rule = (lambda n: isinstance(n, int) and n >= 1, "an integer of at least 1")
NOT_NEGATIVE: Rule = (lambda n: 0 <= n < math.inf, "a finite number of at least 0")
AT_LEAST_1: Rule = (lambda x: 1 <= x < math.inf, "a finite number of at least 1")
SHARE: Rule = (lambda x: 0 <= x < 1, "a share in [0, 1)")


def one_of(*choices: Any) -> Rule:
    """One of some values."""
    return (lambda value: value in choices, f"one of {', '.join(map(str, choices))}")


def check_settings(settings: Any, **rules: Rule) -> None:
    """Raises ValueError, which names the field, if a field of `settings`, or an element of one that is a tuple, breaks
    its rule: a test and what it expects in words."""
    for name, (fine, expected) in rules.items():
        value = getattr(settings, name)
        if odd := [one for one in (value if isinstance(value, tuple) else (value,)) if not fine(one)]:
            raise ValueError(f"{name}: expected {expected}, got {odd[0]!r}")
