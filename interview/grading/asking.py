"""How much of an answer asks for its facts instead of stating them.

Not every question asks. "这不就是召回吗？" and "how could it then converge?" assert, and a question that the
next sentence answers only leads up to the answer.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from interview.grading.segments import width

_SENTENCE = re.compile(r"(?<=[。！？!?；;\n])|(?<=\.)\s")
# Who leaves it open whether something is so: 是不是, 能不能, 对吗.
_EITHER = re.compile(r"(?P<verb>.)不(?P=verb)")
_OPEN = re.compile(
    r"是不是|会不会|能不能|可不可|要不要|该不该|有没有|是否|对不对|[对是]吗|请问|想问|吧[?？]"
)
# What is asked in the certainty of the opposite answer.
_RHETORICAL = re.compile(
    # surely: 不就是…吗, 难道, 还不得…
    r"不就|不正是|还不[是得会都]|难道|岂|何必|何苦|何尝|不[也都还得][^?？]{0,30}[吗么?？]|不是[^?？]{0,40}[吗么嘛]"
    # nobody, nowhere, in no way
    r"|谁[还会愿敢管肯担受不]|哪[有来还会能敢]|哪里[还有会能来]|怎么(?:会|可能|能|敢|行|还)|怎[能会]|还怎么"
    r"|还能[^?？]{0,12}(?:多少|什么|几|吗)|[那又还]有什么用|能不|敢[^?？]{1,12}吗"
    # without this, how: 不…怎么…, 不…能…吗, 不用…用什么
    r"|不[^?？]{1,30}(?:怎么(?![样办])|能[^?？]{0,8}[吗么])|不(?P<done>[^?？])[^?？]{1,30}(?P=done)(?:什么|啥|谁)"
    r"|(?:^|[,;:.—]|\b(?:and|so|but|then))\s?(?:is|are|was|were|does|do|did|has|have|would|could|should|"
    r"wo|ca)n['’]?t\b"
    r"|\bwho (?:would|could|wants?|needs?|cares|else)\b|\bhow (?:could|else|on earth)\b|\bwhat else\b"
    r"|\bwhy (?:would|bother|should|not|on earth|else)\b|\bwhat did you expect\b|\bany wonder\b"
    r"|\bwhat(?:['’]s| is| would be) the (?:point|use) of\b|, no\W*$",
    re.IGNORECASE,
)
# No answer to the question before it: doubt, another request, a sound. A sentence wider than WIDE may
# doubt and still answer.
_NO_ANSWER = re.compile(
    r"不知道|不确定|不清楚|不太|不懂|记不|忘了|说不准|不好说|猜|请问|想问|请教|[能许概]吧|^[嗯呃哦啊额唔\W]*$"
    r"|\b(?:not sure|unsure|don['’]?t know|do not know|no idea|guess|maybe|perhaps|who knows|forg[eo]t|"
    r"wonder)\b|^\W*(?:u+m+|hm+|well|ok)\W*$",
    re.IGNORECASE,
)
WIDE = 16.0


def sentences(text: str) -> list[str]:
    """The sentences of a text, with the marks that end them."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def question_share(answer: str) -> float:
    """Share 0..1 of the text in questions that leave their facts open; 0 for a single one."""
    said = sentences(answer)
    asked = [
        width(sentence)
        for sentence, following in zip_longest(said, said[1:], fillvalue="")
        if _is_question(sentence) and not _asserts(sentence) and not _answers(following)
    ]
    return sum(asked) / sum(map(width, said)) if len(asked) > 1 else 0.0


def _is_question(sentence: str) -> bool:
    return sentence.endswith(("?", "？"))


def _asserts(question: str) -> bool:
    """Whether a question takes a side."""
    question = " ".join(question.split())
    return not _OPEN.search(question) and bool(_RHETORICAL.search(_EITHER.sub("", question)))


def _answers(sentence: str) -> bool:
    """Whether what follows a question may answer it."""
    if not sentence or _is_question(sentence):
        return False
    return width(sentence) > WIDE or not _NO_ANSWER.search(sentence)
