"""What users in a mood say, and what agents answer to it. Data only, in the form of `wording_user.py`; no domain."""

from __future__ import annotations

from stages.simulate_dialogues.wording_user import Variants

DOUBT: dict[str, Variants] = {
    "plain": (
        "are you sure about that?", "how do you know that's right?", "did you really check?", "is that really right?",
        "what makes you so sure?", "can you show me how you got there?", "and you're certain about that?",
        "what are you basing that on?", "hm, did you look at all of them?", "what did you compare that with?",
        "I'd like to know how you came to that.", "have you double-checked?", "is that a guess or did you look it up?",
        "could you tell me how you worked that out?",
    ),
    "terse": (
        "you sure?", "really?", "how do you know?", "did you check?", "certain?", "says who?", "based on what?",
    ),
    "chatty": (
        "I don't want to be difficult, but how do you know that's the right one?",
        "I'm the kind of person who checks everything twice, so: what are you basing that on?",
        "my dad always says trust but verify, so how did you get there?",
        "I've learned not to take these things on faith. did you really look it all up?",
    ),
}  # fmt: skip
"""Of a sceptical user, before it says yes, or after an answer."""
VENT_FIRST: dict[str, Variants] = {
    "plain": (
        "I've spent way too long on this already.", "this has been driving me crazy.", "I'm so done with this.",
        "honestly I'm pretty annoyed by now.", "why is this so hard to do online?",
    ),
    "terse": ("so annoyed.", "fed up with this.", "this is a pain."),
    "chatty": (
        "I've clicked through every page you have and I'm about to lose it.",
        "I've been at this since breakfast and it's wearing me out.",
    ),
}  # fmt: skip
"""Of a user who is frustrated from the beginning."""
VENT_LAST: dict[str, Variants] = {
    "plain": ("finally.", "took long enough.", "well, that took a while.", "about time."),
    "terse": ("finally.", "about time.", "took long enough."),
}  # fmt: skip
"""Of one who has got everything."""
VENT: dict[str, Variants] = {
    "plain": (
        "this is getting frustrating.", "ugh, why is this so complicated?", "honestly, this should be easier.",
        "I'm getting tired of all these questions.", "this is more work than it should be.",
        "I can't believe how many steps this takes.", "ugh, really?", "this is so annoying.",
        "why does everything have to be this hard?", "my patience is running thin here.",
    ),
    "terse": (
        "ugh.", "so annoying.", "this is a pain.", "unbelievable.", "how frustrating.", "omg.",
    ),
    "chatty": (
        "you know, I had hoped that this would take one message and here we are.",
        "sorry, it's not you personally, but this whole thing is driving me up the wall.",
        "I've had a long day and this is really not what I needed.",
    ),
}  # fmt: skip
VENT_AGAIN: dict[str, Variants] = {
    "plain": (
        "seriously, how much more of this?", "I'm really fed up with this.", "this is ridiculous.",
        "I'm officially annoyed now.", "I swear this gets worse every time.", "I can't believe we're still not done.",
    ),
    "terse": (
        "ridiculous.", "still not done, ugh.", "so fed up.", "come on, seriously.",
    ),
    "chatty": (
        "I'm trying to stay calm here, I really am, but this is ridiculous.",
        "with a dollar for every question today I'd be rich, and still annoyed.",
    ),
}  # fmt: skip
"""Of a frustrated user who has said so before."""

SURE: Variants = (
    "That's a fair question, so here is how I got there.", "I did check, and this is what I found.",
    "I understand that you want to be certain. This is what it rests on.", "Gladly, let me show you.",
    "I looked it up just now rather than guess.", "You're right to ask. Here is what I went by.",
    "I'm sure, and this is why.", "It comes from what I've just looked up.",
)  # fmt: skip
"""Of an agent that is doubted; the evidence follows."""
CALM: Variants = (
    "I can see why that's frustrating, and I'm sorry.", "I'm sorry that this is so tiresome.",
    "I understand that it's annoying. Let me get this done for you.", "I hear your frustration, and I'm on it.",
    "Sorry about that. I'll make this as easy as I can.", "I'm sorry for the trouble. Let's get it over with.",
    "You have every right to be annoyed. Let me sort it out.",
)  # fmt: skip
"""Of an agent whose user is frustrated."""

THING: Variants = ("thing", "thing", "thingy")
"""What people say who do not remember what something is called: "the speaker thing"."""
MISNAMED: dict[str, Variants] = {
    "plain": (
        "the {thing}", "that {thing}", "my {thing}", "it's the {thing}", "you know, the {thing}",
        "the {thing}, I forgot what it's called", "the {thing}, or whatever you call it",
    ),
    "terse": ("the {thing}", "that {thing}", "{thing}"),
    "chatty": (
        "oh, what's it called again, the {thing}", "the {thing}, I never remember what these are called",
    ),
}  # fmt: skip
BEGUN: dict[str, Variants] = {
    "plain": (
        "the {thing}", "it's the {thing}", "the {thing}, I don't remember the rest",
        "{thing}, it's on the tip of my tongue", "{thing}, I can't get the whole name together",
        "hm, {thing}, and I forgot how it goes on",
    ),
    "terse": ("{thing}", "the {thing}", "{thing}, forgot the rest"),
    "chatty": (
        "oh, what was it again, {thing}", "{thing}, and I was looking at it just this morning",
    ),
}  # fmt: skip
"""Of who remembers no more than the beginning: "the ham-something"."""
WHAT_IS: Variants = (
    'Sorry, what do you mean by "{thing}"?', 'I\'m not sure what "{thing}" is. What is it called?',
    'What would that "{thing}" be, exactly?', 'Could you tell me what the "{thing}" is called?',
    'I can\'t tell what "{thing}" stands for. What else is it called?',
)  # fmt: skip
IS_IT: Variants = (
    'By "{thing}", do you mean the {name}?', 'Would that "{thing}" be the {name}?',
    'I see the {name} here. Is that your "{thing}"?', 'Is the "{thing}" the {name}?',
)  # fmt: skip
"""Of an agent that has read of something whose name fits."""
