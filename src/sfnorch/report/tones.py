"""What the status of an execution, a job run, an alarm or a scenario means, and the style of it at a terminal."""

from __future__ import annotations

from enum import Enum


class Tone(Enum):
    """What a status means: the color and the sign of an activity."""

    GOOD = "good"
    BAD = "bad"
    RUNNING = "running"
    OTHER = "other"


_TONES = {
    **dict.fromkeys(("SUCCEEDED", "HANDED_OVER", "OK", "passed"), Tone.GOOD),
    **dict.fromkeys(("FAILED", "TIMED_OUT", "TIMEOUT", "ERROR", "ALARM", "failed", "error"), Tone.BAD),
    **dict.fromkeys(("RUNNING", "STARTING", "WAITING", "STOPPING"), Tone.RUNNING),
}
_STYLES = {Tone.GOOD: "green", Tone.BAD: "bold red", Tone.RUNNING: "cyan", Tone.OTHER: "yellow"}


def find_tone(status: str) -> Tone:
    """Return what a status means; aborted, stopped, skipped and blocked activities are neither good nor bad."""
    return _TONES.get(status, Tone.OTHER)


def find_style(status: str) -> str:
    """Return the style of a status for rich."""
    return _STYLES[find_tone(status)]
