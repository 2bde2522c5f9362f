"""Single values from outside: each is valid, or it is unknown (None)."""

from __future__ import annotations

import math
from datetime import datetime, timezone

SEVERITIES = ("normal", "warning", "critical")
MAX_PERCENT = 1000
EPOCHS = (1_500_000_000, 4_102_444_800)  # 2017 to 2100: the plausible times

NO_CURRENCY = "XXX"  # the code of ISO 4217 for no currency
PLACES = {  # the decimal places of ISO 4217, where they are not two
    **dict.fromkeys(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"], 0),
    **dict.fromkeys(["PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


def number(value: object) -> float | None:
    """A finite number, or None; a boolean is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def percentage(value: object) -> float | None:
    """A percentage (0..100, or somewhat more) as received, or None.

    Floating-point noise is kept: Claude Code, too, shows 28.999999999999996 as 28.
    """
    found = number(value)
    return found if found is not None and 0 <= found <= MAX_PERCENT else None


def minute(value: object) -> int | None:
    """A reset time in epoch seconds, rounded to the minute since it jitters; or None.

    Takes ISO 8601 text, or epoch seconds as the statusLine hook gives them.
    """
    seconds = _iso(value) if isinstance(value, str) else number(value)
    if seconds is None or not EPOCHS[0] <= seconds <= EPOCHS[1]:
        return None
    return math.floor(seconds / 60 + 0.5) * 60


def reset_time(value: object, as_of: float, longest: float) -> int | None:
    """A reset time like ``minute``, but at most ``longest`` seconds after ``as_of``."""
    found = minute(value)
    return found if found is not None and found - as_of <= longest else None


def clean(text: str, length: int = 40) -> str:
    """A name from outside, without control characters and of limited length."""
    return "".join(
        character for character in text[: 4 * length] if character.isprintable()
    ).strip()[:length]


def severity(value: object) -> str | None:
    """The server's own word for how near a limit is, or None for an unknown word."""
    return value if isinstance(value, str) and value in SEVERITIES else None


def money_unit(currency: object, places: object) -> tuple[str, int]:
    """The code of a currency and the decimal places of its amounts, the usual ones by default.

    Plans without a currency are billed in US dollars; an invalid code means no currency.
    """
    code = "USD" if currency is None else NO_CURRENCY
    if isinstance(currency, str) and len(currency) == 3 and currency.isascii():
        code = currency.upper() if currency.isalpha() else code
    given = number(places)
    return code, int(given) if given is not None and given in range(7) else PLACES.get(code, 2)


def _iso(text: str) -> float | None:
    """ISO 8601 as epoch seconds; the fraction, which Python 3.10 is fussy about, is left out."""
    whole, dot, rest = text.strip().replace("Z", "+00:00").partition(".")
    try:
        when = datetime.fromisoformat(whole + rest.lstrip("0123456789") if dot else whole)
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None
