"""What the text of an error may contain."""

from __future__ import annotations

MADE_UP = "MADE-UP"  # is in every token of these tests


def fit_to_print(error: BaseException) -> None:
    """Fail unless ``error`` is one printable sentence, without a token anywhere in its chain."""
    assert str(error).isprintable()
    assert str(error)[-1] in ".?"
    link: BaseException | None = error
    while link is not None:
        assert MADE_UP not in f"{link!r} {link} {vars(link)}"
        link = link.__cause__ or link.__context__
