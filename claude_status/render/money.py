"""Amounts of money as text."""

from __future__ import annotations

from claude_status.model.usage import Credits
from claude_status.model.values import NO_CURRENCY

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", NO_CURRENCY: ""}


def money(credit: Credits) -> str:
    """What is used, and the limit if there is one: ``$125.50/$500``; "" without both."""
    if credit.used is None and credit.limit is None:
        return ""
    used = "?" if credit.used is None else amount(credit.used, credit.currency, credit.exponent)
    if credit.limit is None:
        return used
    return f"{used}/{amount(credit.limit, credit.currency, credit.exponent)}"


def amount(minor: int, currency: str, exponent: int) -> str:
    """One amount given in minor units; a fraction of zero is left out."""
    whole, fraction = divmod(minor, 10**exponent)
    number = f"{whole}.{fraction:0{exponent}}" if fraction else f"{whole}"
    return f"{SYMBOLS.get(currency, currency + ' ')}{number}"
