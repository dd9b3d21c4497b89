"""Frames: what stands in an answer but is not claimed by it.

Whoever reports what others say and rejects it, announces a list of errors, wishes, supposes what is
then denied, jeers, says how an answer should be built or lists what they cannot tell apart has said
the words of a right answer without saying that they are so. A frame needs its two ends, the words that
open it and those that take it back; either alone is ordinary: "some say that ..., and rightly".
What follows the end, as the correction does, is claimed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from interview.grading.clauses import Clause, asked, clauses, sentences
from interview.grading.segments import LISTING, width
from interview.grading.talk import planned, praised, unable


class _Frame(NamedTuple):
    """Two ends, and how many sentences further the second may stand."""

    opener: re.Pattern[str]
    closer: re.Pattern[str]
    reach: int
    last: bool = False  # the frame ends at the last such end in reach, not at the first
    aside: bool = False  # what turns to the matter itself in between ends the frame unclosed
    asks: int = 0  # how many indirect questions it must hold


# How many clauses a frame may hold.
_FAR = 40


def _all(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# -- somebody else says so, and it is wrong --------------------------------------------------------

# Possessive quantifiers (*+): adverbs in a row are read in one way only, in linear time.
_SO = (  # adverbs before a verdict
    r"(?:其实|实际|事实|上|显然|后来|我|才|发现|知道|证明|都|全|部|均|也|还|同样|更|完全|根本|就|早|已经?|一样|仍然|依然|纯属|通通|统统"
    r"|纯粹|只|一种|一个|典型|常见|严重|很大|天大|彻底|明显|大多|我看|我认为|我觉得|但|可|而|不过|然而|是|的|被|属于)*+"
)
_WRONG = (
    r"(?:不太?对|不(?:正确|成立|属实|可信|是真的|是这样|是这么回事|是)|错误?|站不住脚|误解|误区|误会|谬误|谬论|谣言"
    r"|谣传|讹传|以讹传讹|胡说(?:八道)?|瞎说|瞎扯|胡扯|扯淡|无稽之谈|证伪|推翻|没有?(?:道理|根据|依据|这回事))"
)
_SAYING = r"(?:说法|讲法|看法|观点|解释|理解|想法|结论|认识|话|博客|文章|教程|资料|论调|传言|主张|论断|意见|内容)"
_THESE = rf"(?:这|那|此|该|上述|以上)(?:一|里|些|种|套|样|个|类|几|两|条|句|篇|番|点|流行|的)*+{_SAYING}?"
_NOT_ONE = r"(?:没有?|无)(?:一|任何|半)(?:句|条|个|步|点|处|样|项).{0,6}"
_REJECTED = (
    rf"{_SO}(?:{_THESE})?{_SO}{_WRONG}[的了吧啊呢]*+",
    rf"{_SO}(?:{_THESE})?{_SO}{_NOT_ONE}",
    rf"{_SO}每一?[步句条个点]{_SO}{_WRONG}[的了]*+",
    rf"我?.{{0,6}}(?:不(?:敢?苟同|认同|赞同|同意|赞成|认可|信)|反对)(?:{_THESE})?.{{0,2}}",
    r"(?!.*[怕易会能]).{0,14}(?:讲|说|搞|弄|写|理解)(?:错|反)了.{0,12}",
    r".{0,6}[他她]们?[说讲]的?得?(?:都|并|完全)*不对",
)
_REJECTED_EN = (
    r"(?:but |yet |and |though |actually |in fact |i think |well )*+"
    r"(?:(?:all of |every bit of |most of )?(?:this|that|these|those|it|they|he|she)\b(?: [a-z]+){0,2}?"
    r"(?:'s|'re| is| are| was| were| has been| have been)(?: [a-z]+){0,2}?(?<!not)(?<!partly)(?<!never)"
    r" (?:an? )?(?:[a-z]+ )?(?:wrong|false|untrue|incorrect|mistaken|nonsense|debunked|refuted|rubbish"
    r"|(?:myth|misconception|misunderstanding|mistake|fallacy)s?)"
    r"(?: (?:from start|altogether|though|entirely|and|in every) .*| altogether| though| entirely)?"
    r"|(?:this|that|these|those|it|they)(?:'s|'re| is| are)?(?: [a-z]+){0,2}? ?(?:not|n't|isn't|aren't)"
    r" (?:true|right|correct|so|the case)(?: at all| either)?"
    r"|(?:not (?:one|a single)|none|nothing)\b.{0,24}\b(?:holds?|true|right|correct|the case)\b.{0,12}"
    r"|i (?:[a-z]+ )?(?:disagree|(?:do not|don't) (?:agree|buy|believe)|never (?:bought|believed)).*"
    r"|(?:do not|don't) believe (?:it|them|that|this|any|a word)\b.*"
    r"|(?:not true|wrong|false|nonsense)(?: either| again| too| as well)?)"
)
_SAY = r"(?:说|讲|写|认为|以为|宣称|声称|坚称|坚持|主张|觉得|鼓吹|提到|告诉|传)"
_WHO = (
    r"(?:有(?!的放矢|一个问题|两)|很多|不少|许多|大家|人们|网上|网络|坊间|民间|常|总|听|教程|教材|书[上里]|博客"
    r"|帖子|同事|同学|老师|讲师|导师|朋友|传统|主流|谁|某|别人|他们|培训|流传|据|传说|还有|也有|又有|另有)"
)
_ATTRIBUTED = (
    rf"(?:其实|首先|另外|此外|以前|之前|过去|我|曾|经)*+{_WHO}.{{0,14}}?{_SAY}(?!明|不|反|错)",
    r"(?:我)?(?:听说|据说|误以为|传说)",
    r"(?:认为|以为|觉得)",
)
_ATTRIBUTED_EN = (
    r"(?!(?:i|we|you|if|when|so|as|to)\b)(?:[a-z]+ ){0,7}?(?:say|says|said|claims?|claimed|argues?|argued"
    r"|thinks?|believes?|insists?|repeat|repeats|repeating|suppose|assume|teach|told (?:me|us|you)|tells? you|would have it)\b",
    r"there(?:'s| is) an? (?:[a-z]+ )?(?:myth|belief|misconception|claim|story|saying)",
    r"according to (?:some|many|most|a lot)\b",
    r"(?:it is|it's) (?:often|sometimes|commonly|widely) (?:said|claimed|believed|thought)",
)
# One clause that reports and rejects: 认为推理时也要丢弃是不对的
_AT_ONCE = re.compile(
    rf"(?:{'|'.join(_ATTRIBUTED)}).*[^不]是(?:完全|根本)?(?:错误?|不对|误解|误区|不正确|不成立)的?"
    r"|(?:it is|it's) an? (?:[a-z]+ )?(?:myth|misconception|fallacy) .*"
    r"|the (?:claim|idea|notion|belief|view) that .* is (?:[a-z]+ )?(?:false|wrong|untrue|a myth)"
)
_ASIDE = re.compile(
    r"(?:但|可是|不过|然而|其实|实际|事实|真正|真相|正确|应该|应当|我(?:认为|觉得))"
    r"|(?:but|however|yet|in fact|actually|in reality|really|i think|i believe|instead)\b"
)

# -- wishes, fiction, jeers ------------------------------------------------------------------------

_WISHED = (
    r"[我们也真很还]*+(?:希望|盼望|盼着|期待|指望).{0,8}(?:以后|将来|未来|有一天|有朝一日|哪天|总有)",
    r"[我们也真]*+但愿",
    r"(?:i|we) (?:really |do )?wish\b|if only\b",
    r"(?:i|we) (?:really )?hope (?:that )?(?:one day|some ?day|in (?:the )?future|eventually)",
)
_NOT_YET = (
    r"(?:可惜|遗憾|但|可是|不过|然而|目前|现在|眼下).*(?:[做办]不到|没有?(?:实现|做到|这[些个种样])"
    r"|只是.{0,4}(?:愿望|设想|幻想|空想)|还不[能行会支]持?$)",
    r"(?:unfortunately|sadly|alas|but|too bad|for now|today|so far)\b.*\b(?:not|[a-z]+n't|none|no|cannot|only a)",
)
_INVENTED = (
    r".{0,8}(?:梦见|梦到|做了?个?梦)|.{0,6}(?:小说|科幻|童话|电影|剧|漫画)[里中]?.{0,6}(?:说|写|讲|提)",
    r"(?:last night )?i (?:had a dream|dream(?:t|ed))|(?:in|there is|there's) (?:a|an|one|some) "
    r"(?:[a-z]+ )?(?:novel|movie|film|story|comic)\b",
)
_INVENTION = (
    r".*(?:虚构|杜撰|瞎编|编出来|编的|假的)|(?:梦|小说|电影|剧|漫画)[里中]?.*错|.*醒来?.*(?:错|不是|不对)",
    r".*\b(?:fiction|made up|not real|imaginary|woke up)\b",
)
_JEERING = (
    r"(?:[是对嗯哦噢哎呀啊哟哇呵哈行好嘛]+|可不是[嘛吗]?)$",
    r"(?:oh|ah|wow|sure|right|yeah|of course|ok|okay)(?: (?:sure|yes|right|of course|wow|yeah))?$",
    r"(?:oh|yeah) (?:sure|right|yes)\b",
)
_JEER = (
    r".*(?:鬼话|瞎扯|胡扯|扯淡|瞎编|才怪|骗骗|骗(?:小孩|外行|鬼)|哄小孩|童话|没[有一]?句?是?真的|笑死|谁信|信这套"
    r"|编出来|接着编|编得|[说讲]得跟真的|唬唬|醒醒|离谱的说法|有这回事)",
    r".*\b(?:yeah,? right|pigs fly|fairy ?tales?|(?:pure|utter|complete|total|load of|what) (?:a )?"
    r"(?:fantasy|nonsense|rubbish|joke|garbage|bull)|in your dreams|(?:anyone|anybody) who believes"
    r"|nobody (?:serious )?(?:really )?believes)",
)

# Behind what was said: 会更快，才怪
_MOCKED = re.compile(r"才怪|鬼才信|yeah right")

# -- what one should know, and does not ------------------------------------------------------------

_TO_SAY = (
    r"[我只是也]*+(?:知道|记得|晓得)?(?:这道?题|这里|此处|这个问题|里)*+(?:[要得应该当]|需要)++"
    r"(?:讲|说|答|看|考虑|谈|回答|讨论|提|比较|分清)",
    r"i (?:do )?(?:know|remember|recall|realise|realize)\b.*(?:matter|has to do|is about|depends|involve"
    r"|should|need|have to|supposed)",
)
_CANNOT = (
    r"(?=.*(?:我|这些|具体|哪|谁|到底|一个|答案|说不|讲不)).*(?:不清楚|想不起|记不[清得]|答不[上出]|[讲说]不[出上清]"
    r"|分不清|不知道|不记得|忘了|搞不清)",
    r"(?:but |and |though |honestly )*+i (?:[a-z]+ )?(?:do not|don't|dont|can't|cannot|couldn't|forgot|forget)\b"
    r"(?: [a-z]+)? ?(?:know|tell|remember|recall|say|explain)?",
)
_FRAMES = (
    _Frame(_all(*_ATTRIBUTED), re.compile(rf"(?:{'|'.join(_REJECTED)})$"), 1, aside=True),
    _Frame(_all(*_ATTRIBUTED_EN), re.compile(rf"(?:{_REJECTED_EN})$"), 1, aside=True),
    _Frame(_all(*_WISHED), _all(*_NOT_YET), 2),
    _Frame(_all(*_INVENTED), _all(*_INVENTION), 2),
    _Frame(_all(*_JEERING), _all(*_JEER), 4, last=True),
    _Frame(_all(*_TO_SAY), _all(*_CANNOT), 1, asks=3, last=True),
)

# -- a list of errors ------------------------------------------------------------------------------

_ANNOUNCED = re.compile(
    rf"(?:下面|以下|下列|如下)(?:的|这|那|几|些|条|个|句|种|各|流行|常见|内容|点)*+(?:{_SAYING}|做法)?{_SO}{_WRONG}[的了]*+$"
    r"|[我先来要想]*+(?:批驳|反驳|驳斥)(?:一下)?(?:下面|以下|下列)?[几这些条个种的]+(?:错误|流行|常见|荒谬)*+的?"
    r"(?:观点|说法|看法|谣言|论调)$"
    r"|(?:none|not one) of the (?:following|statements below)\b.*\b(?:true|right|correct|holds?)$"
    r"|(?:all (?:of )?)?the following\b.*\b(?:false|wrong|untrue|incorrect|myths|misconceptions)$"
    r"|here are\b.*\b(?:all|each|every one)\b.*\b(?:false|wrong|untrue|incorrect)$"
)
_DENIES = re.compile(r"不是|并不|并非|不等于|而是|\bnot\b|n't\b|\brather\b")

# -- what is supposed and then denied --------------------------------------------------------------

_IF = re.compile(
    r"[而那么再]*(?:假如|假设|如果|要是|倘若|假使|若是?)|(?:and |or )?(?:if|suppose)\b"
)
_WOULD = re.compile(r"[^\x00-\x7f]|\b(?:would|could|might)\b")
_THEN = re.compile(r"那么?|then\b")
# Who supposes the wrong way to show what it would cost has the right one to say.
_WRONG_WAY = re.compile(
    r"不|没|还|仍|直接|只(?!要)|太|过|非|\b(?:no|not|never|without|only|just|still|too)\b|n't\b"
)
_UNREAL = re.compile(
    r"(?=.*(?:可惜|事实|实际|现实|真实))(?:.*(?:没有?|未|不)(?:被)?(?:这么|这样|如此)(?:做|实现|设计|算|干)(?!的)"
    r"|.*(?:并非|不是)(?:如此|这样))"
    r"|(?=.*(?:事实|实际|现实|真实|这)).*这(?:两|三|些|几|个|种|件)+(?:条件|事|情况|前提|假设|假定).*"
    r"(?:没有?|不|未).{0,3}(?:成立|发生|出现|存在|满足)"
    r"|(?:but|yet|however|alas|in reality)\b.*\b(?:none of (?:this|that|these)\b.*\b(?:case|true|so|happens?)"
    r"|no (?:[a-z]+ ){1,4}(?:does|do) (?:this|that|so)$|(?:that|this)(?: is not|'s not| isn't) (?:how|the case))"
)
# What some measure brought about was not denied from the start: 加了锁以后，这两种情况都不会出现
_MADE_SO = re.compile(r"了|之后|以后|因为|由于|通过|使用|采用|\b(?:because|thanks|since)\b")

# -- the one exception -----------------------------------------------------------------------------

_OTHERS = re.compile(
    r"[也还]?有?(?:[一有某]?些|不少|许多|很多|大多数?|多数|一般|其他|其它|别的|各种|常见)|(?:plenty|most|many|a lot|lots)\b"
)
_EXCEPTION = re.compile(
    r".{0,24}?(?:唯独|偏偏|恰恰|恰好|唯一).{0,20}(?:例外|不(?:是这|在此|在其|在这|属于|包括)|并非如此)"
    r"|.{0,24}?不属于(?:这|此|上述)"
    r"|.{0,40}?\b(?:is|are) (?:precisely |exactly )?the (?:one|only|sole|exception)\b.*\bnone of (?:th|it)"
)
_NONE_OF_IT = re.compile(
    r"(?=.*(?:这些|那些|上面|上述|任何|一样|完全|以上)).*(?:不|没|无)|(?=.*\b(?:these|those|that)\b).*\bno"
)


def unasserted(text: str) -> list[tuple[int, int]]:
    """Spans of ``text``, in order and apart, that the person does not claim."""
    parts = clauses(text)
    rules = (_framed, _supposed, _excepted, planned, unable, praised)
    found = [*_announced(parts, text), *(span for rule in rules for span in rule(parts))]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def claimed(text: str) -> tuple[str, float]:
    """The text, of the same length, with line ends in the place of what it does not claim, and the
    share 0..1 of it that this is."""
    pieces, lost, at = [], 0.0, 0
    for start, end in unasserted(text):
        pieces += [text[at:start], "\n" * (end - start)]
        lost += width(text[start:end])
        at = end
    return "".join([*pieces, text[at:]]), lost / width(text) if lost else 0.0


def _framed(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    for frame in _FRAMES:
        i = 0
        while i < len(parts):
            close = _close(frame, parts, i) if frame.opener.match(parts[i].text) else None
            if close is not None:
                yield parts[i].start, parts[close].end
                i = close
            i += 1
    for clause in parts:
        if _AT_ONCE.fullmatch(clause.text):
            yield clause.start, clause.end
    for sentence in sentences(parts):
        if _MOCKED.fullmatch(sentence[-1].text):
            yield sentence[0].start, sentence[-1].end


def _close(frame: _Frame, parts: list[Clause], i: int) -> int | None:
    """The clause that closes the frame that clause ``i`` opens, with those beside it that say so too."""
    close = None
    asks = asked(parts[i].text)
    later = 0  # clauses of later sentences so far
    for j in range(i + 1, min(len(parts), i + _FAR)):
        text = parts[j].text
        later += parts[j].sentence > parts[i].sentence
        if parts[j].sentence > parts[i].sentence + frame.reach:
            break
        if frame.closer.match(text) and asks + asked(text) >= frame.asks:
            close = j
        elif close is not None and not frame.last:
            break
        elif frame.aside and (later > 1 or _ASIDE.match(text) or frame.opener.match(text)):
            return close  # it turns to the matter, or to another report
        asks += asked(text)
    return close


def _announced(parts: list[Clause], text: str) -> Iterator[tuple[int, int]]:
    """A list that is said to be wrong, to the end of its sentence or of its numbered lines."""
    for sentence in sentences(parts):
        head = next((n for n, c in enumerate(sentence) if _ANNOUNCED.match(c.text)), None)
        if head is None:
            continue
        colon = next((n for n, c in enumerate(sentence) if n >= head and c.mark in "：:"), None)
        if colon is None:
            continue
        start = sentence[colon].end
        end = sentence[-1].end if sentence[colon + 1 :] else start + _listed(text[start:])
        first = bisect_left(parts, start, key=_start)
        items = parts[first : bisect_left(parts, end, key=_start)]
        turn = next((c.start for c in items if _ASIDE.match(c.text)), end)
        if 3 * sum(bool(_DENIES.search(c.text)) for c in items) < len(items):
            yield sentence[head].start, turn


def _start(clause: Clause) -> int:
    return clause.start


def _listed(text: str) -> int:
    """How far the list items go that ``text`` begins with."""
    lines = takewhile(lambda line: LISTING.match(line) or not line.strip(), text.splitlines(True))
    return sum(map(len, lines))


def _supposed(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    """Sentences that suppose two things or more, or doubt the one, up to the denial."""
    start: int | None = None
    heads, fair = 0, True
    for sentence in sentences(parts):
        denial = _denial(sentence)
        if start is not None and denial:
            if heads > 1 and fair and not _MADE_SO.search(denial):
                yield start, sentence[0].end
            start = None
        elif _IF.match(sentence[0].text) or (start is not None and _THEN.match(sentence[0].text)):
            suppositions = [clause.text for clause in sentence if _IF.match(clause.text)]
            if start is None:
                start, heads, fair = sentence[0].start, 0, True
            heads += len(suppositions) + any("真的" in said for said in suppositions)
            unreal = any(_WOULD.search(clause.text) for clause in sentence)
            fair = fair and unreal and not any(map(_WRONG_WAY.search, suppositions))
        else:
            start = None


def _denial(sentence: list[Clause]) -> str:
    """The first clause, or the first two, if they deny what was supposed."""
    opening = (" ".join(clause.text for clause in sentence[:n]) for n in (1, 2))
    return next((said for said in opening if _UNREAL.match(said)), "")


def _excepted(parts: list[Clause]) -> Iterator[tuple[int, int]]:
    """What is said of others than the one, where of that one nothing else is said."""
    for sentence in sentences(parts):
        first: Clause | None = None
        for j, clause in enumerate(sentence):
            rest = sentence[j + 1 :]
            if first and len(rest) < 4 and _EXCEPTION.match(clause.text):
                if all(_NONE_OF_IT.match(c.text) and width(c.text) < 16 for c in rest):
                    yield first.start, clause.start
            elif not first and _OTHERS.match(clause.text):
                first = clause
