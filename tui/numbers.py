"""Numbers as a learner reads them: short, with a true minus sign, never in a notation that needs decoding."""

import math


def short(value: float) -> str:
    """About three significant digits: 0.6931 → 0.693, 12.34 → 12.3, 1190 → 1,190, 0.00004 → 4e-05, nan → –."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 100:
        text = f"{value:.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    elif size >= 1:
        text = f"{value:.2f}"
    elif size >= 0.001 or size == 0:
        text = f"{value:.3f}"
    else:
        text = f"{value:.0e}"
    return minus(text)


def minus(text: str) -> str:
    """The sign as typeset: −0.3, not -0.3. A zero carries none; the sign of an exponent stays."""
    if not text.startswith("-"):
        return text
    return "−" + text[1:] if any(digit in text for digit in "123456789") else text[1:]


def percent(probability: float) -> str:
    """0.883 → 88 % (a narrow no-break space before the sign, as both languages set it)."""
    return f"{100 * probability:.0f}\u202f%"


def duration(seconds: float) -> str:
    """4 → 0:04, 75 → 1:15, 4000 → 1:06:40."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
