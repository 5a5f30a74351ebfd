"""Numbers inside substituted formulas."""

from tui.numbers import minus


def fixed(value: float | None, decimals: int = 4) -> str:
    """0.9172; "> 10³⁰⁸" for what no float holds."""
    if value is None:
        return "> 10³⁰⁸"
    if abs(value) >= 10**7:
        return minus(f"{value:.3e}")
    return minus(f"{value:.{decimals}f}")


def term(value: float, decimals: int = 2) -> str:
    """A number after an operator: 0.50, but (−0.50)."""
    text = fixed(value, decimals)
    return f"({text})" if text.startswith("−") else text


def answer(number: int) -> str:
    """y₁ for the first answer, number 0."""
    return "y" + "".join(chr(ord("₀") + int(digit)) for digit in str(number + 1))


def raised(exponent: int) -> str:
    """⁴ for 4."""
    return str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def vector(values: tuple[float, ...], decimals: int = 3) -> str:
    """(0.917, 0.083)"""
    return f"({', '.join(fixed(value, decimals) for value in values)})"


def grouped(value: int, language: str) -> str:
    """131,072 in English, 131 072 (with a narrow space that does not break) in Spanish."""
    return minus(f"{value:,}" if language == "en" else f"{value:,}".replace(",", "\u202f"))
