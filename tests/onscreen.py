"""The board as a page shows it, and as it must be shown by the server's own board."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from playwright.sync_api import Page

STATUS: Final = {
    "upcoming": "Upcoming",
    "presenting": "Presenting now",
    "under-review": "Under review",
    "awarded": "Awarded",
    "withdrawn": "Withdrawn",
}
SUBJECTS: Final = {"works": "Films", "people": "People", "distributors": "Distributors"}

# What is folded is drawn only where it is open.
_UNFOLD: Final = """() => Promise.all(
  ['ranking', 'categories']
    .flatMap((each) => [...document.querySelectorAll(`[aria-labelledby=${each}-title] details`)])
    .filter(({ open }) => !open)
    .map((folded) => new Promise((opened) => {
      folded.addEventListener('toggle', opened, { once: true });
      folded.open = true;
    })))"""

_READ: Final = """() => {
  const text = (parent, selector) => parent.querySelector(selector)?.textContent.trim() ?? '';
  const rows = (list) => [...document.querySelectorAll(list)].map((row) => ({
    rank: text(row, '.rank > [aria-hidden]'),
    name: text(row, '.name'),
    nominations: text(row, '.sub'),
    pips: row.querySelector('[role=img]').getAttribute('aria-label'),
    wins: text(row, '.numeral'),
  }));
  const ranking = 'section[aria-labelledby=ranking-title]';
  return {
    ranked: rows(`${ranking} > ol > li:has(.rank > [aria-hidden])`),
    winless: rows(
      `${ranking} ul > li, ${ranking} > ol > li:not(:has(.rank > [aria-hidden]))`),
    categories: [...document.querySelectorAll(
      'section[aria-labelledby=categories-title] > ul > li')].map((card) => ({
        name: text(card, '.name'),
        status: text(card, '.status'),
        winners: [...card.querySelectorAll('.winner')].map((winner) => winner.textContent.trim()),
        marked: [...card.querySelectorAll('li')].filter((line) => line.querySelector('.won'))
          .map((line) => text(line, '.title')),
      })),
  };
}"""


def choose_subject(page: Page, subject: str) -> None:
    ranked = page.get_by_role("group", name="What is ranked")
    ranked.get_by_role("button", name=SUBJECTS[subject], exact=True).click()


def unfold(page: Page) -> None:
    """Open every category, and the list of those who have won nothing."""
    page.evaluate(_UNFOLD)


def shown(page: Page) -> dict[str, Any]:
    """Return the ranking that is chosen, and the categories, as the page shows them unfolded."""
    unfold(page)
    read: dict[str, Any] = page.evaluate(_READ)
    read["winless"].sort(key=lambda row: row["name"])
    return read


def written(
    board: dict[str, Any], subject: str = "works", corrected: Collection[str] = ()
) -> dict[str, Any]:
    """Return what `shown` must be of a board, in which some categories have been corrected."""
    ranking = board["ranking"][subject]
    ranks = [rank for _, rank in ranking]
    tallies = board[subject]
    winless = [line for key, line in tallies.items() if key not in dict(ranking)]
    categories = sorted(board["categories"].values(), key=lambda each: each["position"])
    return {
        "ranked": [
            _row(tallies[key], f"={rank}" if ranks.count(rank) > 1 else f"{rank}")
            for key, rank in ranking
        ],
        "winless": sorted((_row(line, "") for line in winless), key=lambda row: row["name"]),
        "categories": [
            {
                "name": each["name"],
                "status": "Corrected" if each["name"] in corrected else STATUS[each["status"]],
                "winners": (titles := winners(board, each)),
                "marked": titles,
            }
            for each in categories
        ],
    }


def winners(board: dict[str, Any], category: dict[str, Any]) -> list[str]:
    """Return what the winners of a category are called, in ballot order."""
    line = category["nominees"]
    ballot = sorted(category["winners"], key=lambda nominee: line[nominee]["position"])
    return [label(board, category, nominee) for nominee in ballot]


def label(board: dict[str, Any], category: dict[str, Any], nominee: str) -> str:
    """Return how a nominee is called: the song, the person who is nominated, or else the film."""
    line = category["nominees"][nominee]
    detail = line.get("detail", {})
    if "song" in detail:
        return f"“{detail['song']}”"
    slug = nominee.partition("/")[2]
    personal = "work" not in line or "character" in detail or slug in line["people"]
    if personal and line["people"]:
        *others, last = [board["people"][person]["name"] for person in line["people"]]
        comma = "," if len(others) > 1 else ""
        return f"{', '.join(others)}{comma} and {last}" if others else str(last)
    return str(board["works"][line["work"]]["title"])


def _row(line: dict[str, Any], rank: str) -> dict[str, str]:
    return {
        "rank": rank,
        "name": line.get("title") or line["name"],
        "nominations": _counted(line["nominations"], "nomination"),
        "pips": f"{_counted(line['wins'], 'win')}, {line['lost']} lost, {line['pending']} to come",
        "wins": f"{line['wins']}",
    }


def _counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
