"""How the comparison writes differences, shares and their intervals."""

from __future__ import annotations

from auditor.records.comparison import Figure

_MINUS = "\N{MINUS SIGN}"


def decimal_points(fraction: float) -> str:
    """A difference without its sign, in points."""
    number = f"{abs(fraction) * 100:.1f}"
    return f"{number} point{'' if number == '1.0' else 's'}"


def signed(fraction: float) -> str:
    """A difference in points, with its sign."""
    number = f"{abs(fraction) * 100:.1f}"
    sign = "" if number == "0.0" else "+" if fraction > 0 else _MINUS
    return sign + number


def lost_points(fraction: float) -> str:
    """Points that are lost; gained ones have a minus."""
    return signed(fraction).removeprefix("+")


def span(difference: Figure) -> str:
    """The interval of a difference, in points."""
    return f"{signed(difference.low)} to {signed(difference.high)}"


def clipped_percent(fraction: float) -> str:
    """A share in percent; what an interval has beyond 0 and 1 is cut."""
    return f"{min(max(fraction, 0.0), 1.0) * 100:.1f}%"


def percent_span(figure: Figure) -> str:
    return f"{clipped_percent(figure.low)[:-1]} to {clipped_percent(figure.high)}"
