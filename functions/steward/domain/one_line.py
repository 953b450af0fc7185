"""Text that somebody wrote, as one line that can be shown: in a notice, in a record, in an error."""

LONGEST = 1000
"""Characters of one text that somebody wrote."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """Without control characters, line ends and invisible formatting, which could forge another line."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:longest]
