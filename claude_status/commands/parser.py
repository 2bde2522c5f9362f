"""The parser of the command line, which says in one sentence what cannot be meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

_CHOICE = re.compile(r"argument (\S+): invalid choice: (.*) \(choose from .*\)", re.DOTALL)
_OPTION = re.compile(r"-\D")  # a negative number is a value
_UNKNOWN = "unrecognized arguments: "
_REQUIRED = "the following arguments are required: "
_WORDINGS = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"^argument (\S+): expected one argument$", r"the option \1 needs a value"),
        (r"^argument (\S+): ignored explicit argument .*", r"the option \1 takes no value"),
        (r"^argument (\S+): not allowed with argument ", r"the option \1 is not allowed with "),
        (r"^argument (\S+): ", r"option \1: "),
    )
]


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are sentences, with a suggestion where one is near."""

    _given: Sequence[str] | None = None  # None for a command that was not given

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and remember what was given."""
        self._given = list(args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """End with status 2, and a sentence that names the ``--help`` to read."""
        parser = self._asked()
        self.exit(2, f"claude-status: {parser.reason(message)}: see `{parser.prog} --help`.\n")

    def reason(self, message: str) -> str:
        """What argparse says, in our words."""
        choice = _CHOICE.fullmatch(message)
        option = self._unknown_option()
        if option and (message.startswith(_REQUIRED) or (choice and choice[1] == "COMMAND")):
            return f"Unknown option {option!r}{_near(option, self._options())}"
        if choice:
            name, value = choice.groups()
            known = [
                str(each) for action in self._actions_of(name) for each in action.choices or ()
            ]
            return f"Unknown {_noun(name)} {value}{_near(value.strip(chr(39)), known)}"
        if message.startswith(_UNKNOWN):
            first = option or message.removeprefix(_UNKNOWN).split(" ")[0]
            if first.startswith("-"):
                return f"Unknown option {first!r}{_near(first, self._options())}"
            return f"There is one argument too many, {first!r}"
        if message.startswith(_REQUIRED):
            *others, last = message.removeprefix(_REQUIRED).split(", ")
            noun = "The option " * last.startswith("-")
            return f"{noun}{' and '.join([*others, last])} {'are' if others else 'is'} missing"
        for pattern, words in _WORDINGS:
            message = pattern.sub(words, message)
        return message[:1].upper() + message[1:]

    def _asked(self) -> Parser:
        """The parser of the command that was given, or this one if an option before it is wrong."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    if parser._given is not None:
                        self._given = (self._given or ())[: -len(parser._given) - 1]
                        asked: Parser = parser._asked()
                        return self if self._unknown_option() else asked
        return self

    def _options(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]

    def _unknown_option(self) -> str:
        """The first word given that looks like an option and is none, or begins none."""
        known = self._options()
        for word in self._given or ():
            name = word.partition("=")[0]
            if _OPTION.match(word) and not any(option.startswith(name) for option in known):
                return name
        return ""

    def _actions_of(self, name: str) -> list[argparse.Action]:
        return [
            action
            for action in self._actions
            if name in (action.metavar, action.dest, *action.option_strings)
        ]


def _noun(name: str) -> str:
    return name.lstrip("-").lower()


def _near(name: str, known: Iterable[str]) -> str:
    """What a wrong name may stand for, in brackets; "" where none is near."""
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""
