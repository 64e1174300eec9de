"""A night of the longest words, titles, casts and categories, in several scripts."""

from __future__ import annotations

from typing import Any, Final

LONGEST_WORD: Final = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
)
LONG_TITLE: Final = (
    "The Incredible and Entirely True Story of the Twelve Lighthouse Keepers Who Never Met, as Told"
    " by the Thirteenth, Who Was Not There Either"
)
TITLES: Final = (
    LONG_TITLE,
    LONGEST_WORD,
    "In the Shadow of the Cypress",
    "千と千尋の神隠しと長い長い題名の映画についての映画",
    "فيلم طويل العنوان عن رحلة لا تنتهي",
    "סרט ארוך מאוד על מסע שאינו נגמר",
    "บันทึกการเดินทางอันยาวนานที่ไม่มีวันสิ้นสุด",
    "Vergangenheitsbewältigung",
)
CATEGORIES: Final = (
    (
        "Best Motion Picture Made for Television, Limited Series or Anthology Programme, Original"
        " or Adapted, in Any Language"
    ),
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "長編国際映画賞・外国語映画部門・アニメーション",
    "Animated Short Film",
    "Host",
)
_NAMES: Final = (
    "Ada Lund",
    "Bo Rey",
    "Wolfeschlegelsteinhausenbergerdorff",
    "三船敏郎",
    "נועה כהן",
)


def hostile_programme(ceremony: str, starts_at: str, cast: int = 40) -> dict[str, Any]:
    """
    Return a programme whose every text is as long as it may get.

    Args:
        ceremony: Its id.
        starts_at: RFC 3339.
        cast: How many people share a credit.
    """
    people = [
        {"id": f"person-{n}", "name": f"{_NAMES[n % len(_NAMES)]} {n}" if n else _NAMES[0]}
        for n in range(cast)
    ]
    works = [
        {
            "id": f"work-{n}",
            "title": title,
            "distributors": [{"id": f"distributor-{n}", "name": f"{LONGEST_WORD[:40]} {n}"}],
        }
        for n, title in enumerate(TITLES)
    ]
    categories = [
        {
            "key": f"category-{n}",
            "name": name,
            "nominees": [
                {
                    "id": f"category-{n}/work-{place}",
                    "work": f"work-{place}",
                    "people": people if place == n else people[place : place + 2],
                }
                for place in range(len(TITLES))
            ],
        }
        for n, name in enumerate(CATEGORIES[:-1])
    ]
    categories.append(
        {
            "key": "host",
            "name": CATEGORIES[-1],
            "nominees": [
                {"id": f"host/person-{n}", "people": [people[n]]} for n in range(min(cast, 10))
            ],
        }
    )
    return {
        "ceremony": {
            "id": ceremony,
            "name": f"The {LONGEST_WORD} Awards of the International Society",
            "starts_at": starts_at,
            "venue": LONG_TITLE,
            "hosts": [person["name"] for person in people[:12]],
        },
        "works": works,
        "categories": categories,
    }
