"""A night as a file: one line that says which night, then one line for each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events.ceremony import SLUG, CeremonyScheduled, Event, tag_of
from events.codec import encode
from events.patterns import plain
from events.recorded import Recorded
from events.timestamp import canonical, from_ms, to_ms
from tracker.ceremony import EMPTY, AlreadySo, Refused, decide, evolve
from tracker.wording import RULE as CONTROL_CHARACTER
from tracker.wording import cleaned

LONGEST_LINE: Final = 1 << 20
"""In bytes."""

Source = Annotated[str, Meta(min_length=1, max_length=2000)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Which night it is.

    Attributes:
        recording: The version of this format.
        starts_at: The announced start. A cue without `occurred_at` occurred at its offset from it.
        sources: Where the facts come from.
    """

    recording: Literal[1]
    # Leaves room for the suffix of a rehearsal.
    ceremony: Annotated[str, Meta(pattern=SLUG, max_length=64)]
    name: str
    starts_at: str
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        """Hold the start in the one stored form of a time."""
        msgspec.structs.force_setattr(self, "starts_at", canonical(self.starts_at))


class Cue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    An event with its place in time.

    Attributes:
        offset: When to play it, in milliseconds of show time; 0 before the start, never falling.
        occurred_at: Where it did not happen at its offset from the announced start: before that, in
            a show that began early or late, or noted late.
        estimated: Nobody clocked it.
        sources: Where this fact comes from, beyond the header's.
    """

    offset: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    event: Event
    occurred_at: str | UnsetType = UNSET
    estimated: bool = False
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        """Hold the time in the one stored form."""
        if self.occurred_at is not UNSET:
            msgspec.structs.force_setattr(self, "occurred_at", canonical(self.occurred_at))


class Recording(msgspec.Struct, frozen=True):
    """A night; its n-th cue is version n."""

    header: Header
    cues: tuple[Cue, ...]

    @property
    def times(self) -> list[int]:
        """When each version plays, in milliseconds of show time."""
        return [cue.offset for cue in self.cues]


class RecordingError(ValueError):
    """
    A recording that cannot be used: which line, what is wrong with it, what to do.

    Attributes:
        line: From 1; 0 for the file as a whole.
        rule: The rule of the night that refused the event, or None.
    """

    def __init__(self, name: str, line: int, problem: str, rule: str | None = None) -> None:
        super().__init__(f"{name}, line {line}: {problem}" if line else f"{name}: {problem}")
        self.line = line
        self.rule = rule


Part = TypeVar("Part", Header, Cue)

_header: Final = msgspec.json.Decoder(Header)
_cue: Final = msgspec.json.Decoder(Cue)


Clean = Callable[[int, str], None]
"""Is told the number of each line without its control characters, and where they stood."""


def load(
    source: Path | Traversable | Iterable[bytes],
    name: str | None = None,
    *,
    clean: Clean | None = None,
) -> Recording:
    """
    Return a recording of which every event is accepted in its turn.

    Args:
        source: A file, or its lines.
        name: What to call it in an error; a file's own name by default.
        clean: If given, control characters are left out of a line, which is told to it, rather than
            refused: the log that was exported may be older than that rule.

    Raises:
        RecordingError: The first thing that is wrong.
        OSError: The file cannot be read.
    """
    if isinstance(source, (Path, Traversable)):
        called = source.name if name is None else name
        with source.open("rb") as lines:
            return _load(_limited(lines.readline), called, clean)
    return _load(source, "recording" if name is None else name, clean)


def line(part: Header | Cue) -> bytes:
    """Return one line of a file, with its line feed."""
    return encode(part) + b"\n"


def bundled() -> Mapping[str, Recording]:
    """Return the recordings that come with the program, by ceremony."""
    nights = files("replay") / "ceremonies"
    found = [load(nights / f"{ceremony}.jsonl") for ceremony in bundled_ids()]
    found.sort(key=lambda each: each.header.starts_at, reverse=True)
    return {each.header.ceremony: each for each in found}


def bundled_ids() -> frozenset[str]:
    """Return the ceremonies of which recordings come with the program, by the files' names."""
    names = (each.name for each in (files("replay") / "ceremonies").iterdir())
    return frozenset(name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl"))


def recorded(
    recording: Recording, new_id: Callable[[], str], recorded_at: str, actor: str | UnsetType
) -> list[Recorded]:
    """Return the events as a log takes them in, versions 1 to n."""
    header = recording.header
    start = to_ms(header.starts_at)
    return [
        Recorded(
            ceremony=header.ceremony,
            version=version,
            id=new_id(),
            occurred_at=from_ms(start + cue.offset)
            if cue.occurred_at is UNSET
            else cue.occurred_at,
            recorded_at=recorded_at,
            event=cue.event,
            actor=actor,
        )
        for version, cue in enumerate(recording.cues, start=1)
    ]


def _limited(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    # One byte over the limit is enough to tell, whatever else the file holds.
    while text := readline(LONGEST_LINE + 1):
        yield text


def _load(lines: Iterable[bytes], name: str, clean: Clean | None) -> Recording:
    reader = _Reader(name, clean)
    for text in lines:
        reader.take(text)
    return reader.finish()


class _Reader:
    """Takes one line after the other, and refuses the first that is wrong."""

    def __init__(self, name: str, clean: Clean | None) -> None:
        self._name: Final = name
        self._clean: Final = clean
        self._line = 0
        self._header: Header | None = None
        self._cues: Final[list[Cue]] = []
        self._state = EMPTY

    def take(self, text: bytes) -> None:
        self._line += 1
        if len(text) > LONGEST_LINE:
            raise self._error(
                f"it is longer than {LONGEST_LINE} bytes; each event has a line of its own."
            )
        if self._header is None:
            self._header = self._decoded(_header, text)
        else:
            self._take_cue(self._header, self._decoded(_cue, text))

    def finish(self) -> Recording:
        self._line = 0
        if self._header is None:
            raise self._error("the file is empty; its first line should be the header.")
        if not self._cues:
            raise self._error("no event follows the header; the first is ceremony-scheduled.")
        return Recording(self._header, tuple(self._cues))

    def _decoded(self, decoder: msgspec.json.Decoder[Part], text: bytes) -> Part:
        if not text.strip():
            raise self._error("it is empty; remove it.")
        try:
            return decoder.decode(text.decode("utf-8"))
        except UnicodeDecodeError as problem:
            raise self._error(
                f"byte {problem.start + 1} is not UTF-8; save the file as UTF-8."
            ) from problem
        except msgspec.ValidationError as problem:
            wanted = "a header" if self._line == 1 else "a cue with an event"
            raise self._error(
                f"this is not {wanted}: {plain(problem)}; correct that field."
            ) from problem
        except msgspec.DecodeError as problem:
            raise self._error(f"this is not JSON: {problem}.") from problem

    def _take_cue(self, header: Header, cue: Cue) -> None:
        if not self._cues:
            self._check_first(header, cue.event)
        elif cue.offset < self._cues[-1].offset:
            raise self._error(
                f"$.offset goes back from {self._cues[-1].offset} to {cue.offset};"
                " put the lines in the order of their offsets."
            )
        if cue.occurred_at is UNSET:
            self._check_hour(header, cue)
        decision, tag = decide(cue.event, self._state), tag_of(cue.event)
        if isinstance(decision, Refused) and decision.rule == CONTROL_CHARACTER and self._clean:
            self._clean(self._line, f"{tag}: {decision.detail}")
            self._header = cleaned(header)
            cue = msgspec.structs.replace(cue, event=cleaned(cue.event))
            decision = decide(cue.event, self._state)
        if isinstance(decision, Refused):
            raise self._error(f"{tag} is refused: {decision.detail}", decision.rule)
        if isinstance(decision, AlreadySo):
            raise self._error(
                f"{tag} changes nothing, since line {decision.version + 1} made it so; remove it.",
                "already-so",
            )
        self._state = evolve(self._state, cue.event)
        self._cues.append(cue)

    def _check_hour(self, header: Header, cue: Cue) -> None:
        try:
            from_ms(to_ms(header.starts_at) + cue.offset)
        except OverflowError as problem:
            raise self._error(
                f"$.offset {cue.offset} leads past the year 9999; correct it."
            ) from problem

    def _check_first(self, header: Header, event: Event) -> None:
        if not isinstance(event, CeremonyScheduled):
            raise self._error(
                f"the first event is {tag_of(event)}; it must be ceremony-scheduled.",
                "not-scheduled",
            )
        for field in ("name", "starts_at"):
            said, scheduled = getattr(header, field), getattr(event, field)
            if said != scheduled:
                raise self._error(
                    f"$.event.{field} is {scheduled!r}, but {said!r} in the header;"
                    " make them equal."
                )

    def _error(self, problem: str, rule: str | None = None) -> RecordingError:
        return RecordingError(self._name, self._line, problem, rule)
