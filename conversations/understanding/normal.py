"""The same words, however they were typed.

Phones add quotes of our own texts, reactions, invisible marks, curly apostrophes, accents or none, and
people stretch words. All of that is levelled here, before any language is considered, so that a lexicon
holds plain words only.
"""

import re
import unicodedata

# A parent's answer stands in the first lines; what is longer is pasted, quoted or not meant for us.
ANALYSED_CHARACTERS = 640

_COMBINING_ACCENTS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019\u2018\u02bc`\u00b4\u2032](?=\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SPACES = re.compile(r"[^\S\n]+")
_QUOTED_FROM_HERE = re.compile(
    r"^\s*(?:on\b.{4,80}\bwrote\s*:|el\b.{4,80}\bescribi[oó]\s*:|-{2,}\s*(?:original|mensaje)\b)",
    re.IGNORECASE,
)
_REACTION = re.compile(
    r"^\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned"
    r"|reacted\b.{0,24}\bto|removed an? .{0,24}\bfrom"
    r"|le gust[oó]|le encant[oó]|no le gust[oó]|se ri[oó] de|destac[oó]|cuestion[oó]"
    r"|reaccion[oó]\b.{0,24}\ba)"
    r"\s+[\"\u201c\u201d\u00ab\u2018\u201e].*",
    re.IGNORECASE | re.DOTALL,
)


def is_reaction(text: str) -> bool:
    """Whether a phone wrote this by itself: `Liked "Zuri's visit is ..."`. It answers nothing."""
    return _REACTION.match(text) is not None


def own_words(text: str) -> str:
    """The text without what it quotes: a quoted reminder that holds STOP is not an opt-out."""
    kept: list[str] = []
    for line in text[: 4 * ANALYSED_CHARACTERS].splitlines():
        if _QUOTED_FROM_HERE.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def normalise(text: str) -> str:
    """Lower case, no accents, no invisible marks, no apostrophes inside words, no stretched letters.

    Applying it twice changes nothing. Vowel signs of other scripts are kept: only Latin accents go.
    """
    text = _levelled(text[:ANALYSED_CHARACTERS])
    # Levelling can bring together what a mark had kept apart, so it runs until it changes nothing.
    while (again := _levelled(text)) != text:
        text = again
    return text


def _levelled(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _COMBINING_ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = "".join(mark for mark in text if mark in "\n\t" or not _invisible(mark))
    text = _STRETCHED.sub(r"\1", _APOSTROPHES.sub("", text))
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return unicodedata.normalize("NFC", text)[:ANALYSED_CHARACTERS].strip()


def _invisible(mark: str) -> bool:
    """Control and format characters, emoji's variation selectors and skin tones."""
    return (
        unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        or "\ufe00" <= mark <= "\ufe0f"
        or mark == "\u20e3"  # the frame that turns a figure into a keycap
        or "\U0001f3fb" <= mark <= "\U0001f3ff"
    )
