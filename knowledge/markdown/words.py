"""Words that tell questions, labels and sections apart, in Chinese and English."""

from __future__ import annotations

import re

from knowledge.markdown.titles import matching_key

_STRONG_ZH = re.compile(
    r"什么|甚么|啥|如何|怎么|怎样|怎麼|为什么|为何|為什麼|哪些|哪个|哪几|哪种|哪里|哪一|多少"
    r"|是否|能否|可否"
    r"|有没有|是不是|能不能|会不会|要不要|有何|何时|何为|几种|几个|多大|多久|谁|[吗呢么嘛]$"
    r"|^(?:请|简要|简单|详细)?(?:再)?(?:介绍|简述|解释|说说|说一下|说下|谈谈|谈一谈|讲讲|讲一下"
    r"|讲下|聊聊|描述|列举|阐述"
    r"|概述一下|说明一下|对比|比较|分析|写出|手写|推导|举例|举出|给出|证明|你|假设|给定|简单说)"
)
_MILD_ZH = re.compile(
    r"区别|差异|异同|优缺点|优点|缺点|优势|劣势|原理|作用|含义|意义|概念|定义|关系|流程|机制|过程"
    r"|原因|场景|特点|特性"
    r"|介绍|实现|比较|对比|理解|方法|问题|技巧|注意|影响|选择|分类|步骤|对应|应用|方式|策略"
)
_STRONG_EN = re.compile(
    r"^(?:so |and |but |then |ok |in \w+ ?,? )?(?:what|what's|whats|how|why|when|where|which"
    r"|who|whose|whom"
    r"|explain|describe|define|differentiate|distinguish|compare|contrast|discuss|elaborate"
    r"|tell (?:me|us)|have you|do you|did you|can you|could you|would you|are you|is it|is there"
    r"|are there|true or false|difference|differences|what're|how's|why's)\b"
    r"|\bdifferences? between\b|\bwhat (?:is|are|does|do)\b|\bhow (?:do"
    r"|does|would|can|to|is|are)\b",
    re.IGNORECASE,
)
_MILD_EN = re.compile(
    r"^(?:is|are|do|does|did|can|could|should|would|will|has|list|name|write|implement|create"
    r"|design|find|given|calculate|compute|show|mention|state|outline|suppose|walk|print"
    r"|reverse|if|in|give|demonstrate|generate|modify|convert|check|count|return|you|identify"
    r"|provide|build|draw|simulate|sort|remove|merge|select|get|use|using|assume|consider|let's)\b"
    r"|\bvs\.?\b|\bversus\b|\bdifference\b|\badvantages?\b|\bpros and cons\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[.:;。；：]\s+|[。；：]")
_CONTEXT = re.compile(
    r"面试|面经|八股|问答|题库|习题|常见问题|高频|考点|答疑|刷题|每日一题|题目|问题(?:总结|汇总"
    r"|集|整理)"
    r"|interview|q\s?&\s?a\b|\bqna\b|\bfaqs?\b|questions?\b|quiz|flash ?cards?|exercises?\b",
    re.IGNORECASE,
)
_COLLECTION = re.compile(
    r"(?:面试|八股|常见|高频|经典|核心|必备|必会)?(?:面试题|问题|考点|题目|面试)(?:总结|汇总"
    r"|大全|集锦|集|整理|合集|精选|篇|及答案|和答案|\d*题?)$"
    r"|^(?:\d+\+? )?.{0,60}\b(?:interview )?(?:questions?|q\s?&\s?a|faqs?|quiz(?:zes)?|exercises?)"
    r"(?:\s*(?:&|and|with|/)\s*(?:detailed\s+)?answers?.{0,30}|\s+(?:list|part|section|set|bank"
    r"|for|on|in|about)\b.{0,60})?"
    r"\s*(?:[(\[（][^)\]）]*[)\]）]|\d{4}|[:：#!.])*\s*$",
    re.IGNORECASE,
)


