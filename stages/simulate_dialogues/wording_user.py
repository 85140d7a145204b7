"""What users say beside their requests: greetings, yes and no, corrections, remarks. Data only; no domain.

Each table maps a manner to variants: `plain` for everybody, `terse` and `chatty` beside it. A variant with a marker of
politeness (see `stages.text_statistics.polite`) is taken only by polite users.
"""

from __future__ import annotations

Variants = tuple[str, ...]

GREETING: Variants = (
    "hi", "Hi", "hello", "Hello", "hey", "Hey", "hi there", "Hi there", "hey there", "good morning", "Good afternoon",
    "good evening", "Hello there", "hiya", "morning", "Hey, how are you", "hi, hope you're well", "yo",
)  # fmt: skip

SOME_MATTER: dict[str, Variants] = {
    "plain": (
        "I need some help", "I need help with something", "could you help me with something?", "I have a problem",
        "can someone help me out?", "I've got a question about my account", "something needs sorting out",
        "I have a request", "I'd like some help with my account", "are you able to help me with something?",
        "there's something I need to get sorted", "is this where I can get help?", "I want to change something",
        "I need you to take care of something", "can I get some help here?", "I was hoping you could help me",
        "is somebody there who can help me?", "I need assistance with something", "there's something I need done",
        "I'm hoping you can sort something out for me", "I have something I need your help with",
        "can you look into something for me?", "I've got something to sort out", "who can help me with my account?",
        "got a minute for me?", "I need to talk to someone about my account", "I have a thing I need fixed",
    ),
    "terse": (
        "need help with something", "got a problem here", "question about my account", "help me with smth",
        "need a hand here", "got an issue to sort", "need something done",
    ),
    "chatty": (
        "I've been meaning to contact you all week, I need help with something",
        "this is my first time writing here, I could use some help",
        "I'm not sure I'm in the right place, but I need help with something",
        "my sister told me to just write to you, so here I am with a problem",
        "I finally have five minutes to deal with this, can you help me?",
        "I was looking around on your site and couldn't find it, so I need some help",
    ),
}  # fmt: skip
MATTER_TAIL: Variants = (
    "", "", "", "", "", "if you have a moment", "when you get a chance", "hopefully nothing big",
    "shouldn't take long", "and I don't know where to start", "it's been on my list for days",
    "I hope this is the right chat", "nothing urgent", "if you have time",
)  # fmt: skip
ANNOUNCE: Variants = (
    "I want to {list}.", "I need to {list}.", "I'd like to {list}.", "a few things: I want to {list}.",
    "I've got {count} things to do: I need to {list}.", "{count} things today: I'd like to {list}.",
    "can you help me {list}?", "I have {count} things to sort out: I want to {list}.", "I'm here to {list}.",
    "looking to {list}.", "could I {list}?", "{count} things. I need to {list}.", "I'd need your help to {list}.",
    "so I have to {list}.", "trying to {list}.", "I was hoping to {list}.",
    "I need {count} things done, I want to {list}.", "please help me {list}.", "is it possible to {list}?",
)  # fmt: skip
ALSO: Variants = (
    "also", "and", "then", "second", "besides", "oh and", "on top of that", "plus",
)  # fmt: skip
FURTHER: Variants = (
    "one more thing.", "another thing:", "also,", "oh, and another thing.", "there's something else.",
    "while I have you:", "and then there's this:", "next thing.",
)  # fmt: skip
SAME: Variants = (
    "that same {noun}", "the same {noun}", "the {noun} we just talked about", "the {noun} you just changed for me",
    "the {noun} from just now", "that {noun}",
)  # fmt: skip
"""For the row that the last request was about, in place of its number."""
NEXT_ONE: Variants = (
    "yes, one more thing.", "yes, there's something else.", "actually yes.", "yeah, another thing.", "yes.",
    "yep, one more.", "oh yes.", "there is, yes.", "yes actually.", "mhm, next one.", "also,", "one more thing.",
)  # fmt: skip

