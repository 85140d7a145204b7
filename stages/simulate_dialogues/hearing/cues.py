"""Cues: words by which anybody would know what a message does, whatever it is about. Data, and what compares values."""

from __future__ import annotations

import re


def _any(*phrases: str) -> re.Pattern[str]:
    """Returns a pattern that finds any of these, from the beginning of a word on."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})", re.IGNORECASE)


# A user's

COMPLAINT = _any(
    r"hurry", r"in a rush", r"rush here", r"all day", r"how long (?:(?:will|does|is) (?!the refund)|until)",
    r"taking (?:so |too )?long", r"take much longer", r"too slow", r"faster\b", r"speed this", r"quick\b(?! question)",
    r"short on time", r"no time\b",
    r"not much time", r"only got a minute", r"really have to leave", r"waiting\b",
)  # fmt: skip
VENT = _any(
    r"ugh\b", r"omg\b", r"frustrat", r"annoy", r"fed up", r"unbelievable", r"ridiculous", r"(?:is|what) a pain\b",
    r"driving me\b", r"tired of\b", r"so (?:complicated|hard|done with)\b", r"this hard\b", r"should be easier",
    r"more work than", r"how many steps", r"running thin", r"wearing me", r"lose it\b", r"too long on this",
    r"finally[.!]", r"about time\b", r"long enough", r"took a while", r"gets worse", r"one message and here we are",
    r"not what i needed", r"how much more of this", r"still not done",
)  # fmt: skip
DOUBT = _any(
    r"(?:are )?you(?:.re| are)? (?:\w+ )?(?:sure|certain)\b", r"so sure\b",
    r"how (?:do|did|would|can) you (?:know|get|tell)\b",
    r"did you (?:\w+ )?(?:check|look)\b", r"have you (?:double-?)?checked", r"really right\b", r"really\?",
    r"certain\?", r"says who", r"bas(?:ed|ing) (?:that )?on\b", r"look(?:ed)? (?:it|at) (?:all|up)\b", r"a guess\b",
    r"show me how\b", r"how you (?:got|came|worked)\b", r"compare that\b",
)  # fmt: skip
"""Of a listed action or an answer."""
MISNAMED = re.compile(
    r"\b((?:[a-z]{3,}[ -]){1,2}(?:thing|thingy|gadget|thingamajig|whatsit|doodad)|"
    r"[a-z]{1,6}-something)\b",
    re.IGNORECASE,
)
"""A makeshift name: "the speaker thing", "the ham-something"."""
ACCEPTED = _any(
    r"ok\b", r"okay\b", r"k\b", r"fine\b", r"all? ?right\b", r"too bad", r"pity\b", r"shame\b", r"i see\b",
    r"got it",
    r"fair\b", r"underst(?:oo|an)d\b", r"sure\b", r"oh well", r"had a feeling", r"leave it",
)  # fmt: skip
PROTEST = _any(
    r"exceptions?\b", r"why not", r"seriously", r"really\?", r"come on\b", r"any way\b",
    r"(?<!thanks )(?<!thank you )anyway\b", r"bend the rule",
    r"unfair", r"ridiculous", r"makes? (?:no )?sense", r"are you sure", r"check again", r"must be something",
    r"isn.?t there", r"supervisor", r"manager", r"can.?t you",
)  # fmt: skip
LACKS = _any(
    r"(?:don.?t|do not) (?:have (?!all day|time|much)|know\b|remember\b|recall\b)", r"no idea\b",
    r"can.?t (?:find|recall|remember)\b",
    r"forgot\b",
    r"not sure (?:what|which)\b", r"dunno\b", r"(?:lost|deleted) the\b", r"wouldn.?t know\b", r"no \w+ number here\b",
    r"really don.?t remember\b",
)  # fmt: skip
WITHDRAWN = _any(
    r"leave (?:it|this|that|everything)\b", r"forget (?:it|about|this|that)\b", r"never ?mind\b",
    r"drop (?:it|this|that)\b",
    r"(?:don.?t|do not) (?:want (?:it|that|this)|do (?:it|that))\b", r"won.?t do it\b", r"rather (?:not|leave)\b",
    r"decided against\b", r"keep (?:things|it|everything) as\b", r"another (?:day|time)\b", r"cancel that idea\b",
    r"(?:have|got|need) to (?:go|run|leave|stop)\b", r"gotta (?:go|run)\b", r"out of time\b", r"no time\b",
)  # fmt: skip
FEEDBACK = _any(
    r"great\b", r"perfect\b", r"nice\b", r"good\b", r"cool\b", r"awesome\b", r"excellent\b", r"lovely\b", r"works\b",
    r"that worked\b", r"super\b", r"interesting\b", r"wonderful\b", r"ah,? ok", r"hm,? ok", r"that helps\b", r"right\b",
    r"what i (?:wanted|thought)\b", r"explains it\b", r"okay\b", r"ok\.", r"guessed\b", r"remembered it right\b",
)  # fmt: skip
GOODBYE = _any(
    r"bye\b", r"goodbye", r"good ?night", r"that.?s (?:all|it|everything)\b", r"that is (?:all|it|everything)\b",
    r"that(?: will|.?ll)? (?:be|was) (?:all|everything|it)\b", r"all (?:done|set|good)\b", r"nothing (?:else|more)\b",
    r"no(?:pe|thing)?,? (?:thanks?|thank you|thx)\b", r"i.?m (?:good|done|happy|all set)\b",
    r"have a (?:nice|good|great)\b", r"that covers (?:it|everything|all)\b",
)  # fmt: skip
NOTHING = re.compile(
    r"(?:(?:no+|nope|nah|na)(?:,? (?:ty|thx|thanks))?|not really|not today|none|nothing|"
    r"no (?:more|other|further) questions|i don.?t think so|no need|that will be it)[\s.!]*",
    re.IGNORECASE,
)
"""An answer to "anything else?", as a whole."""
YES = re.compile(
    r"(?:y|ye|yy+|yess+|yas+|aye|si|uh-?huh|mhm+|\U0001f44d)[\s.!,]*(?:pls|plz|please|thanks|thx|ty)?[\s.!]*"
)
"""A yes, as a whole and in small letters."""

# An agent's

SOMETHING_ELSE = _any(
    r"(?:anything|something|what|how) (?:else|more)\b",
    r"(?:anything|something|what|how) (?:can|could|may) i (?:do|help|assist)\b",
    r"(?:is there|are we done|have you got|would there be) (?:anything |something |another |or is there )?"
    r"(?:else|more|matter)\b",
    r"was there (?:anything |something )?(?:else|more|today)\b", r"needs? doing\b", r"is that all\b",
    r"help (?:you )?(?:with )?(?:anything|something|today)\b", r"more (?:i can|on your mind)\b", r"another matter\b",
    r"anything that needs\b", r"(?:any )?(?:other|further|more) (?:questions?|requests?|concerns?|assistance|help)\b",
    r"(?:help|assist) (?:you )?(?:further|with another)\b",
)  # fmt: skip
ELSE = _any(r"else\b", r"more\b", r"other\b", r"another\b", r"further\b", r"next\b")
WHAT_ABOUT = _any(
    r"what exactly\b", r"what is it\b", r"what.?s it about\b", r"what would you like\b", r"what do you need\b",
    r"what can i\b", r"how (?:can|may) i (?:help|assist)\b", r"tell me (?:a (?:bit|little) )?(?:more|what you need)\b",
    r"describe (?:the|your) (?:issue|problem|request|matter)\b",
)  # fmt: skip
OPENING = _any(
    r"(?:how|what) (?:can|may) i (?:help|assist|do)\b", r"what (?:do you need|would you like to do)\b",
    r"describe (?:the|your) (?:issue|problem|request|matter)\b",
)  # fmt: skip
"""What is said to somebody who has asked for nothing yet."""
ASKS = _any(
    r"i(?:'d| would)? (?:still )?need (?:to know|your|the)\b", r"please (?:tell|give|send|let)\b", r"let me know\b",
    r"tell me\b", r"please (?:provide|share|specify|describe|enter|choose|pick|select|indicate|state)\b",
    r"(?:share|provide|specify)\b", r"i(?:'ll| will) need\b", r"i need (?:the|two|three|a few|some|to know)\b",
)  # fmt: skip
OPEN_QUESTION = _any(r"which\b", r"what\b", r"how\b", r"where\b", r"whom?\b", r"when\b", r"why\b")
EITHER = _any(r"or\b(?! (?:no|not|else)\b)")
INTENDS = _any(
    r"(?:(?:so )?(?:that|then) )?i(?:.?ll| will| can|.?m going to|.?m| am)(?: now| then| just)? "
    r"(?:go(?:ing)? ahead(?: and (?:submit|confirm|proceed))?|proceed(?:ing)?|submit(?:ting)?|confirm(?:ing)?)",
    r"before (?:i|we) (?:can )?(?:go ahead|proceed|submit|continue|confirm)",
)  # fmt: skip
"""What an agent means to do, and does not ask for."""
GO_AHEAD = _any(
    r"yes/no\b", r"yes or no\b", r"a yes\b", r"say yes\b", r"with (?:a )?yes\b", r"looks? (?:good|right) to you\b",
    r"is everything as\b", r"all correct\b", r"do i have your\b", r"is that (?:okay|ok|all right|fine)\b", r"shall i\b",
    r"should i\b", r"(?:may|can) i (?!ask|have)", r"do you (?:want|confirm|agree)\b", r"would you like me to\b",
    r"are you (?:okay|ok|happy|fine)\b", r"confirm\b", r"go ahead\b", r"proceed\b", r"submit\b", r"okay\?", r"ok\?",
    r"are you sure\b", r"(?:want|like|wish) to (?:continue|proceed)\b", r"looks? (?:good|right|correct|okay|ok)\b",
    r"(?:all? ?right|okay|ok|fine) with you\b", r"please (?:reply|type|say|write|answer)\b",
    r"your (?:ok|okay|yes|approval|confirmation|go)\b", r"good to go\?",
)  # fmt: skip
ALL_RIGHT = _any(
    r"is (?:this|that|it|everything|all(?: of (?:this|that|it))?|the above)(?: all)? "
    r"(?:correct|right|ok|okay|fine|all? ?right|accurate|good)\b",
    r"(?:right|correct|okay|ok|all? ?right)\W*\?", r"would you (?:still )?like to\b", r"do you (?:still )?want to\b",
    r"(?:does|do) (?:this|that|it|everything|these|they|the \w+)(?: all)? (?:look|sound|seem)",
)  # fmt: skip
"""Of details that were told before."""
WHETHER = re.compile(
    r"(?:^|[,;:] )(?:(?:and|so|then|now) )?"
    r"(?:do|does|is|are|would|will|shall|should|may|have|good|ready|happy|(?:can|could)(?! you\b))\b",
    re.IGNORECASE,
)
"""How a question for yes or no begins."""
IS_IT = _any(
    r"is (?:that|this) (?:the one|right|it|correct|what)\b", r"did i get\b", r"are we talking\b", r"have i got\b",
    r"does that sound\b", r"would that be it\b", r"do you mean\b", r"you mean this\b",
    r"is it (?:the|your|this|that)\b", r"is (?:this|that) your\b",
)  # fmt: skip
NOT_FOUND = _any(
    r"(?:can.?t|cannot|couldn.?t|could not) find\b", r"(?:don.?t|do not) (?:find|see)\b", r"not found\b", r"nobody\b",
    r"doesn.?t (?:turn up|bring up|come up|match|hold|have|contain)\b", r"find anybody\b", r"no account\b", r"none\b",
    r"no (?:\w+ ){0,4}(?:that (?:fits|matches)|like that|with|under|found|matching)\b", r"nothing\b", r"there.?s no\b",
    r"that.?s not (?:in|what)\b", r"isn.?t (?:quite )?(?:as|so|what|like|any|one)\b", r"there is no\b",
    r"several\b(?! \w+ (?:with us|on file|on your|in your))",
    r"(?:one of|find|found|see|fits?|are) (?:two|three|four|five|several|both)\b(?! ways)", r"more than one\b",
    r"(?:of )?them (?:all )?fit\b", r"tied\b", r"equally\b", r"which of (?:them|these|those)\b",
    r"not (?:any|one) of\b", r"mix-?up\b",
)  # fmt: skip
REFUSAL = _any(
    r"can ?not\b", r"can.?t\b", r"unable\b", r"not able\b", r"not possible\b", r"impossible\b", r"sorry\b", r"afraid\b",
    r"unfortunately\b", r"won.?t\b", r"(?:not|isn.?t) allowed\b", r"do(?:n|esn).?t allow\b", r"not permitted\b",
    r"(?:isn.?t|is not|aren.?t|are not|not) (?:possible|eligible|able)\b", r"ineligible\b",
    r"no longer possible\b", r"has to stay\b", r"too late\b", r"out of my hands\b", r"transferred\b",
)  # fmt: skip
UNAVAILABLE = _any(
    r"out of stock\b", r"sold out\b", r"unavailable\b",
    r"(?:isn.?t|is not|aren.?t|are not|not) (?:currently )?(?:available|in stock)\b",
)  # fmt: skip
OTHERWISE = _any(
    r"instead\b", r"different\b", r"another\b", r"alternative", r"other (?:one|option|version|choice|item)s?\b",
    r"once (?:it|they|the)\b", r"after (?:it|they|the)\b", r"help (?:you )?with (?!anything|something)",
    r"help you (?!with|today|out|find|further)\w", r"later\b",
)  # fmt: skip
"""In a question: what is offered in place of what was wanted."""
HOLD = _any(
    r"(?:one|a|just a|this) (?:moment|second|sec|minute|few)\b", r"moment,? please\b", r"hold on\b",
    r"bear with me\b", r"(?:be )?right back\b", r"get back to you\b", r"please (?:wait|hold)\b", r"on it\b",
    r"(?:let me|allow me to|i(?:.?ll| will|.?m going to|.?m| am)) (?:\w+ ){0,3}?(?:check|look|pull|find|retriev|"
    r"process|tak|see|review|verif|get|fetch|search|cancel|updat|proceed|go|do|submit|handl|work|mak|start|begin|set|"
    r"arrang)",
    r"thank(?:s| you) for (?:your patience|waiting|confirming|contacting|reaching|the|that|your|verifying|providing)\b",
)  # fmt: skip
"""An agent asks for a moment, or says what it does next."""

# A question's, by the role that it is about, whatever the domain

ASKED_BY = {
    "target": _any(
        r"new\b", r"instead\b", r"replac", r"variants?\b", r"versions?\b", r"options?\b", r"colou?r", r"size",
        r"(?:it|them|that|this|one) (?:for|to|into)\W*$", r"in exchange\b",
    ),
    "payment": _any(r"pay", r"paid\b", r"cards?\b", r"refund", r"money\b", r"charge", r"difference\b"),
    "reason": _any(r"why\b", r"reasons?\b", r"because\b", r"made you\b"),
    "address": _any(r"address", r"street\b", r"where\b.*\b(?:sen[dt]|ship|deliver)"),
}  # fmt: skip

_LEAST = 4
"""Letters below which anything is close to anything."""


def close(one: str, other: str) -> bool:
    """Whether one text is the other mistyped: one letter wrong, left out or doubled, or two swapped."""
    if one == other or min(len(one), len(other)) < _LEAST:
        return False
    if len(one) == len(other):
        wrong = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(wrong) == 2 and sorted(one[wrong[0] : wrong[1] + 1]) == sorted(other[wrong[0] : wrong[1] + 1])
        return len(wrong) == 1 or (swapped and wrong[1] == wrong[0] + 1)
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