def _keys(words: str) -> frozenset[str]:
    """Matching keys of words and phrases that are separated by commas."""
    return frozenset(matching_key(word) for word in words.split(","))


SECTION_KEYS = _keys(
    """
    目录, 目錄, 总目录, 目次, 大纲, 导航, 索引, contents, toc, index, 总结, 小结, 本章小结,
    本章总结, 全文总结, 结语, 结束语, 结论, 写在最后, 写在前面, 后记, 前言, 序言, 序, 引言,
    导言, 导读, 简介, 说明, 背景, 参考, 参考文献, 参考资料, 参考链接, 参考文章, 参考书籍, 引用,
    相关阅读, 延伸阅读, 扩展阅读, 推荐阅读, 更多阅读, 推荐资料, 学习资料, 资料, 资源, 附录,
    致谢, 贡献, 贡献者, 贡献指南, 如何贡献, 参与贡献, 许可, 许可证, 协议, 版权, 版权声明,
    license, 作者, 关于作者, 关于, 联系, 联系方式, 联系我, 赞助, 打赏, 公众号, 更新日志,
    更新记录, 更新历史, 待办, todo, 免责声明, 声明, 其他资源, 友情链接, 交流群, star, 使用说明,
    面试题, 面试题目, 题目, 问题, readme, foreword, preface, introduction, intro, overview,
    summary, conclusion, conclusions, references, reference, resources, resource,
    acknowledgements, acknowledgments, contributing, contributors, contribution, contribute,
    credits, author, authors, about, disclaimer, sponsors, sponsor, changelog, appendix, links,
    support, feedback, contact, questions, answers, copyright, donate, stargazers, faq, topics,
    thanks, bibliography, legend, badges, languages, translations, installation, install,
    setup, usage, prerequisites, table of contents, related projects, view online,
    further reading, additional links, additional resources, useful links, about the author,
    how to contribute, how to use, how to use this repo, getting started, star history,
    back to top, code of conduct, key takeaways, questions & answers, questions and answers,
    interview questions, q&a, list of questions, question list, see also, read more,
    learn more, further resources, final thoughts, wrap up, good luck, what's next, next steps,
    how to use this guide, show your support, supported languages, thank you
    """
)

_ANSWER_LABEL = re.compile(
    r"^(?:view |show |see |click (?:here )?(?:to |for )(?:(?:view|see|show|reveal) )?|reveal "
    r"|expand |the |reference |suggested |sample |model |short |detailed |correct )*"
    r"(?:the )?(?:answers?|solutions?|explanations?|ans"
    r"|hint)(?: key)?(?: here)?(?:\s*[:：(（].{0,60}|\s*\d*\s*)$"
    r"|^(?:点击|点我|展开|查看|显示|参考|标准|正确|推荐|简要|详细|面试|满分|示例|高分|完整"
    r"|一句话|核心|面试官心理|面试题|题目|本题)*"
    r"(?:答案|解答|回答|解析|答|题解|详解|剖析|分析|思路|解题思路|解法|题解)(?:如下|展开|要点)?(?:\s*[:：(（].{0,40})?$",
    re.IGNORECASE,
)
_OPEN_LABEL = re.compile(
    r"^(?:click (?:me|here|to expand)|expand|details|show|view|see more|more|hint|spoiler|展开"
    r"|点击展开|点击查看|查看|查看详情|详情|点我|折叠)"
    r"[\s!！.。…:：]*$",
    re.IGNORECASE,
)
_CONTENTS_LABEL = re.compile(
    r"contents|目录|toc\b|translations?|languages?|语言|index\b", re.IGNORECASE
)
QUESTION_PART_KEYS = _keys(
    """
    面试题, 题目, 题目描述, 问题, 问题描述, 描述, question, problem, description, 题干,
    面试官心理分析, 考察点, 考点, 面试题剖析, 面试官问, problem statement, problem description
    """
)
ASKED_KEYS = _keys(
    """
    面试题, 题目, 问题, question, problem, 题目描述, 问题描述, 题干
    """
)
PUZZLE_PART_KEYS = _keys(
    """
    题目链接, 链接, 示例, 样例, 输入, 输出, 提示, 代码, 代码实现, 参考代码, 实现, 复杂度,
    复杂度分析, 测试用例, 扩展, 进阶, followup, example, examples, constraints, approach,
    complexity, code, intuition, input, output, testcases, hints, notes
    """
)

