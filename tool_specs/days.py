"""Days: which days and times a text speaks of, as people write them, and whether it means one that is given.

    days("the 24th of May, or May 26 and 27")          -> {(None, 5, 24), (None, 5, 26), (None, 5, 27)}
    says_day("due on may 24th, 2024", "2024-05-24")    -> True
    says_day("due on 24.05.2023", "2024-05-24")        -> False    # of another year
    says_time("it leaves at 7:30 pm", "19:30:00")      -> True

Months by name are read in English, German, French, Spanish, Italian, Portuguese and Dutch. Between slashes the day may
stand first or second: 05/06 is either. Not promised: "tomorrow", "next Friday", numbers that are spelt out.
"""

from __future__ import annotations

import re
from functools import lru_cache

Day = tuple[int | None, int, int]
"""Year (None where it is not said), month, day of the month."""

_NAMES = (
    "january|jan|januar|janvier|enero|gennaio|janeiro|januari",
    "february|feb|februar|février|fevrier|febrero|febbraio|fevereiro|februari",
    "march|mar|märz|maerz|mars|marzo|março|maart",
    "april|apr|avril|abril|aprile",
    "may|mai|mayo|maggio|maio|mei",
    "june|jun|juni|juin|junio|giugno|junho",
    "july|jul|juli|juillet|julio|luglio|julho",
    "august|aug|août|aout|agosto|augustus",
    "september|sept|sep|septembre|septiembre|settembre|setembro",
    "october|oct|oktober|okt|octobre|octubre|ottobre|outubro",
    "november|nov|novembre|noviembre|novembro",
    "december|dec|dezember|dez|décembre|decembre|diciembre|dicembre|dezembro",
)
_MONTHS = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split("|")}
_MODAL = r"(?!(?<=may)\s+(?:i|we|you|it|they|be|have|not|also|still|take|need|want)\b)"
"""After "may": "the total is 4. May I go ahead?" speaks of no day."""
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b{_MODAL}\.?"
_DAY = r"(?<![\d.,$€£:])\d{1,2}(?:st|nd|rd|th|er|º|\.)?(?!\d|%|[:.]\d)"
_MORE = rf"(?:(?:\s*[,&/\u2013-]\s*|\s+)(?:(?:and|or|to|through|until|und|oder|bis|et|ou|y|o|e)\s+)?(?:the\s+)?{_DAY})*"
_YEAR = r"(?:,?\s*(?:de\s+|of\s+)?(?P<year>\d{4})\b)?"
_FIRST = re.compile(rf"(?P<days>{_DAY}{_MORE})\s*(?:(?:of|de|do|di)\s+)?{_MONTH}{_YEAR}")
_LAST = re.compile(rf"\b{_MONTH}\s+(?:the\s+)?(?P<days>{_DAY}{_MORE}){_YEAR}")
_PLAIN = re.compile(r"(?<![\d.-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DOTS = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}))?(?!\d)")
_SLASHES = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\d/])")
_SIGNS = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_NUMBER = re.compile(r"\d+")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DATE = re.compile(r"[\d./-]{8,10}")
_TIME = re.compile(r"\d\d:\d\d(?::\d\d)?")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.h](\d\d)(?::\d\d)?)?\s*(?:([ap])\.?m\b)?")


def is_day(value: str) -> bool:
    """Whether a value is a day, as `2024-05-24`."""
    return _ISO.fullmatch(value) is not None


def says_day(text: str, iso: str) -> bool:
    """Whether a lower-case text speaks of a day, in any usual form.

    Args:
        text: in lower case.
        iso: the day, as `2024-05-24`; a moment (`2024-05-24T07:30:00`) is said where its day and its time are.
    """
    wanted = _ISO.match(iso)
    if wanted is None or wanted[3].lstrip("0") not in text:
        return False
    year, month, day = map(int, wanted.groups())
    said = days(text)
    if (None, month, day) not in said and (year, month, day) not in said:
        return False
    return len(iso) == len(wanted[0]) or says_time(text, iso[len(wanted[0]) + 1 :])


@lru_cache(maxsize=64)
def days(text: str) -> frozenset[Day]:
    """Returns the days that a lower-case text speaks of; a day between slashes in both its readings."""
    found: set[Day] = set()
    for place in (*_FIRST.finditer(text), *_LAST.finditer(text)):
        year = int(place["year"]) if place["year"] else None
        found.update((year, _MONTHS[place["month"]], int(day)) for day in _NUMBER.findall(place["days"]))
    for year_, month, day in _PLAIN.findall(text):
        found.add((int(year_), int(month), int(day)))
    for year_, month, day in _SIGNS.findall(text):
        found.add((_year(year_), int(month), int(day)))
    for day, month, year_ in _DOTS.findall(text):
        found.add((_year(year_), int(month), int(day)))
    for one, other, year_ in _SLASHES.findall(text):
        found |= {(_year(year_), int(one), int(other)), (_year(year_), int(other), int(one))}
    return frozenset(each for each in found if 0 < each[1] <= 12)


def without_days(text: str) -> str:
    """Returns a lower-case text without the days that it speaks of."""
    for pattern in (_FIRST, _LAST, _PLAIN, _DOTS, _SIGNS):
        text = pattern.sub(" ", text)
    return text


def whole_day(word: str) -> list[str]:
    """Returns the days, as `2024-05-24`, that a lower-case word stands for which is a whole date: `24.05.2024`."""
    return [f"{year}-{month:02}-{day:02}" for year, month, day in days(word) if year] if _DATE.fullmatch(word) else []


def _year(text: str) -> int | None:
    return int(text) if text else None


def says_time(text: str, time: str) -> bool:
    """Whether a lower-case text says a time of the day, as `07:30` or `07:30:00`: "7:30 am", "7h30"."""
    if not _TIME.fullmatch(time):
        return False
    hour, minute = int(time[:2]), time[3:5]
    for hours, minutes, half in _CLOCK.findall(text):
        told = int(hours) % 12 + (12 if half == "p" else 0) if half else int(hours)
        if (minutes or (half and "00")) == minute and told == hour:
            return True
    return False
