"""Amounts of money as text."""

from __future__ import annotations

from claude_status.model.usage import Credits
from claude_status.model.values import NO_CURRENCY

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", NO_CURRENCY: ""}


def money(credit: Credits) -> str:
    """What is used, of how much where there is a limit: ``$125.50/$500``; "" without both."""
    if credit.used is None and credit.limit is None:
        return ""
    used = "?" if credit.used is None else amount(credit.used, credit.currency, credit.exponent)
    if credit.limit is None:
        return used
    return f"{used}/{amount(credit.limit, credit.currency, credit.exponent)}"


def amount(minor: int, currency: str, exponent: int) -> str:
    """One amount given in minor units; the fraction is left out where it is zero."""
    whole, fraction = divmod(minor, 10**exponent)
    number = f"{whole}.{fraction:0{exponent}}" if fraction else f"{whole}"
    return f"{SIGNS.get(currency, currency + ' ')}{number}"