# Possessive (`*+`): white space that was passed over is never gone through again.
_INLINE_ANSWER = re.compile(
    r"^[\s>]*+(?:[*_]{1,3}|<b>|<strong>)?\s*+(?:(?:sample |reference |short "
    r"|suggested )?(?:answer|ans|solution|explanation)s?|a|back|reply|candidate|interviewee|me"
    r"|答案?|参考答案|回答|解答|解析|答复|候选人|求职者|面试者|应聘者|背面|我)"
    r"\s*+(?:\d{1,4}(?:\.\d{1,4})*)?\s*+(?:[*_]{1,3}|</b>|</strong>)?\s*+(?P<colon>[:：.]|$|、(?=\S))\s*+(?:[*_]{1,3}|</b>|</strong>)?\s*+",
    re.IGNORECASE,
)


# Words of everyday texts: an answer's label only with a colon behind them.
_NEEDS_COLON = frozenset(
    "a 答 back reply candidate interviewee me 我 背面 候选人 求职者 面试者 应聘者".split()
)


def strong_question(title: str) -> bool:
    """Whether a title reads as a question: a question mark, an interrogative, "explain …"."""
    tail = title.rstrip(" .。!！)）」”\"'`*")
    if tail.endswith(("?", "？")) or "？" in title or "? " in title:
        return True
    if _STRONG_ZH.search(tail):
        return True
    return any(_STRONG_EN.search(part) for part in _SENTENCES.split(title[:600]))


def mild_question(title: str) -> bool:
    """Whether a title names what is typically asked: differences, principles, "write a …"."""
    if _MILD_ZH.search(title):
        return True
    return any(_MILD_EN.search(part) for part in _SENTENCES.split(title[:600]))


def speaks_of_questions(text: str) -> bool:
    """Whether a document title or introduction says that it holds interview questions."""
    return bool(_CONTEXT.search(text))


def is_collection(title: str) -> bool:
    """Whether a title names a set of questions ("Java 面试题总结", "React Interview Questions")."""
    if title.rstrip().endswith(("?", "？")):
        return False
    return len(title) <= 120 and bool(_COLLECTION.search(title.strip()))


def is_section(title: str) -> bool:
    """Whether a heading is a section of any file rather than a question: 目录, License, 参考."""
    return matching_key(title) in SECTION_KEYS


def is_contents_label(title: str) -> bool:
    """Whether a label opens a table of contents or a list of languages."""
    return bool(_CONTENTS_LABEL.search(title))


def is_answer_label(title: str) -> bool:
    """Whether a heading or summary only announces the answer: Answer, 查看答案, 题解."""
    title = title.strip(" *_#`")
    if title.casefold() in ("a:", "a：", "ans:", "答:", "答：", "答"):
        return True
    return len(title) <= 100 and bool(_ANSWER_LABEL.match(title) or _OPEN_LABEL.match(title))


def answer_label_end(source: str) -> int:
    """Length of an answer label that opens a paragraph (`答：`, `**Answer:** `), 0 if none.

    Short words need their colon, so that "A tree is" stays what it is.
    """
    first, _, _ = source.partition("\n")
    match = _INLINE_ANSWER.match(first)
    if match is None:
        return 0
    if not match["colon"] and match.end() < len(first.rstrip()):
        return 0
    word = re.sub(r"\W", "", first[: match.end()]).casefold()
    if match["colon"] in (".", "", "、") and word in _NEEDS_COLON:
        return 0
    return match.end()
