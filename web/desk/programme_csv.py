"""A programme as a spreadsheet: a line for each nominee, in ballot order."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from web.desk.misread import ANY_CEREMONY, misread, wrong
from web.desk.programme import Programme, ProgrammeCeremony
from web.errors import Misread, ProblemError

MEDIA_TYPE: Final = "text/csv"
FACTS: Final = ("id", "name", "starts_at", "venue", "hosts")
"""Of the ceremony itself: parameters of the query, since a table has no place for them."""
COLUMNS: Final = (
    "category",
    "category_key",
    "nominee",
    "title",
    "work",
    "distributors",
    "work_imdb",
    "people",
    "song",
    "country",
    "character",
)
MOST_ROWS: Final = 2_000
"""Lines of nominees in a table. A long night has 250; this many are read in some 50 ms."""
_LONGEST_NAME: Final = 300
"""Characters of a name that make its id; a longer name is refused (`events.ceremony.Name`)."""
_ID: Final = re.compile(r"[a-z0-9-]+")
_DETAILS: Final = ("song", "country", "character")
_QUOTED: Final = re.compile(r"'([^']+)'")


class Tabled(NamedTuple):
    """
    A programme, and where in its table it stands.

    Attributes:
        lines: By the id of a work or a nominee, or `category KEY`.
    """

    programme: Programme
    lines: Mapping[str, int]

    def place(self, event: int, detail: str) -> str:
        """Return where an event of the programme stands, by its index and what is wrong with it."""
        named = [each for each in _QUOTED.findall(detail) if "/" in each and each in self.lines]
        works, categories = self.programme.works, self.programme.categories
        if event == 0:
            return "query"
        if event <= len(works):
            return f"line {self.lines[works[event - 1].id]}"
        category = categories[event - 1 - len(works)]
        number = named[0] if named else f"category {category.key}"
        return f"line {self.lines[number]}"


def table_of(body: bytes, facts: Mapping[str, str]) -> Tabled:
    """
    Return the programme of a table and of the facts that stand beside it, with its lines.

    `people` and `distributors` hold names with semicolons between, each with its id in brackets
    where two share a name. Ids that are not given are made of the names.

    Raises:
        ProblemError: It is none; `errors` names every wrong line with its column.
    """
    table = _Table()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ProblemError(
            "bad-request", "The table is not UTF-8; save it as CSV in UTF-8."
        ) from problem
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        table.check_header(rows.fieldnames or [])
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                detail = f"A table holds {MOST_ROWS} lines of nominees at most; remove the others"
                table.mistakes.insert(0, Misread(f"line {rows.line_num}", detail))
                break
            cells = {key: value.strip() for key, value in row.items() if isinstance(value, str)}
            table.add(rows.line_num, cells, more=None in row)
    except csv.Error as problem:
        table.mistakes.append(Misread(f"line {rows.line_num + 1}", str(problem)))
    given = {
        "ceremony": _ceremony(facts),
        "works": list(table.works.values()),
        "categories": list(table.categories.values()),
    }
    table.check(given)
    if table.mistakes:
        raise misread(table.mistakes)
    return Tabled(msgspec.convert(given, Programme), table.lines)


def _ceremony(facts: Mapping[str, str]) -> dict[str, object]:
    card: dict[str, object] = {name: facts[name] for name in FACTS[:-1] if facts.get(name)}
    if facts.get("hosts"):
        card["hosts"] = _parts(facts["hosts"])
    return card


class _Table:
    """What was read so far, line by line."""

    def __init__(self) -> None:
        self.works: dict[str, dict[str, object]] = {}
        self.categories: dict[str, dict[str, object]] = {}
        self.mistakes: list[Misread] = []
        self.lines: dict[str, int] = {}
        self._last = ""
        self._keys: dict[str, str] = {}  # of categories, by name
        self._taken: dict[str, set[str]] = {}  # ids of nominees, by the category's key

    def check_header(self, columns: object) -> None:
        given = list(columns) if isinstance(columns, list) else []
        self.mistakes += [
            Misread("line 1", f"No column is called {name!r}; there are {', '.join(COLUMNS)}")
            for name in given
            if name not in COLUMNS
        ]
        if "category" not in given or not {"title", "people"} & set(given):
            detail = "The columns `category`, and `title` or `people`, must be there"
            self.mistakes.append(Misread("line 1", detail))

    def add(self, line: int, row: Mapping[str, str], *, more: bool) -> None:
        """Take in a nominee; an empty category is the one above; `more` than the header has."""
        if more:
            self.mistakes.append(Misread(f"line {line}", "It has more cells than the header"))
        name = row.get("category") or self._last
        if not name:
            self.mistakes.append(Misread(f"line {line}, column category", "It is empty"))
            return
        self._last = name
        category = self._category(line, name, row.get("category_key", ""))
        work = self._work(line, row)
        people = _people(row.get("people", ""))
        if not work and not people:
            self.mistakes.append(Misread(f"line {line}", "It names neither a title nor people"))
            return
        nominees = category["nominees"]
        assert isinstance(nominees, list)  # noqa: S101 - made below
        taken = self._taken.setdefault(str(category["key"]), set())
        wanted = row.get("nominee") or self._slug(row, work, people, taken, str(category["key"]))
        number = f"{category['key']}/{wanted}"
        if number in taken:
            self.mistakes.append(
                Misread(
                    f"line {line}, column nominee",
                    f"{number!r} stands there already; give each its own id",
                )
            )
        detail = {key: row[key] for key in _DETAILS if row.get(key)}
        nominee: dict[str, object] = {"id": number, "people": people}
        nominee |= ({"work": work} if work else {}) | ({"detail": detail} if detail else {})
        nominees.append(nominee)
        taken.add(number)
        self.lines[number] = line

    def check(self, given: Mapping[str, object]) -> None:
        """Name what the shapes of a programme do not allow, by the line it stands in."""
        card = given["ceremony"]
        assert isinstance(card, dict)  # noqa: S101 - made above
        for name in FACTS:
            fact = {name: card[name]} if name in card else {}
            others = {key: value for key, value in ANY_CEREMONY.items() if key != name}
            self.mistakes += [
                Misread(f"query, `{name}`", each.detail)
                for each in wrong(others | fact, ProgrammeCeremony, "")
            ]
        given = {"ceremony": ANY_CEREMONY, "works": [], "categories": []}
        for number, work in self.works.items():
            place = f"line {self.lines[number]}, its work"
            self._name(place, wrong({**given, "works": [work]}, Programme, ""))
        for category in self.categories.values():
            nominees = category["nominees"]
            assert isinstance(nominees, list)  # noqa: S101 - made above
            bare = {**category, "nominees": []}
            line = self.lines[f"category {category['key']}"]
            self._name(
                f"line {line}, its category",
                wrong({**given, "categories": [bare]}, Programme, ""),
            )
            for nominee in nominees:
                one = {**given, "categories": [{**_ANY, "nominees": [nominee]}]}
                self._name(f"line {self.lines[nominee['id']]}", wrong(one, Programme, ""))

    def _name(self, place: str, mistakes: list[Misread]) -> None:
        for each in mistakes:
            member = each.place.rpartition("]")[2].lstrip(".")
            where = f"{place}, `{member}`" if member else place
            self.mistakes.append(Misread(where, each.detail))

    def _category(self, line: int, name: str, key: str) -> dict[str, object]:
        key = key or self._keys.get(name) or slug(name)
        self._keys[name] = key
        known = self.categories.setdefault(key, {"key": key, "name": name, "nominees": []})
        self.lines.setdefault(f"category {key}", line)
        if known["name"] != name:
            detail = f"{key!r} is {known['name']!r} above; give one of them another category_key"
            self.mistakes.append(Misread(f"line {line}, column category", detail))
        return known

    def _work(self, line: int, row: Mapping[str, str]) -> str:
        title, number = row.get("title", ""), row.get("work", "")
        if not title and not number:
            return ""
        number = number or _letters(slug(title))
        known = self.works.get(number)
        companies = _people(row.get("distributors", ""))
        imdb = row.get("work_imdb", "")
        if known is None:
            if not title:
                detail = f"{number!r} has no title yet; give it where it first stands"
                self.mistakes.append(Misread(f"line {line}, column title", detail))
            self.works[number] = {
                "id": number,
                "title": title or number,
                **({"distributors": companies} if companies else {}),
                **({"imdb": imdb} if imdb else {}),
            }
            self.lines[number] = line
            return number
        if title and known["title"] != title:
            detail = f"{number!r} is called {known['title']!r} above; give one of them another id"
            self.mistakes.append(Misread(f"line {line}, column title", detail))
        for column, given, stands in (
            ("distributors", companies, known.get("distributors")),
            ("work_imdb", imdb, known.get("imdb")),
        ):
            if given and given != stands:
                detail = f"{number!r} has another above; say it where it first stands, or again"
                self.mistakes.append(Misread(f"line {line}, column {column}", detail))
        return number

    @staticmethod
    def _slug(
        row: Mapping[str, str],
        work: str,
        people: list[dict[str, str]],
        taken: set[str],
        key: str,
    ) -> str:
        """Return the first of the nominee's names that no other of the ballot has."""
        person = people[0]["id"] if people else ""
        named = [person, work] if row.get("character") else [work, person]
        song = row.get("song", "")
        wanted = [slug(song) if song else "", *named]
        choices = [each for each in wanted if each]
        return next((each for each in choices if f"{key}/{each}" not in taken), choices[0])


_ANY: Final = {"key": "any", "name": "Any"}


def slug(name: str) -> str:
    """Return the id that a name makes: `Emilia Pérez` makes `emilia-perez`."""
    # Normalizing takes the square of a run of combining marks: hence only so much of it.
    cut = name[:_LONGEST_NAME]
    plain = unicodedata.normalize("NFKD", cut).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-") or "unnamed"


def _letters(number: str) -> str:
    return f"film-{number}" if number.isdigit() else number


def _parts(cell: str) -> list[str]:
    # A spreadsheet puts each name of a cell on a line of its own as readily.
    return [part.strip() for part in re.split(r"[;\r\n]", cell) if part.strip()]


def _people(cell: str) -> list[dict[str, str]]:
    found = []
    for part in _parts(cell):
        name, number = _named(part)
        found.append({"id": number or _letters(slug(name)), "name": name})
    return found


def _named(part: str) -> tuple[str, str]:
    """Return the name that a part of a cell gives, and the id that stands behind it in brackets."""
    # By hand: a pattern with several runs of spaces takes the cube of a long run.
    if part.endswith("]"):
        name, _, number = part[:-1].rpartition("[")
        if name.strip() and _ID.fullmatch(number):
            return name.strip(), number
    return part, ""
