"""Why an answer cannot be graded against: it is empty, a placeholder, or nothing but a link."""

from __future__ import annotations

import re

from knowledge.markdown.contents import is_links
from knowledge.markdown.titles import matching_key, plain
from knowledge.markdown.trimming import TAGS_ONLY

MAX_DRAFT = 600  # characters; a longer answer is always taken as one

_PLACEHOLDER = re.compile(
    r"(?:todo|tbd|tba|wip|n/?a|none|null|xxx+|placeholder|coming soon|under construction"
    r"|to be (?:added|done|continued|updated|completed)|in progress|no answer(?: yet)?"
    r"|answer here|your answer(?: here)?|add (?:your )?answer(?: here)?"
    r"|待补充|待完善|待更新|待续|待办|待定|待写|待整理|待添加|未完待续|补充中|更新中|整理中|施工中"
    r"|暂无|暂缺|暂无答案|暂时没有|略|无|空|同上|有空再写|后续补充|稍后补充|敬请期待|答案待补充|占位)",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"传送门|详情见|可参考|推荐|参考|详见|请看|参见|链接|原文|文章|出处|来源|转自|地址|答案|解答|博客"
    r"|更多|这里|这篇|见|看|戳|\b(?:refer to|see|read|refer|reference|link|source|check|here|more"
    r"|details?|answer|article|blog|post|the|this|on|at|in|for|and|an?|also|please)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)|https?://[^\s<>]+")


def draft_reason(body: str) -> str:
    """Why an answer cannot be graded against: "empty", "placeholder", "link-only", or ""."""
    if len(body) > MAX_DRAFT:
        return ""
    bare = TAGS_ONLY.sub(" ", body)
    if not matching_key(bare):
        return "empty"
    if "```" in bare and not matching_key(bare.replace("```", "")):
        return "empty"
    words = plain(bare).strip(" .。!！…*_~-—>()（）[]【】:：")
    if _PLACEHOLDER.fullmatch(words):
        return "placeholder"
    if is_links(bare.replace("\n", " ")):
        return "link-only"
    if "](" in bare or "http" in bare:
        outside = _POINTERS.sub(" ", _LINK.sub(" ", bare))
        if not matching_key(outside):
            return "link-only"
    return ""
