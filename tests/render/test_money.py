from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import Credits
from claude_status.render.money import amount, money
from tests.strategies import NOW, thorough


def _credits(
    used: int | None, limit: int | None, currency: str = "USD", places: int = 2
) -> Credits:
    return Credits(used, limit, currency, places, None, NOW, "endpoint")


@pytest.mark.parametrize(
    ("minor", "currency", "places", "text"),
    [
        (12550, "USD", 2, "$125.50"),
        (50000, "USD", 2, "$500"),
        (512, "USD", 2, "$5.12"),
        (5, "USD", 2, "$0.05"),
        (0, "USD", 2, "$0"),
        (12550, "EUR", 2, "€125.50"),
        (12550, "GBP", 2, "£125.50"),
        (12550, "JPY", 0, "¥12550"),
        (0, "JPY", 0, "¥0"),
        (12550, "KWD", 3, "KWD 12.550"),
        (12000, "KWD", 3, "KWD 12"),
        (1, "KWD", 3, "KWD 0.001"),
        (12550, "USD", 0, "$12550"),
        (12550, "USD", 6, "$0.012550"),
        (12550, "XXX", 2, "125.50"),
        (99_999_999_999_999, "USD", 2, "$999999999999.99"),
    ],
)
def test_an_amount(minor: int, currency: str, places: int, text: str) -> None:
    """An amount has all decimal places of its currency, or none if they are zero."""
    assert amount(minor, currency, places) == text


@pytest.mark.parametrize(
    ("used", "limit", "text"),
    [
        (12550, 50000, "$125.50/$500"),
        (12550, None, "$125.50"),
        (None, 50000, "?/$500"),
        (0, 50000, "$0/$500"),
        (0, 0, "$0/$0"),
    ],
)
def test_what_is_used_of_how_much(used: int | None, limit: int | None, text: str) -> None:
    """An unknown amount is a question mark, never zero; without a limit there is no slash."""
    assert money(_credits(used, limit)) == text


@thorough
@given(st.integers(0, 10**15), st.integers(0, 6))
def test_no_cent_is_lost(minor: int, places: int) -> None:
    """The text is the exact amount, whatever the decimal places."""
    text = amount(minor, "XXX", places)
    assert Decimal(text) == Decimal(minor).scaleb(-places)
    assert len(text.partition(".")[2]) in (0, places)
