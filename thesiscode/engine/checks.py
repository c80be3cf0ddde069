"""One way to say what the settings of an experiment may be."""

import math
from collections.abc import Callable
from typing import Any

Rule = tuple[Callable[[Any], bool], str]


def _whole(n: Any) -> bool:
    return isinstance(n, int) and not isinstance(n, bool)


COUNT: Rule = (lambda n: _whole(n) and n >= 1, "an integer of at least 1")
FROM_0: Rule = (lambda n: _whole(n) and n >= 0, "an integer of at least 0")
NOT_NEGATIVE: Rule = (lambda x: 0 <= x < math.inf, "a finite number of at least 0")
ABOVE_0: Rule = (lambda x: 0 < x < math.inf, "a finite number above 0")
AT_LEAST_1: Rule = (lambda x: 1 <= x < math.inf, "a finite number of at least 1")
SHARE: Rule = (lambda x: 0 <= x < 1, "a number in [0, 1)")


def one_of(*choices: Any) -> Rule:
    """One of some values."""
    return (lambda value: value in choices, f"one of {', '.join(map(str, choices))}")


def check_settings(settings: Any, **rules: Rule) -> None:
    """Raises ValueError, which names the field, if a field of `settings`, or an element of one that is a tuple, breaks
    its rule, a test and what it expects in words, or is of a kind that the test cannot compare."""
    for name, (fine, expected) in rules.items():
        value = getattr(settings, name)
        for one in value if isinstance(value, tuple) else (value,):
            try:
                passed = fine(one)
            except TypeError:
                passed = False
            if not passed:
                raise ValueError(f"{name}: expected {expected}, got {one!r}")


def check_distinct(settings: Any, *names: str) -> None:
    """Raises ValueError if one of these fields, tuples, is empty or holds a value twice."""
    for name in names:
        value = getattr(settings, name)
        if not value or len(set(value)) != len(value):
            raise ValueError(f"{name}: expected at least one value, each of them once, got {value!r}")
