"""The files that do not agree, and why."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
