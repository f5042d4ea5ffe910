"""The same words, however they were typed.

Phones add quotes of our own texts, invisible marks, curly apostrophes, accents or none, and people stretch
words or borrow letters from other alphabets. All of that is levelled here, before any language is
considered. Lexicons are levelled by the same function when they are loaded, so that their authors write
as one writes.
"""

import re
import unicodedata

# A parent's answer stands in the first lines; what is longer is pasted, quoted or not meant for us.
ANALYSED_CHARACTERS = 640

_COMBINING_ACCENTS = re.compile("[\u0300-\u036f\u093c]")
_APOSTROPHE = "['\u2019\u2018\u02bc`\u00b4\u2032]"
# "d'accord" is two words and often typed as such; "can't" is one.
_ELISION = re.compile(rf"(?<!\w)([b-df-hj-np-tv-z]|qu){_APOSTROPHE}(?=[^\W\d_])")
_APOSTROPHES = re.compile(rf"(?<=\w){_APOSTROPHE}(?=\w)")
_HYPHENS = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011](?=[^\W\d_])")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SPELLED_OUT = re.compile(r"(?<!\S)(?:[a-z][ .]){3,}[a-z](?!\S)")  # s t o p
_ALL_SPELLED_OUT = re.compile(r"(?:[a-z] {1,3}){5,}[a-z]")  # n h i  c h a h i y e
_HALVES = re.compile(r"(?<=[\d ])([ap])\.\s?m\b\.?")  # 3 p.m.
# Plain letters, figures and commas need no levelling unless they are stretched, spelled or spaced out.
_TO_LEVEL = re.compile(r"[^a-z0-9 ,?!]|([a-z])\1\1|  |^ | $|[a-z] [a-z] [a-z] |\S{61,}")
# What is printable and shows nothing by itself: emoji's variation selectors, skin tones, keycap frames.
_UNSEEN = re.compile("[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_SPACES = re.compile(r"[^\S\n]+")
# No language has words like this; pictures and contacts sent as text do.
_NOT_WORDS = re.compile(r"\S{61,}")
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u043a\u043c\u0442\u0432\u043d\u0501\u04bb\u051b\u051d"
    "\u03b1\u03b5\u03bf\u03c1\u03c4\u03c5\u03bd\u03b9\u03ba\u03c7\u03b7\u03b3",
    "aeopcyxisjkmtbhdhqwaeoptuvikxny",
)
_PLAIN = str.maketrans({"\u0131": "i", "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0901": "\u0902"})
_DEVANAGARI_DIGITS = {0x0966 + digit: str(digit) for digit in range(10)}


def normalise(text: str) -> str:
    """Lower case, no accents, no invisible marks, no apostrophes inside words, no stretched letters.

    Applying it twice changes nothing. Vowel signs of other scripts are kept: only Latin accents go.
    """
    if text.isascii() and len(text) <= ANALYSED_CHARACTERS:
        return _plainly_levelled(text)
    text = _levelled(_NOT_WORDS.sub(" ", text)[:ANALYSED_CHARACTERS])
    # Levelling can bring together what a mark had kept apart, so it runs until it changes nothing.
    while (again := _levelled(text)) != text:
        text = again
    return text


def _plainly_levelled(text: str) -> str:
    """The same for the letters that most texts consist of, where most of the work is none."""
    text = text.lower()
    if not _TO_LEVEL.search(text):
        return text
    text = _letters_levelled(_NOT_WORDS.sub(" ", text))
    while (again := _letters_levelled(text)) != text:
        text = again
    return text


def _levelled(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _COMBINING_ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_PLAIN)
    text = unicodedata.normalize("NFC", text).translate(_DEVANAGARI_DIGITS)
    if _UNSEEN.search(text) or not text.replace("\n", "").isprintable():
        text = "".join(mark for mark in text if mark in "\n\t" or not _invisible(mark))
    if _FOREIGN.search(text):
        text = _WORD.sub(_in_latin_letters, text)
    return _letters_levelled(text)[:ANALYSED_CHARACTERS].strip()


def _letters_levelled(text: str) -> str:
    text = _HALVES.sub(r"\1m", text)
    text = _APOSTROPHES.sub("", _ELISION.sub(r"\1 ", text))
    if _ALL_SPELLED_OUT.fullmatch(text):
        text = " ".join(word.replace(" ", "") for word in text.split("  "))
    text = _SPELLED_OUT.sub(lambda word: re.sub("[ .]", "", word[0]), text)
    text = _HYPHENS.sub(" ", _STRETCHED.sub(r"\1", text))
    if "\n" not in text:
        return _visible(_SPACES.sub(" ", text)).strip()
    return "\n".join(_visible(_SPACES.sub(" ", line)).strip() for line in text.split("\n")).strip()


def _visible(line: str) -> str:
    return line if line.isprintable() else "".join(mark for mark in line if not _invisible(mark))


def _in_latin_letters(word: re.Match[str]) -> str:
    """A word written with look-alikes as it looks; a word of another alphabet as it is."""
    spelled = word[0].translate(_LOOK_ALIKES)
    return word[0] if _FOREIGN.search(spelled) else spelled


def _invisible(mark: str) -> bool:
    """Control and format characters, emoji's variation selectors and skin tones."""
    return (
        unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        or "\ufe00" <= mark <= "\ufe0f"
        or mark == "\u20e3"  # the frame that turns a figure into a keycap
        or "\U0001f3fb" <= mark <= "\U0001f3ff"
    )
