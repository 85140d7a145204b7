"""What a scripted agent says beside the grammar of results: greetings, questions, transitions. Data only; no domain."""

from __future__ import annotations

Variants = tuple[str, ...]

HELP_GLADLY: Variants = (
    "I can help with that.", "Happy to help.", "I'll gladly take care of that.", "Sure, I can look into that.",
    "Of course.", "Let's get that sorted.", "Certainly.", "Sure thing.", "Glad to help with that.", "No problem.",
    "Let me see what I can do.", "That's something I can look at with you.", "I'd be glad to help.",
    "Okay, let's have a look.", "We'll sort that out together.", "Alright, I'm on it.", "I'm happy to look into it.",
)  # fmt: skip
WELCOME: Variants = (
    "Hello, and welcome to {service}.", "Hi there, thanks for getting in touch.", "Hello, I'm here to help.",
    "Hi, good to hear from you.", "Welcome, I'll be glad to help.", "Hello there, nice that you're writing.",
    "Hi, you've reached {service}.", "Good to have you here.",
)  # fmt: skip
ASK_AGAIN: Variants = (
    "I still need to find your account first.", "Before I can do anything I have to know whose account it is.",
    "To go on I need to know who you are.", "I can only start once I've found your account.",
)  # fmt: skip
ASK_REST: Variants = (
    "Could you also give me your {facts}?", "To find your account I need your {facts} as well.", "And your {facts}?",
    "I'll also need your {facts}.", "That's half of what I need; what is your {facts}?",
    "Please add your {facts}, then I can find your account.",
)  # fmt: skip
ASK_OTHERWISE: Variants = (
    "No problem, your {facts} will do as well.", "That's fine, I can also find you by your {facts}.",
    "Don't worry. Then please tell me your {facts}.", "We can do without it. What is your {facts}?",
    "Not to worry, your {facts} would be enough, too.",
)  # fmt: skip
NUMBER_IF_ANY: Variants = (
    "The {number} is enough, if you have it.", "If you have the {number}, that's quickest.",
    "Do you have the {number}?", "The {number} would be a good start.", "If you know the {number}, just send me that.",
)  # fmt: skip
OPTIONS: Variants = (
    "These are the ones I see: {list}. Which one should it be?", "There are {count}: {list}. Which one shall I take?",
    "You can choose between {list}. Which one would you like?", "I have {count} here: {list}. Which is it?",
    "On file are {list}. Tell me the number.",
)  # fmt: skip
ONLY_OPTION: Variants = (
    "There's only one, the {label}. Shall I take that?", "I see just the {label}. Would that be all right?",
)  # fmt: skip
LOOK_IT_UP: Variants = (
    "No problem, I can find it without that.", "That's fine, I'll look for it myself.",
    "You don't need it, I can look it up.", "Not to worry, we'll find it together.",
    "That's all right, I can search for it.",
)  # fmt: skip
DESCRIBE_IT: Variants = (
    "What can you tell me about it?", "How would you describe it?", "What do you remember about it?",
    "Just tell me what you know about it.", "Which one is it, in your own words?",
)  # fmt: skip
NOBODY: Variants = (
    "I don't find an account under {value}.", "There's no account with {value}, I'm afraid.",
    "Nothing comes up for {value}.", "I couldn't find anybody with {value}.", "{value} doesn't bring up an account.",
)  # fmt: skip
TYPO_HOST: Variants = (
    'Could there be a typo in "{part}"?', 'Is "{part}" spelled correctly?', 'Could you check the part "{part}"?',
    'Should it really read "{part}"?',
)  # fmt: skip
TYPO: Variants = (
    "Could you check it for a typo?", "Could you check the spelling for me?", "Is there perhaps a typo in it?",
    "Would you check it and tell me again?", "Could you have another look at it?",
)  # fmt: skip
IDENTIFIED: Variants = (
    "Thank you, I've found your account.", "Thanks, I have your account here.", "Got it, I see your account.",
    "Great, I've pulled up your account.", "Found you, thank you.", "Thanks, I've opened your account.",
    "Perfect, there you are.", "There we go, I have your details.", "Thanks, that brings up your account.",
    "All right, I'm in your account now.", "Thank you, I have your account now.", "Your account is right here, thanks.",
    "Okay, I see your profile.", "Thanks, that's all I need to find you.", "Wonderful, I can see your account.",
    "That matches an account, thank you.",
)  # fmt: skip
WHAT_CAN_I_DO: Variants = (
    "What can I do for you?", "How can I help you today?", "What is it about?", "What would you like me to do?",
    "What can I help you with?",
)  # fmt: skip
WHAT_EXACTLY: Variants = (
    "What exactly can I do for you?", "So, what is it about?", "What would you like me to take care of?",
    "How can I help?", "Now, what do you need?", "Tell me what you need.",
)  # fmt: skip
ANYTHING_ELSE: Variants = (
    "Anything else?", "Is there anything else I can do for you?", "Can I help you with anything else?",
    "What else can I do for you?", "Is there something else?", "Anything else I can help with?",
    "Would you like me to do anything else?", "Is there more I can take care of?", "Was there anything else today?",
    "Do you need anything else from me?", "Is that all for now, or is there more?",
    "Shall I look at anything else for you?", "Is there more on your mind?", "Are we done, or is there more?",
    "Does anything else need doing?", "Is there another matter I can look at?", "Have you got anything else for me?",
    "Could I do something else for you?", "Would there be anything more?",
)  # fmt: skip
BYE: Variants = (
    "You're welcome. Have a nice day!", "Glad I could help. Goodbye!", "Thanks for getting in touch, take care!",
    "Have a great day!", "All right, have a good one!", "Goodbye, and thank you for reaching out.",
    "Thank you, and all the best!", "Take care!", "Thanks for contacting {service}. Have a nice day!",
    "It was a pleasure. Bye for now!", "Then I wish you a lovely day.", "Enjoy the rest of your day!", "Goodbye!",
    "Thanks for your time, and bye!", "Perfect, then we're done here. So long!", "My pleasure. See you next time!",
    "Okay then, until next time!", "Thanks for coming to us, goodbye!", "Have a pleasant day, bye!",
    "Always happy to help. Bye!", "Well then, all the best to you!", "Thank you for writing to {service}. Goodbye!",
)  # fmt: skip
IS_THAT_IT: Variants = (
    "Is that the one you mean?", "Is that right?", "Is this the one?", "Is that what you have in mind?",
    "Did I get the right one?", "Is that it?", "Are we talking about the same one?", "Is that what you meant?",
    "Would that be it?", "Does that sound right?", "Have I got that right?", "Do you mean this one?",
    "Is this what you're after?",
)  # fmt: skip
ONCE_MORE: Variants = (
    "Of course, take your time. Nothing happens until you say yes.", "No rush, I won't do anything without your yes.",
    "Gladly, here it is again.", "Let me explain it again; nothing has been submitted yet.",
    "Sure, again from the top.", "That's fine, better to check twice.", "No worries, let's go through it slowly.",
    "Certainly, I'll repeat it.", "You're right to ask. Once more, then.",
)  # fmt: skip
START_WITH: Variants = (
    "Let's start with the {noun}.", "First, the {noun}.", "Let's take the {noun} first.", "I'll begin with the {noun}.",
    "We can begin with the {noun}.",
)  # fmt: skip
TURN_TO: Variants = (
    "Now to the {noun}.", "Next, the {noun}.", "On to the {noun}.", "Then there's the {noun}.",
    "That leaves the {noun}.", "Now, about the {noun}.", "Let's look at the {noun}.", "And now the {noun}.",
    "Next up is the {noun}.", "Let's move on to the {noun}.",
)  # fmt: skip
NOTED: Variants = (
    "All right, I've changed that.", "No problem, noted.", "Sure, then differently.", "Okay, I'll take that instead.",
    "Understood.", "Fine, let me redo that.", "Good that you say so.", "Thanks, I've corrected it.",
    "Of course, that's easily changed.", "Okay, here is the new version.", "Got it, let me update that.",
)  # fmt: skip
NOTHING_FITS: Variants = (
    "I looked, but I find no {noun} that fits that description.", "I can't find {a_noun} like that.",
    "There's no {noun} that matches, I'm afraid.", "I don't see {a_noun} like that here.",
)  # fmt: skip
NOT_FOUND: Variants = (
    "{value} doesn't turn up anything.", "I can't find {value}.", "There's nothing under {value}, I'm afraid.",
)  # fmt: skip
TIED: Variants = (
    "More than one {noun} fits that equally well.", "Several are tied there.", "That fits more than one {noun}.",
)  # fmt: skip
WHICH_ONE: Variants = (
    "Which one do you mean?", "Could you describe it another way?", "Could you tell me more about it?",
    "Could you check that for me?", "How else could I recognize it?",
)  # fmt: skip
WHICH_OF_THEM: Variants = (
    "Which one do you mean?", "Which of them is it?", "Which one should I take?", "Can you tell me which one it is?",
    "Which is the one you have in mind?", "Which one is it about?", "Could you say which of these you mean?",
)  # fmt: skip
WHAT_THEN: Variants = (
    "Could you check that for me?", "Which one do you mean exactly?", "Could it be a mix-up?",
    "Is there perhaps a mix-up?", "Could you have another look and tell me which one it is?",
    "Which one is it about, then?", "Can you tell me again which one you mean?", "Which one should it be?",
)  # fmt: skip
BACK: Variants = (
    "Ha, I can't say much about that from my desk. Back to your request.",
    "I'd love to chat, but let's get you sorted first.",
    "I'm afraid that's outside of what I know. Let's go on with your request.",
    "I'll have to leave that one to others, sorry. Coming back to your request.",
    "That one is beyond me, but with your request I can help.", "Let's save that for another time.",
    "I wish I could say more about that. Let's carry on.", "Ha, that's another story! Now to what you came for.",
    "Hm, no idea, to be honest. Now back to business.", "I'm only good for account matters, I'm afraid.",
    "Ha, another time, maybe. Where were we?", "I hear you. Let's carry on, then.",
)  # fmt: skip
SOOTHE_FIRST: Variants = (
    "I'll be quick.", "I understand, I'll keep it short.", "Bear with me, it won't take long.",
    "I'll make it as quick as I can.", "I hear you, I'll keep this brief.", "I know your time is short.",
)  # fmt: skip
SOOTHE: Variants = (
    *SOOTHE_FIRST, "Sorry for the wait.", "Sorry this is taking a while.", "I appreciate your patience.",
)  # fmt: skip
GIVES_UP: Variants = (
    "I'm sorry, then I can't do anything about it.", "Then I have to leave that one, I'm sorry.",
    "Without finding it I can't go on with that, I'm sorry.",
)  # fmt: skip
LEFT_UNDONE: Variants = (
    "I'm leaving everything as it is, then.", "I haven't done anything, as you asked.", "I'll leave it at that, then.",
    "Nothing changes, just as you said.", "That means I don't touch it.", "I'm not going ahead with it, then.",
    "Then it stays as it is.", "I've left it alone, as you wanted.",
)  # fmt: skip
LEFT_AT_THAT: Variants = (
    "All right, I haven't submitted anything.", "No problem, nothing was changed there.",
    "Understood, I'll leave that one.",
    "Of course. That one stays as it is.", "That's fine, I've left it untouched.",
    "Okay, then nothing happens with it.",
)  # fmt: skip
BYE_UNDONE: Variants = (
    "No problem, I've left that one untouched. Goodbye!", "All right, nothing was changed there. Take care!",
    "That's fine, it stays as it is. Come back whenever it suits you!", "Understood, I'm leaving it as it was. Bye!",
    "No worries, nothing has been submitted for that. Have a good day!", "Okay, I've dropped it. All the best!",
)  # fmt: skip
STILL_NO: Variants = (
    "I understand that this is disappointing, but I can't make an exception there.",
    "I hear you, but I really can't do that.", "I'm sorry, there's no way around that rule.",
    "I know that's annoying. It still isn't possible, I'm sorry.",
    "I wish I had better news, but the answer stays the same, I'm afraid.",
    "I checked that carefully, and it can't be done. I'm sorry.",
    "Unfortunately nobody here can override that.",
    "I can see why you ask, but I'm not able to change that.",
)  # fmt: skip
CANNOT: Variants = (
    "I'm sorry, that's nothing I can do from here.", "I'm afraid I have no way to do that.",
)  # fmt: skip
"""Fallbacks where a lexicon has no words for a refusal."""
