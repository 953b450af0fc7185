"""Outcomes of clusters, in words and colors."""

from rich.text import Text

COLORS = {
    "rotated": "green",
    "synced": "green",
    "in_sync": "green",
    "drifted": "yellow",
    "deleted": "green",
    "would_rotate": "green",
    "would_sync": "green",
    "would_delete": "green",
    "skipped": "bright_black",
    "refused": "yellow",
    "rejected": "yellow",
    "expired": "yellow",
    "still_wanted": "magenta",
    "cancelled": "yellow",
    "gone": "magenta",
    "failed": "red",
    "timed_out": "red",
    "not_reached": "yellow",
}


def outcome_text(outcome: str) -> Text:
    """``timed_out`` as a red "timed out"."""
    return Text(outcome.replace("_", " "), style=COLORS.get(outcome, ""))
