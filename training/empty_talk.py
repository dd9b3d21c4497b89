"""Talk around a question that says nothing of its answer: echo, praise of the subject, announcements.

Candidates fill a pause with it, and answers made to fool a grader consist of it. It names the
question's subject, so a model that never saw it takes it for a statement about the subject.
"""

from __future__ import annotations

import random
import re

_CHINESE = """
{t}是面试里经常被问到的一个问题
这个问题问的是{t}
关于{t}，这是一个非常重要的概念
{t}，英文里也是这么叫的，大家平时都会说到
我对{t}是比较熟悉的，下面我来讲一下{t}
要回答{t}这个问题，首先要知道什么是{t}
理解了{t}，也就能明白为什么要学{t}
{t}在实际项目里用得很多，不管做什么方向都会碰到
每个做这一行的人都应该掌握{t}
所以{t}是必须要搞清楚的，我平时也很注意这一点
顾名思义，{t}说的就是{t}
{t}有它的优点，也有它的缺点，要具体情况具体分析
{t}的作用很大，对模型的效果和系统的性能都有影响
网上有很多讲{t}的文章，书上也有专门的一章
从原理上讲，{t}有一套完整的理论，推导起来也不难
我在之前的项目里用过{t}，效果还不错
以上就是我对{t}的理解，谢谢面试官
{t}这块内容很多，我先讲最核心的部分，再讲细节
总的来说，{t}是一个很有价值、很值得深入研究的方向
随着技术的发展，{t}越来越受到大家的重视
学会{t}可以帮助我们更好地完成工作
{t}主要包括几个方面，每个方面都很关键
如果不了解{t}，后面的东西就很难学下去
面试官您好，{t}这个问题问得很好
{t}和别的概念之间有联系，也有区别，不能混为一谈
用好{t}需要经验，也需要对业务有比较深的理解
""".strip().splitlines()
_ENGLISH = """
{t} is a very common interview question
The question asks about {t}
{t} is an important concept that every engineer should know
Let me first introduce {t} and then explain {t} in detail
To understand {t}, one has to know what {t} means
I have used {t} in several projects and it worked well
There are many articles about {t} and it is widely discussed
{t} has advantages and disadvantages, and it depends on the situation
{t} plays a key role in practice and affects performance a lot
As the name suggests, {t} is about {t}
With the development of technology, {t} gets more and more attention
That is my understanding of {t}, thank you
{t} consists of several aspects and each of them matters
Without {t} it would be hard to go on with more advanced topics
{t} is a deep topic, so I will start from the basics
""".strip().splitlines()
_ASKING = re.compile(
    r"^(?:请|简要|简单|简述|简单地?|介绍一下|介绍|解释一下|解释|说明|说说|谈谈|讲讲|试述|什么是|什么叫|何谓|如何|怎样|怎么|为什么要?"
    r"|what (?:is|are|does)|how (?:do|does|is|are|can)|why (?:do|does|is|are|must)|explain|describe|define|the|an?)\s*",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?:是什么(?:意思)?|有哪些|有什么(?:区别|用|作用|优缺点|不同)|是怎样的|是怎么[^，。？]{1,6}的|[？?。.!！])+\s*$"
)


def subject(question: str) -> str:
    """What a question is about, roughly: without its asking words."""
    text = re.split(r"[？?。；;，,]", question.strip())[0].strip() or question.strip()
    for _ in range(3):
        text = _ASKING.sub("", text)
    return _END.sub("", text).strip(" 的") or question.strip()


def empty_talk(rng: random.Random, question: str) -> str:
    """One to three sentences that name the question's subject and say nothing of it."""
    about = subject(question)
    chinese = bool(re.search("[\u4e00-\u9fff]", question))
    lines = _CHINESE if chinese else _ENGLISH
    said = [line.format(t=about) for line in rng.sample(lines, rng.choice((1, 1, 2, 3)))]
    return rng.choice(("，", "。")).join(said) if chinese else ". ".join(said)
