"""Names as English: what an identifier says, and the forms of its words.

>>> phrase("due_date"), noun_of("list_overdue_loans"), participle("submit")
('due date', 'overdue loan', 'submitted')

Rules and short tables; a word that they do not know is treated like a regular one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tool_specs.names import singular as _singular

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ABBREVIATIONS = {
    "qty": "quantity", "num": "number", "nr": "number", "addr": "address", "amt": "amount", "desc": "description",
    "dept": "department", "tel": "phone", "info": "information", "avg": "average", "max": "maximum", "min": "minimum",
    "dob": "date of birth", "pct": "percentage", "org": "organization", "mins": "minutes", "hrs": "hours",
}  # fmt: skip
_CAPITALS = frozenset({"url", "isbn", "pdf", "usb", "vat", "sku", "ip", "sms", "vip", "gps", "iban", "uk", "us", "eu"})
_LOOKING = frozenset(
    {"find", "get", "list", "search", "fetch", "read", "show", "look", "lookup", "query", "retrieve", "check", "view"}
    | {"describe", "load", "all", "any", "up", "open", "browse", "see", "display", "select"}
)
_PADDING = frozenset({"details", "detail", "info", "information", "data", "record", "records", "summary", "entry"})
PREPOSITIONS = frozenset({"by", "for", "from", "of", "in", "with", "to", "on", "at", "into", "as", "onto"})
PARTICLES = frozenset({"back", "out", "up", "off", "down", "over", "away"})
CONTAINERS = frozenset(
    {"results", "result", "data", "rows", "row", "entries", "records", "hits", "matches", "list", "values", "objects"}
)
"""Keys that say only that something is inside."""
_IDS = frozenset({"id", "ids", "uuid", "guid", "key", "ref", "reference", "sku", "code", "slug"})
_PARTICIPLES = {
    "be": "been", "begin": "begun", "book": "booked", "bring": "brought", "build": "built", "buy": "bought",
    "choose": "chosen", "cut": "cut", "do": "done", "draw": "drawn", "drop": "dropped", "find": "found",
    "forget": "forgotten", "freeze": "frozen", "get": "got", "give": "given", "go": "gone", "hide": "hidden",
    "hold": "held", "keep": "kept", "lay": "laid", "leave": "left", "lend": "lent", "let": "let", "lose": "lost",
    "make": "made", "mark": "marked", "pay": "paid", "plan": "planned", "put": "put", "quit": "quit", "read": "read",
    "reset": "reset", "run": "run", "say": "said", "sell": "sold", "send": "sent", "set": "set", "ship": "shipped",
    "shut": "shut", "skip": "skipped", "split": "split", "stop": "stopped", "submit": "submitted", "swap": "swapped",
    "take": "taken", "tag": "tagged", "teach": "taught", "tell": "told", "withdraw": "withdrawn", "write": "written",
    "rewrite": "rewritten", "undo": "undone", "rebook": "rebooked", "log": "logged", "transfer": "transferred",
    "refer": "referred", "cancel": "cancelled", "unfreeze": "unfrozen", "unsubscribe": "unsubscribed", "pin": "pinned",
    "unpin": "unpinned", "ban": "banned", "enrol": "enrolled", "enroll": "enrolled", "label": "labelled",
}  # fmt: skip
_SINGULARS = {
    "shelves": "shelf", "knives": "knife", "leaves": "leaf", "halves": "half", "wolves": "wolf", "people": "person",
    "children": "child", "men": "man", "women": "woman", "movies": "movie", "cookies": "cookie", "series": "series",
    "species": "species", "news": "news", "analyses": "analysis", "criteria": "criterion", "indices": "index",
    "statuses": "status", "addresses": "address", "buses": "bus", "courses": "course", "houses": "house",
    "purchases": "purchase", "expenses": "expense", "licenses": "license", "invoices": "invoice", "cases": "case",
    "databases": "database", "releases": "release", "leases": "lease", "nurses": "nurse", "warehouses": "warehouse",
    "exercises": "exercise", "responses": "response", "premises": "premises", "caches": "cache", "aches": "ache",
}  # fmt: skip
_ACTIONS = {
    "cancel": "cancellation", "renew": "renewal", "return": "return", "update": "update", "change": "change",
    "modify": "change", "edit": "change", "set": "change", "book": "booking", "rebook": "new booking",
    "reserve": "reservation", "extend": "extension", "pay": "payment", "delete": "deletion", "remove": "removal",
    "add": "addition", "move": "move", "transfer": "transfer", "exchange": "exchange", "swap": "swap",
    "register": "registration", "enroll": "enrolment", "enrol": "enrolment", "join": "registration",
    "report": "report", "close": "closing", "schedule": "scheduling", "reschedule": "rescheduling",
    "upgrade": "upgrade", "downgrade": "downgrade", "refund": "refund", "borrow": "loan", "lend": "loan",
    "order": "order", "place": "order", "create": "request", "request": "request", "submit": "request",
    "assign": "assignment", "freeze": "freeze", "pause": "pause", "resume": "restart", "confirm": "confirmation",
    "approve": "approval", "reject": "rejection", "rename": "new name", "replace": "replacement", "switch": "switch",
    "withdraw": "withdrawal",
    "retire": "retirement", "remind": "reminder", "complain": "complaint", "open": "opening", "give": "return",
    "release": "release", "leave": "withdrawal",
}  # fmt: skip
_ADJECTIVES = frozenset(
    {"available", "active", "open", "closed", "full", "empty", "free", "new", "old", "public", "private", "urgent"}
    | {"late", "early", "final", "valid", "invalid", "online", "offline", "hidden", "broken", "lost", "done", "paid"}
    | {"unpaid", "sold", "overdue", "ready", "complete", "incomplete", "vegan", "vegetarian", "digital", "remote"}
    | {"missing", "read", "unread", "indoor", "outdoor", "accessible", "busy", "vacant", "due", "ongoing", "pending"}
    | {"sent", "draft", "frozen", "spent", "built", "held", "left", "present", "absent", "electric", "loud", "quiet"}
)


@lru_cache(maxsize=256)
def tokens(name: str) -> tuple[str, ...]:
    """Returns a name's words in small letters: `dueDate`, `due_date` -> `due`, `date`."""
    return tuple(part.lower() for part in _SPLIT.split(name) if part)


