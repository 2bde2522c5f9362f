"""A dataclass from the fields of a JSON object, each of which must have the right type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from claude_status.model.values import number

UNIONS = (UnionType, Union)
Record = TypeVar("Record")


def typed(record: Callable[..., Record], row: Mapping[str, Any]) -> Record:
    """Make a record; raises TypeError unless each plain field has the right type.

    The elements of a collection are checked by whoever makes them.
    """
    made = record(**row)
    for name, hint in _hints(record).items():
        if not _fits(getattr(made, name), hint):
            raise TypeError(name)
    return made


@lru_cache
def _hints(record: Callable[..., object]) -> dict[str, Any]:
    return get_type_hints(record)


def _fits(value: object, hint: Any) -> bool:
    """Whether a value has a type; a number must be finite, and a boolean is not a number."""
    if get_args(hint):
        return get_origin(hint) not in UNIONS or any(_fits(value, each) for each in get_args(hint))
    if hint is float:
        return number(value) is not None
    return isinstance(value, hint) and (hint is not int or not isinstance(value, bool))
