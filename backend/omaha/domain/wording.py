"""Reasons and error codes in words, with what to do about them.

Sources: reference updates 2.2 and 4 (reasons), 3.6 (error codes; update_engine's
action_processor.h), 3.5 (backoff).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from backend.omaha.domain.model import Reason


class Words(NamedTuple):
    """A short name, and what it means or what to do."""

    name: str
    advice: str


REASONS: Final[dict[Reason, Words]] = {
    Reason.NONE: Words("", ""),
    Reason.UP_TO_DATE: Words("Up to date", "The machine runs the channel's version."),
    Reason.NO_PACKAGE: Words(
        "Nothing to offer", "Point the group's channel at a package of its architecture."
    ),
    Reason.BLACKLISTED: Words(
        "Version blacklisted", "Point the channel at another package, or end the blacklisting."
    ),
    Reason.DISABLED: Words("Updates are off", "Enable updates in the group's policy."),
    Reason.OUTSIDE_WINDOW: Words(
        "Outside the update window", "It is offered at a check inside the next window."
    ),
    Reason.PAUSED: Words("Rollout paused", "Resume the rollout."),
    Reason.ABORTED: Words("Rollout aborted", "Start it again, or point the channel elsewhere."),
    Reason.BRAKED: Words(
        "Rollout stopped by itself", "Look at the machines that failed, then resume or abort."
    ),
    Reason.OEM_FILTERED: Words("OEM excluded", "The group's policy leaves this OEM out."),
    Reason.PLATFORM_FILTERED: Words(
        "Platform excluded", "The group's policy leaves this platform out."
    ),
    Reason.RELEASE_FILTERED: Words(
        "Present version excluded", "The group's policy leaves machines of this version out."
    ),
    Reason.PERIOD_LIMIT: Words(
        "Rate limit reached", "As many machines as allowed were updated in this period."
    ),
    Reason.CONCURRENCY_LIMIT: Words(
        "Concurrency limit reached", "As many machines as allowed are updating now."
    ),
    Reason.SAFE_MODE: Words(
        "Waiting for the first machine", "Safe mode: others follow when the first succeeded."
    ),
    Reason.NOT_YET_SELECTED: Words(
        "Its turn has not come", "The rollout's share has not reached this machine."
    ),
    Reason.WAVE: Words("In a later wave", "The present wave has to end well first."),
    Reason.BOOTED_BACK: Words(
        "Booted back", "The new version did not boot. Find out why, then retry the machine."
    ),
    Reason.NEWER_THAN_CHANNEL: Words(
        "Newer than the channel", "Allow downgrades in the policy to bring it back."
    ),
    Reason.NEEDS_MULTI_MANIFEST: Words(
        "Mirror too old", "The mirror must understand several manifests while floors exist."
    ),
    Reason.CLIENT_BACKOFF: Words(
        "The machine waits", "After failed downloads it waits by itself and then asks again."
    ),
}

_ERRORS: Final[dict[int, Words]] = {
    0: Words("Failed, no reason given", "Read the log of the client on the machine."),
    1: Words("Unknown failure", "Read the update-engine log on the machine."),
    2: Words("Request failed", "The machine could not reach the update service."),
    5: Words("Post-install failed", "Read the log; extra files may be missing on the server."),
    9: Words("Download failed", "Check that the machine reaches the payload's address."),
    10: Words("Wrong checksum", "The payload or a proxy is broken: compare its SHA-256."),
    11: Words("Wrong size", "The payload or a proxy is broken: compare its size."),
    12: Words("Verification failed", "The payload is damaged or not signed for this machine."),
    14: Words("Write failed", "Check the machine's disk."),
    15: Words("Root partition failed", "Check the machine's disk and free space."),
    16: Words("Kernel failed", "Check the machine's boot partition and its free space."),
    17: Words("Payload not signed", "Host the signed payload of the release."),
    18: Words("Signed with another key", "The machine's key and the payload's do not match."),
    21: Words("Not a payload", "The address served something else, often an error page."),
    30: Words("Empty answer", "A proxy may cut the service's answers."),
    31: Words("Answer not XML", "A proxy may answer in the service's place."),
    34: Words("Answer not understood", "The service's answer was refused by the machine."),
    37: Words("Answer dropped", "The machine's own policy dropped the offer."),
    40: Words("Backing off", "After failed downloads it waits by itself and then asks again."),
    42: Words("Boot measurement failed", "The PCR policy could not be prepared: check its server."),
    43: Words("Boot measurement refused", "The PCR policy server refused: check its log."),
    44: Words("Booted back", "The new version did not boot. Find out why, then retry the machine."),
}

ERROR_BOOTED_BACK: Final = 44
"""The new version did not boot."""
HTTP_BASE: Final = 2_000
"""update_engine reports HTTP status n as 2000 + n."""


def reason(number: int) -> Words:
    """A stored reason in words; an unknown number is shown as it is."""
    try:
        return REASONS[Reason(number)]
    except ValueError:
        return Words(f"Reason {number}", "A newer version of this service recorded it.")


def failure_class(code: int) -> str:
    """An error code as one of few: a known base code, ``http``, or ``other``."""
    base = base_code(code)
    if base in _ERRORS:
        return str(base)
    return "http" if HTTP_BASE < base < HTTP_BASE + 1_000 else "other"


def error(code: int) -> Words:
    """An error code as the machine sent it (flags and all) in words."""
    base = base_code(code)
    if base in _ERRORS:
        return _ERRORS[base]
    if HTTP_BASE < base < HTTP_BASE + 1_000:
        return Words(f"HTTP {base - HTTP_BASE}", "A server or proxy on the way answered so.")
    return Words(f"Error {base}", "Read the update-engine log on the machine.")


def base_code(code: int) -> int:
    """An error code without its flag bits (updates 3.6)."""
    return code & 0x0FFF_FFFF