def said(words: tuple[str, ...]) -> str:
    """Returns words as they are said: abbreviations in full, initials in capitals."""
    return " ".join(word.upper() if word in _CAPITALS else _ABBREVIATIONS.get(word, word) for word in words)


def singular(word: str) -> str:
    """Returns a plural's singular."""
    return _SINGULARS.get(word) or _singular(word)


def phrase(name: str) -> str:
    """Returns a name as English: `due_date` -> `due date`."""
    return said(tokens(name)) or name


def is_id(name: str) -> bool:
    """Whether a name is that of an id: `loan_id`, `id`, `sku`."""
    words = tokens(name)
    return bool(words) and words[-1] in _IDS


def stem(name: str) -> str:
    """Returns what an id is of: `new_item_ids` -> `item`, `sku` -> ``."""
    words = [word for word in tokens(name) if word not in _IDS and word not in ("new", "old", "current", "target")]
    return said((*words[:-1], singular(words[-1]))) if words else ""


def about(tool: str) -> tuple[str, ...]:
    """Returns the words for what a tool looks up: `find_open_loans_by_reader` -> `open`, `loans`."""
    kept: list[str] = []
    for word in tokens(tool):
        if word in PREPOSITIONS and kept:
            break
        if word in _LOOKING and not kept:
            continue
        if word not in _PADDING and word not in PREPOSITIONS:
            kept.append(word)
    return tuple(kept)


def noun_of(tool: str) -> str:
    """Returns the noun for one of what a read gives; "" where its name says nothing."""
    words = about(tool)
    return said((*words[:-1], singular(words[-1]))) if words else ""


def participle(verb: str) -> str:
    """Returns a verb's past participle."""
    if verb in _PARTICIPLES:
        return _PARTICIPLES[verb]
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if re.search(r"[^aeiou]y$", verb) else verb + "ed"


def action(verb: str) -> str:
    """Returns the noun for doing it; "" where no table has one."""
    return _ACTIONS.get(verb, "")


def gerund(verb: str) -> str:
    """Returns a verb as a noun: `water` -> `watering`."""
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    doubled = participle(verb).startswith(verb + verb[-1:])
    return verb + (verb[-1] if doubled and verb[-1:] not in "aeiouwy" else "") + "ing"


def is_adjective(word: str) -> bool:
    """Whether a word says of itself what something is: `available`, `overdue`, `sold`, `heated`."""
    return word in _ADJECTIVES or (len(word) > 4 and word.endswith(("ed", "able", "ible", "ous", "ful", "proof")))
