"""What a form or an address says, read with care."""


def whole_number(text: str) -> int | None:
    """The number 0..10**18 - 1 that ``text`` is; None for anything else. Not every digit is one of
    ours ("²" is a digit to Python), and no row's number is longer than a database's integer."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
