"""Talk about the answer in the place of one: what it should deal with, how important its terms are,
and which of them the person cannot tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from interview.grading.clauses import ASKED, Clause, asked, sentences
from interview.grading.segments import width

# Possessive quantifiers (*+): words in a row are read in one way only, in linear time.
_SHOULD = (
    r"(?:首先|最后|接着|然后|还|再|其次|并且|并|也|这道题|这题|题|我会|我)*+"
    r"(?:应该|应当|需要|可以|打算|准备|计划|[应要得该])++(?:首先|先|再|分别)*+(?:从.{0,30}?(?:来|出发|角度))?"
)
# 需要说明的是 … goes on with a claim
_TREAT = r"(?:说明|解释|交代|讲|谈|论证|介绍|提|阐述|回答|讨论|说|比较|对比|分析|写出|给出|描述)(?!.?的是)"
# Two numbers are compared too: a plan speaks of speaking somewhere.
_SPEAKS = re.compile(r"说明|解释|交代|讲|谈|论证|介绍|阐述|讨论|提[一到及]|^[^\u4e00-\u9fff]+$")
_QUESTION = r"(?:how|what|why|whether|where|which|when)\b"
_VERB = r"(?:explain|discuss|compare|describe|mention|say|talk about|walk through|go through|cover)(?:ing)?"
_PLANNED = re.compile(
    rf"{_SHOULD}{_TREAT}"
    r"|(?:for the [a-z]+ part |first |then |next |finally )*+(?:i would|i'd|i will|i'll|you should|one should"
    r"|we should|an? (?:good|full|complete) answer (?:should|would))(?: first| then| also| start by| begin by)?"
    rf" {_VERB} (?:first )?{_QUESTION}"
    rf"|(?:explain|discuss|compare|describe) {_QUESTION}"
)
_PURPOSE = re.compile(r"[要想](?:答|讲|说|回答)(?:好|清楚|全)|至于|关于|for (?:this|the)\b")
_GOES_ON = re.compile(
    rf"(?:{_SHOULD}|(?:接着|然后|最后|以及|还要|再|并|还|和|先|其次)++.{{0,16}}?){_TREAT}"
    rf"|(?:and )?(?:then |finally |next )?(?:{_VERB}|walk|go|{_QUESTION})"
)
_CLAIMS = re.compile(r"因为|由于|也就是|是指|就是|\b(?:because|namely|since|i\.e)\b")
_UNABLE = re.compile(
    r"(?=.*我).*(?:想不起|记不[清得]|答不[上出]|分不清|不知道|不记得|忘了|搞不清|不清楚)"
    r"|(?:but |and |though )*+i (?:[a-z]+ )?(?:do not|don't|can't|cannot|couldn't|forgot|forget)\b(?: [a-z]+)?"
    r" ?(?:know|tell|remember|recall)? (?:whether|which|if)\b"
)
_PRAISE = re.compile(
    r"考点|得分点|加分[项点]|题眼|必考(?!虑)|面试高频|高频面试|面试官[很最特都别]*(?:看重|喜欢|在意|关注|想听)|区分候选人|基本功"
    r"|功底|大词(?![表典汇])|入门概念|这题的关键词|务必要?(?:答|讲|提|重视)|背下来|重点掌握|认真准备|眼前一亮|点睛之笔"
    r"|必须(?:掌握|讲出来|提到)的|(?:说明|体现)[出了]?(?:细节|实战|实践|理解|扎实|你).{0,4}(?:功夫|经验|深度|关注)"
    r"|加分$|\b(?:interviewers? (?:wants?|loves?|likes?)|strong candidates?|key terms?|must-know|bonus point"
    r"|nice detail|worth mentioning|attention to detail|everyone should know|should be mentioned)\b"
    r"|fundamental to this (?:topic|question)|central concept here"
)


def planned(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    """Sentences that say what to deal with, in three headings or questions at least, and nothing of it."""
    for sentence in sentences(parts):
        head = int(len(sentence) > 1 and bool(_PURPOSE.match(sentence[0].text)))
        if not _PLANNED.match(sentence[head].text) or _claims(sentence):
            continue
        if not any(_SPEAKS.search(clause.text) for clause in sentence):
            continue
        steps = sum(bool(_GOES_ON.match(clause.text)) for clause in sentence[head + 1 :])
        questions = sum(asked(clause.text) for clause in sentence)
        if questions >= 2 and steps + questions >= 3:
            yield sentence[0].start, sentence[-1].end


def unable(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    """Two open questions or more that the person cannot answer."""
    for sentence in sentences(parts):
        for j, clause in enumerate(sentence):
            if not _UNABLE.match(clause.text):
                continue
            first = j
            while first > j - 12 and first and ASKED.search(sentence[first - 1].text):
                first -= 1
            questions = sum(asked(c.text) for c in sentence[first : j + 1])
            if questions > 1 or (questions and " or " in clause.text):
                yield sentence[first].start, clause.end


def praised(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    """Clauses on what a term is worth in an interview; the whole sentence where they are most of it."""
    for sentence in sentences(parts):
        such = [clause for clause in sentence if _PRAISE.search(clause.text)]
        if 2 * sum(width(c.text) for c in such) > sum(width(c.text) for c in sentence):
            yield sentence[0].start, sentence[-1].end
        else:
            yield from ((clause.start, clause.end) for clause in such)


def _claims(sentence: list[Clause]) -> bool:
    """Whether a plan goes on to the matter: gives a reason, or has more than questions after a colon."""
    opened = any(
        left.mark in "：:" and not re.match(_QUESTION, right.text)
        for left, right in pairwise(sentence)
    )
    return opened or any(_CLAIMS.search(clause.text) for clause in sentence)
