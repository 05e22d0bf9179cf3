"""Japanese eras, from the one in which the oldest official series begin."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """One era; `letter` is its abbreviation in dates such as R8.12.10."""

    ja: str
    en: str
    letter: str
    starts_on: date


ERAS = (
    Era("令和", "Reiwa", "R", date(2019, 5, 1)),
    Era("平成", "Heisei", "H", date(1989, 1, 8)),
    Era("昭和", "Showa", "S", date(1926, 12, 25)),
)


@dataclass(frozen=True, slots=True)
class EraYear:
    """A year counted within an era; the first is written 元年."""

    era: Era
    year: int

    def label(self, lang: str = "ja") -> str:
        """Return 令和8年, or Reiwa 8 for any English locale."""
        if lang.casefold().startswith("en"):
            return f"{self.era.en} {self.year}"
        return f"{self.era.ja}{'元' if self.year == 1 else self.year}年"


def era_year(day: date) -> EraYear | None:
    """Return the era and its year on a day, or None before the oldest era known here."""
    for era in ERAS:
        if day >= era.starts_on:
            return EraYear(era, day.year - era.starts_on.year + 1)
    return None