YES: dict[str, Variants] = {
    "plain": (
        "yes", "yes, go ahead", "yep", "yes, that's right", "yeah", "correct, go ahead", "yes, do it", "go ahead",
        "that's right, yes", "yes, that looks right", "sounds good, yes", "ok, do it", "yeah, that's correct",
        "sure, go ahead", "looks good, go ahead", "yes, please submit it like that", "that is what I want, yes",
        "yes, that matches what I asked for", "yes, all correct", "yes please", "yes, thank you",
        "perfect, go ahead please",
    ),
    "terse": (
        "yes", "yep", "yeah", "ok", "go ahead", "y, go ahead", "do it", "yes do it", "correct", "sure", "yup",
    ),
    "chatty": (
        "yes, that's exactly what I want, go ahead", "yep, sounds great, let's do it", "yes, you got it all right",
        "that all looks right to me, so yes, go ahead", "yes, and thanks for spelling it out",
    ),
}  # fmt: skip
THATS_IT: dict[str, Variants] = {
    "plain": (
        "yes", "yep", "that's the one", "yes, that one", "exactly", "right", "yeah, that's it", "correct",
        "that's it", "yes, that's the one I mean", "uh huh",
    ),
    "terse": (
        "yes", "yep", "yeah", "that one", "right", "mhm", "correct", "ye",
    ),
    "chatty": (
        "yes, that's the one I was thinking of", "yep, that's it, good find", "right, that's the one",
    ),
}  # fmt: skip
NOT_YET: dict[str, Variants] = {
    "plain": (
        "wait, not yet. can you go over that again?", "hold on. what exactly are you going to do?",
        "not so fast, I want to be sure. Could you repeat the details?", "hmm, wait. let me check, say that again?",
        "no, not yet. Explain that to me once more.", "hang on, I'm not sure I follow. what happens then?",
        "wait, I'd like to read that again first. What are you going to submit?",
    ),
    "terse": (
        "wait", "not yet, say that again?", "hold on", "hang on, say again?", "no, explain first",
        "wait, what exactly?",
    ),
    "chatty": (
        "hold on a second, my dog just ran off with my glasses. could you say that again?",
        "wait, I'm a bit nervous with these things, walk me through it once more?",
        "hmm, not yet, I always double-check. Can you repeat what you're going to do?",
    ),
}  # fmt: skip
DECLINED: dict[str, Variants] = {
    "plain": (
        "no, I've thought about it. leave it as it is", "hm, seeing it like that, no. I won't do it",
        "no. I don't want it any more, leave everything as it was", "actually no, I'll leave it",
        "no, don't do that. I'll keep things as they are", "you know what, no. forget about that one",
        "I'd rather not, after all. please leave it", "no thank you, I've decided against it",
    ),
    "terse": (
        "no, leave it", "no. forget it", "nah, dont do it", "no, decided against it", "nope, cancel that idea",
    ),
    "chatty": (
        "hm, now that I see it in black and white I don't like it. No, let's leave it as it is",
        "no, I just asked at home and we'd rather leave it. Forget about it",
    ),
}  # fmt: skip
LEAVING: dict[str, Variants] = {
    "plain": (
        "sorry, I have to go. Forget about this one, bye",
        "something came up, I need to leave. leave this one as it is",
        "I've got to run, so never mind this one. bye", "I'm out of time, let's drop this. bye",
        "my ride is here, forget it. bye", "I'll deal with this another day. bye",
    ),
    "terse": (
        "gotta go, forget it. bye", "have to run, never mind", "no time, leave it. bye", "drop it, bye",
    ),
    "chatty": (
        "oh no, the kids are home early, I have to stop here. Leave this one as it is, bye!",
        "my train is arriving, so let's forget about this for now. bye!",
    ),
}  # fmt: skip
DONE: dict[str, Variants] = {
    "plain": (
        "no, that's all", "nope, that's it", "that's everything, thanks", "no, I'm good", "that's all for today",
        "no thanks", "nothing else, bye", "that was it, thank you", "no, that's everything", "nope",
        "that's all I needed", "no, all done. thanks for the help", "nah that's it, bye", "all good now, bye",
    ),
    "terse": (
        "no", "nope", "no thats it", "thats all", "nah", "nothing else", "no bye", "all good", "nope thx",
    ),
    "chatty": (
        "no, that was everything, you saved my evening", "nothing else, I'll finally get back to dinner. bye!",
        "that's all, this went quicker than I thought. bye", "no, I'm happy, thank you so much, have a nice day",
    ),
}  # fmt: skip
DONE_MISTYPED: Variants = (
    "no, that's everything for today",
    "no, everything I need for today",
    "no, that should be everything",
)
FEEDBACK: dict[str, Variants] = {
    "plain": (
        "great, that worked.", "good, that's done.", "perfect.", "nice, that was easy.", "okay, that's exactly it.",
        "good, one thing less to worry about.", "great, that went through.", "nice one.", "ah, good.",
        "lovely, that was quick.", "cool, that's settled then.", "wonderful, thank you.",
    ),
    "terse": (
        "great.", "nice.", "good.", "cool.", "perfect.", "that works.",
    ),
    "chatty": (
        "oh nice, I was afraid that would be more complicated.", "great, my sister told me that takes ages with you.",
        "super, I can cross that one off my list.",
    ),
}  # fmt: skip
FEEDBACK_ANSWER: dict[str, Variants] = {
    "plain": (
        "good to know.", "ah, okay.", "interesting.", "that's what I wanted to know.",
        "hm, more or less what I thought.",
        "okay, that helps.", "right, I wasn't sure about that.", "ah, that explains it.",
    ),
    "terse": (
        "ok.", "good to know.", "ah ok.", "hm ok.", "right.",
    ),
    "chatty": (
        "huh, I would have guessed something else entirely.", "ah, so I remembered it right after all.",
    ),
}  # fmt: skip
OPTIONS_WANTED: dict[str, Variants] = {
    "plain": (
        "which ones do I have?", "what are my options?", "what do you have on file for me?", "which ones are there?",
        "can you list them for me?", "what is there to choose from?", "remind me, which ones are in my account?",
    ),
    "terse": (
        "which ones do I have?", "options?", "what is there?", "list them?",
    ),
    "chatty": (
        "oh, I lose track of those. Which ones do I have?", "good question, what's even in my account?",
    ),
}  # fmt: skip
PICK: dict[str, Variants] = {
    "plain": (
        "number {n}.", "the {nth} one.", "let's take the {nth} one.", "I'll go with number {n}.", "the {label}.",
        "then the {nth}.", "{n}, I'd say.", "take the {label}.",
    ),
    "terse": (
        "{n}", "number {n}", "the {nth}", "no. {n}", "{nth} one",
    ),
}  # fmt: skip
PICK_ONLY: Variants = (
    "that one, then.", "then that one.", "fine, the {label}.",
)  # fmt: skip
EXCLUDE: dict[str, Variants] = {
    "plain": (
        "anything but the {others}.", "not the {others}, please take what's left.", "the one that isn't the {others}.",
        "not the {others}, so the remaining one.", "whichever is not the {others}.",
    ),
    "terse": (
        "not the {others}.", "anything but the {others}.",
    ),
}  # fmt: skip
NOT_BUT: Variants = (
    "not the {other}, the {label}.", "please not the {other}, the {label}.", "no, not the {other}, the {label}.",
)  # fmt: skip
ACCEPT: dict[str, Variants] = {
    "plain": (
        "ok, fair enough.", "alright then.", "too bad, but ok.", "hm, ok.", "I see.", "that's a pity. fine.",
        "ok, got it.", "fine, leave it then.",
    ),
    "terse": (
        "ok", "fine", "k", "too bad", "alright",
    ),
    "chatty": (
        "well, that's a shame, but it's not your fault.", "oh no, I was counting on that. fine, then.",
        "I had a feeling you'd say that. ok.",
    ),
}  # fmt: skip
PROTEST: dict[str, Variants] = {
    "plain": (
        "really? can't you make an exception?", "but that doesn't make sense to me. isn't there any way?",
        "come on, there must be something you can do", "are you sure? can't you just do it anyway?",
        "that's annoying. can you check again?",
    ),
    "terse": (
        "seriously?", "no exceptions?", "why not", "cant you just do it",
    ),
    "chatty": (
        "oh come on, I've been a customer for ages, surely you can bend the rule once?",
        "my neighbour got that done without any trouble, are you really sure?",
    ),
}  # fmt: skip
HURRY: dict[str, Variants] = {
    "plain": ("I don't have all day.", "I'm in a hurry.", "I've only got a minute."),
    "terse": ("hurry pls.", "in a rush here.", "short on time."),
    "chatty": (
        "my bus leaves in five minutes, so let's be quick.", "I'm typing this between two meetings, so let's hurry.",
        "sorry to push, but I really have to leave in a moment.",
    ),
}  # fmt: skip
"""Of an impatient user who has not waited yet."""
COMPLAINT: dict[str, Variants] = {
    "plain": (
        "this is taking long.", "can we speed this up?", "I don't have all day.", "I'm in a hurry.",
        "how long will this take?", "can we hurry up a bit?", "I've only got a minute.",
        "is this going to take much longer?",
    ),
    "terse": (
        "hurry pls.", "quick pls.", "in a rush here.", "come on.", "short on time.",
    ),
    "chatty": (
        "my bus leaves in five minutes, so let's be quick.", "I'm typing this between two meetings, so let's hurry.",
        "sorry to push, but I really have to leave in a moment.",
    ),
}  # fmt: skip
OFF_TOPIC: Variants = (
    "by the way, where are you guys based?", "are you a real person or a bot?",
    "do you guys get to watch the game tonight?", "random question, do you know a good pizza place?",
    "oh no, my cat just walked over the keyboard", "is it busy today?", "btw I love your new logo",
    "man, it's hot today", "do you also work on sundays?", "what's your name, if I may ask?",
    "sorry, someone's at the door. what a day", "I've had three coffees and I'm still tired",
    "have you ever been to Portugal?", "lol my kid just spilled juice everywhere",
    "did you see the moon last night? it was huge", "how long have you been doing this job?",
    "my neighbor is mowing the lawn again, so loud", "anyway, do you ever get a day off?",
)  # fmt: skip
SLIPPED: dict[str, Variants] = {
    "plain": (
        "oh sorry, typo. {true}", "my bad, it's {true}", "oops, I meant {true}", "ah, it should be {true}",
        "wrong key, {true} is right", "no wait, {true}", "oh, I mistyped that: {true}", "let me check... it's {true}",
        "sorry, {true} of course",
    ),
    "terse": (
        "{true}", "oops {true}", "typo, {true}", "meant {true}", "no, {true}",
    ),
    "chatty": (
        "oh dear, I can't type today. It's {true}", "sorry, I'm on my phone and it keeps doing that. {true} is right",
        "haha, my fingers are too fast. {true}",
    ),
}  # fmt: skip
SLIPPED_HOST: Variants = (
    "oh, {host} obviously. {true}", "{host}, not {wrong}. so {true}", "ah yes, {true}, I swapped two letters",
)  # fmt: skip
CHANGED: dict[str, Variants] = {
    "plain": (
        "actually, I changed my mind.", "hmm, wait, I'd rather do it differently.", "no, scratch that.",
        "on second thought, no.", "actually, let's change that.", "hold on, I've thought about it again.",
        "you know what, no.", "wait, I'd like something else after all.", "hm, actually no.",
    ),
    "terse": (
        "actually no.", "wait, no.", "scratch that.", "changed my mind.", "no, different.",
    ),
    "chatty": (
        "oh, I just talked to my wife and we want it differently.", "hmm, let me think... no, I've changed my mind.",
        "sorry, I'm terrible at decisions: I changed my mind.",
    ),
}  # fmt: skip
AMENDS: dict[str, Variants] = {
    "plain": (
        "oh, and about the {noun}, I got that wrong.", "and one thing about the {noun}, I see that differently now.",
        "and the {noun}, I'd like that differently after all.", "and for the {noun}, let me correct something.",
        "by the way, with the {noun} I meant something else.", "and the {noun} should be a little different.",
    ),
    "terse": (
        "and the {noun}, differently.", "and for the {noun}:", "oh, the {noun}, not like that.",
    ),
    "chatty": (
        "oh dear, I just reread what I wrote about the {noun}, that's not what I want.",
    ),
}  # fmt: skip
REVISED: dict[str, Variants] = {
    "plain": (
        "hm, I see. then rather like this.", "okay, now that I hear that, let me put it differently.",
        "ah, that's not quite it yet.", "good to know. then I'd do it another way.", "hm, that's not what I expected.",
        "I see, then I have to be more precise.", "right, that doesn't suit me.", "hm, seeing that, no.",
    ),
    "terse": (
        "hm, not that one.", "ok, then:", "not quite.", "nah, rather:", "hm.",
    ),
    "chatty": (
        "oh, that's not what I'd have thought, glad I asked.", "haha, okay, that one I really don't mean.",
        "interesting. now that you say it, I see I wasn't clear.",
    ),
}  # fmt: skip
MISTAKEN: dict[str, Variants] = {
    "plain": (
        "oh, you're right, I mixed that up.", "ah, my mistake.", "sorry, I got that wrong.", "hm, then I mixed it up.",
        "oh, I must have confused it.", "right, that was wrong of me.", "ah, then I remembered it wrong.",
        "oops, I was looking at the wrong one.",
    ),
    "terse": (
        "oh, my mistake.", "oops.", "ah, mixed it up.", "right, wrong one.", "my bad.",
    ),
    "chatty": (
        "oh dear, I've got so many things lying around that I mixed them up.",
        "sorry about that, I was going from memory and got it wrong.", "haha, that's what I get for not looking first.",
    ),
}  # fmt: skip
WRONG: Variants = (
    "no, that's not right.", "wait, that's wrong.", "no, one thing is off.", "hm, no.",
)  # fmt: skip
AGAIN: Variants = (
    "as I said:", "like I said,", "still the same:", "same as before:", "again:",
)  # fmt: skip
NEVER_MIND: Variants = (
    "never mind then.", "ok, forget it.", "leave it then.", "fine, drop it.", "ok, then not.",
)  # fmt: skip
WAITING: dict[str, Variants] = {
    "plain": (
        "ok", "okay", "sure", "ok, I'll wait", "sure, go ahead", "okay, I'm here", "yes, sure", "ok, no rush",
        "alright, ok",
    ),
    "terse": ("ok", "k", "sure", "okay"),
    "chatty": (
        "ok, I'll get myself a coffee meanwhile", "sure, I have it open here anyway", "okay, I'll stay right here",
    ),
}  # fmt: skip
"""To somebody who asks for a moment; all of them are a yes, should one have been asked for."""
PUZZLED: dict[str, Variants] = {
    "plain": (
        "sorry, I don't follow. what do you need from me?", "hm, what do you mean?", "I'm not sure what you're asking.",
        "not sure I get that. what do you need to know?", "I don't quite understand, can you say that again?",
        "what exactly do you need from me now?",
    ),
    "terse": ("huh?", "what do you mean", "dont follow", "meaning what?", "??"),
    "chatty": (
        "sorry, you've lost me there. what do you need to know?",
        "I read that twice and I'm still not sure what you mean.",
    ),
}  # fmt: skip
"""To somebody who has said nothing that means anything here."""
HERE_AGAIN: Variants = (
    "I'm sure it's right:", "again:", "still:", "that's what I have:",
)  # fmt: skip
FORGOTTEN: Variants = (
    "I don't remember what I signed up with.", "I forgot which one I used.", "not sure what I signed up with.",
    "no idea which one I used.", "I can't recall which one I gave you.", "I really don't remember which one it was.",
)  # fmt: skip
LACKS: dict[str, Variants] = {
    "plain": (
        "I don't have the {slot} at hand.", "no idea what the {slot} is.", "I don't know the {slot}, sorry.",
        "I can't find the {slot} anywhere.", "I don't have any {slot}.", "I deleted the mail with the {slot}.",
        "the {slot}? I wouldn't know where to look.",
    ),
    "terse": (
        "dont have the {slot}.", "no {slot} here.", "dunno the {slot}.", "lost the {slot}.",
    ),
    "chatty": (
        "I've turned the whole house upside down and can't find the {slot}.",
        "I'm on the train right now, so I don't have the {slot} with me.",
    ),
}  # fmt: skip
OUTDATED: dict[str, Variants] = {
    "plain": (
        "oh, that was my old one. It's {true} now.", "sorry, that one is out of date. {true} is the new one.",
        "right, I changed that. try {true}", "hm, maybe you have the new one: {true}",
        "ah, I gave you an old one. {true}", "that's from before I moved things around. now it's {true}",
    ),
    "terse": (
        "old one. {true}", "oh, {true} now", "thats outdated, {true}", "try {true}",
    ),
    "chatty": (
        "oh gosh, that's the one I had years ago. These days it's {true}",
        "I keep giving people my old one, sorry! It's {true}",
    ),
}  # fmt: skip
OTHERWISE: dict[str, Variants] = {
    "plain": (
        "hm, that's what I have.", "no idea what's wrong with it.", "then I don't know which one I used.",
        "looks right to me, but maybe you'll find me another way.", "odd. let's try it differently.",
        "maybe I signed up with another one, then.",
    ),
    "terse": (
        "no idea.", "dunno then.", "hm, try this.",
    ),
}  # fmt: skip
IDENTITY_LEAD: Variants = (
    "", "", "", "", "sure.", "sure,", "ok,", "of course.", "here you go:",
)  # fmt: skip
