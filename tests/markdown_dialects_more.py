"""Neighbouring dialects: wikis, flash cards, static site generators, chat answers. Invented samples."""

from __future__ import annotations

MORE_DIALECTS: dict[str, tuple[str, list[str]]] = {}


def dialect(name: str, text: str, *expected: str) -> None:
    MORE_DIALECTS[name] = (text, list(expected))


dialect(
    "html table qa",
    """# FAQ about sails

<table>
<tr><th>Question</th><th>Answer</th></tr>
<tr><td>What is a jib?</td><td>A triangular sail.</td></tr>
<tr><td>What is a boom?</td><td>A pole at the foot of a sail.</td></tr>
<tr><td>Why reef?</td><td>To make the sail smaller in strong wind.</td></tr>
</table>
""",
    "What is a jib?",
    "What is a boom?",
    "Why reef?",
)
dialect(
    "html table multi-line cells",
    """<h1>常见问题</h1>
<table>
  <thead>
    <tr>
      <th>序号</th>
      <th>问题</th>
      <th>答案</th>
    </tr>
  </thead>
  <tbody>
    <tr>
      <td>1</td>
      <td>什么是潮汐？</td>
      <td>海面的周期涨落。</td>
    </tr>
    <tr>
      <td>2</td>
      <td>什么是洋流？</td>
      <td>海水沿一定方向的大规模流动。</td>
    </tr>
    <tr>
      <td>3</td>
      <td>什么是盐度？</td>
      <td>海水中盐的含量。</td>
    </tr>
  </tbody>
</table>
""",
    "什么是潮汐？",
    "什么是洋流？",
    "什么是盐度？",
)
dialect(
    "table 题目 参考答案要点",
    """| 编号 | 面试问题 | 参考答案要点 |
| :-: | --- | --- |
| 1 | 什么是潮汐？ | 海面涨落 |
| 2 | 什么是洋流？ | 海水流动 |
| 3 | 为什么海水是咸的？ | 河流带来盐分 |
""",
    "什么是潮汐？",
    "什么是洋流？",
    "为什么海水是咸的？",
)
dialect(
    "Q dot A dot",
    """# Mast quiz

Q. What is a mast?
A. A tall pole.

Q. What is a stay?
A. A rope that holds the mast.

Q. What is a shroud?
A. A side stay.
""",
    "What is a mast?",
    "What is a stay?",
    "What is a shroud?",
)
dialect(
    "nested numbered 1.1 paragraphs",
    """# 帆船问答

1. 基础

1.1 什么是桅杆？

支撑帆的立柱。

1.2 什么是帆桁？

帆下的横杆。

2. 进阶

2.1 为什么要缩帆？

风大时减小受力。

2.2 如何迎风航行？

走之字形。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
    "如何迎风航行？",
)
dialect(
    "nested ordered list",
    """# Interview questions

1. Basics
   1. What is a mast?

      A tall pole.
   2. What is a stay?

      A rope that holds the mast.
2. Advanced
   1. Why reef a sail?

      To make it smaller in strong wind.
   2. How do you tack?

      Turn the bow through the wind.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "definition list",
    """# Sail FAQ

What is a mast?
: A tall pole.

What is a stay?
: A rope that holds the mast.

Why reef?
: To make the sail smaller.

    Also to be safe.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef?",
)
dialect(
    "blockquote answers under bold",
    """# 帆船面试题

**1、什么是桅杆？**

> 支撑帆的立柱。

**2、什么是帆桁？**

> 帆下的横杆。

**3、为什么要缩帆？**

> 风大时减小受力。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
)
dialect(
    "### Question then paragraph",
    """# Ships

### Question
What is a mast?

### Answer
A tall pole.

### Question
What is a stay?

### Answer
A rope.

### Question
Why reef a sail?

### Answer
To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "### Question 1 then paragraph, bold answer",
    """## Question 1

What is a mast?

**Answer:**

A tall pole.

## Question 2

What is a stay?

**Answer:**

A rope.

## Question 3

Why reef a sail?

**Answer:**

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "collapsible nested details",
    """# Ships

<details>
<summary><b>Basics</b></summary>

<details>
<summary>What is a mast?</summary>

A tall pole.

</details>

<details>
<summary>What is a stay?</summary>

A rope.

</details>

</details>

<details>
<summary><b>Advanced</b></summary>

<details>
<summary>Why reef a sail?</summary>

To make it smaller.

</details>

<details>
<summary>How do you tack?</summary>

Turn through the wind.

</details>

</details>
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "docusaurus mdx",
    """---
id: ships
title: Ship Interview Questions
sidebar_label: Ships
slug: /ships
---

import Tabs from '@theme/Tabs';
import TabItem from '@theme/TabItem';

## What is a mast? {#mast}

A tall pole.

:::note

It carries sails.

:::

## What is a stay? {#stay}

<Tabs>
<TabItem value="a">

A rope.

</TabItem>
</Tabs>

## Why reef a sail? {#reef}

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "hugo toml",
    """+++
title = "Ship FAQ"
date = 2020-01-01
tags = ["ships", "faq"]
+++

## What is a mast?

A tall pole.

## What is a stay?

A rope.

## Why reef a sail?

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "jekyll",
    """---
layout: post
title:  "帆船面试题整理"
date:   2019-01-01 10:00:00 +0800
categories: [sail, interview]
---
* content
{:toc}

## 1. 什么是桅杆？
支撑帆的立柱。

## 2. 什么是帆桁？
帆下的横杆。

## 3. 为什么要缩帆？
减小受力。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
)
dialect(
    "obsidian callouts",
    """# 帆船

> [!question] 什么是桅杆？
> 支撑帆的立柱。

> [!question] 什么是帆桁？
> 帆下的横杆。

> [!question]- 为什么要缩帆？
> 风大时减小受力。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
)
dialect(
    "obsidian callouts with answer callout",
    """# Sails

> [!question]
> What is a mast?

> [!success]- Answer
> A tall pole.

> [!question]
> What is a stay?

> [!success]- Answer
> A rope.

> [!question]
> Why reef?

> [!success]- Answer
> To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef?",
)
dialect(
    "faq callouts nested",
    """> [!faq]- What is a mast?
> A tall pole.
>
> It carries sails.

> [!faq]- What is a stay?
> A rope.

> [!faq]- Why reef?
> To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef?",
)
dialect(
    "anki ::",
    """#flashcards/ships

What is a mast?::A tall pole.
What is a stay?::A rope that holds the mast.
Why reef a sail?::To make it smaller.
How do you tack?::Turn through the wind.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "anki :: spaced",
    """---
tags: flashcards
---

什么是桅杆？ :: 支撑帆的立柱。

什么是帆桁？ :: 帆下的横杆。

为什么要缩帆？ :: 风大时减小受力。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
)
dialect(
    "anki ? multi-line",
    """#flashcards

What is a mast?
?
A tall pole.

What is a stay?
?
A rope.

Why reef a sail?
?
To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "tab-indented lists",
    """# Ship questions

1.	What is a mast?

	A tall pole.

2.	What is a stay?

	A rope.

3.	Why reef a sail?

	To make it smaller.

4.	How do you tack?

	Turn.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "one-line Q A bullets",
    """# FAQ

- Q: What is a mast? A: A tall pole.
- Q: What is a stay? A: A rope.
- Q: Why reef a sail? A: To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "one-line 问答",
    """# 问答

问：什么是桅杆？答：支撑帆的立柱。

问：什么是帆桁？答：帆下的横杆。

问：为什么要缩帆？答：减小受力。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
)
dialect(
    "letters",
    """# Ship

### A. What is a mast?

A tall pole.

### B. What is a stay?

A rope.

### C. Why reef a sail?

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "roman",
    """## I. What is a mast?

A tall pole.

## II. What is a stay?

A rope.

## III. Why reef a sail?

To make it smaller.

## IV. How do you tack?

Turn.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "italic questions",
    """# Interview

*What is a mast?*

A tall pole.

*What is a stay?*

A rope.

*Why reef a sail?*

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "bold italic numbered",
    """# Interview

***1. What is a mast?***

A tall pole.

***2. What is a stay?***

A rope.

***3. Why reef a sail?***

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "checkbox lists",
    """# Ship interview checklist

- [ ] What is a mast?

  A tall pole.

- [x] What is a stay?

  A rope.

- [ ] Why reef a sail?

  To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "hr separated, no headings",
    """What is a mast?

A tall pole.

---

What is a stay?

A rope.

---

Why reef a sail?

To make it smaller.

---

How do you tack?

Turn through the wind.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "front/back cards",
    """# Deck

## Card 1

**Front:** What is a mast?

**Back:** A tall pole.

## Card 2

**Front:** What is a stay?

**Back:** A rope.

## Card 3

**Front:** Why reef a sail?

**Back:** To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "dl html",
    """<dl>
<dt>What is a mast?</dt>
<dd>A tall pole.</dd>
<dt>What is a stay?</dt>
<dd>A rope.</dd>
<dt>Why reef a sail?</dt>
<dd>To make it smaller.</dd>
</dl>
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "candidate dialogue en",
    """# Mock

**Interviewer:** What is a mast?

**Candidate:** A tall pole.

**Interviewer:** What is a stay?

**Candidate:** A rope.

**Interviewer:** Why reef a sail?

**Candidate:** To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "题目 code choice",
    """# 选择题

## 第1题

下面哪个是帆？

A. 桅
B. 帆
C. 桨

**答案：B**

## 第2题

下面哪个是桨？

A. 桅
B. 帆
C. 桨

**答案：C**

## 第3题

下面哪个是桅？

A. 桅
B. 帆
C. 桨

**答案：A**
""",
    "下面哪个是帆？",
    "下面哪个是桨？",
    "下面哪个是桅？",
)
dialect(
    "one question a file: the first heading asks, sections in numerals",
    """# 面试官：说说你对帆船的理解？使用场景？

![](https://x.example/a.png)

## 一、是什么

帆船是靠风的船。

## 二、怎么用

升帆。

### 迎风

之字形。

## 三、场景

比赛。

## 参考文献

- https://x.example
""",
    "说说你对帆船的理解？使用场景？",
)
dialect(
    "Q. headings between numbered topics",
    """# Ship Basics

> *Click &#9733; if you like the project.*

<br/>

## Related Topics

* *[Sails](x.md)*

<br/>

## Table of Contents

* [Introduction](#-1-introduction)
* [Sails](#-2-sails)

<br/>

## # 1. INTRODUCTION

<br/>

## Q. What is a mast?

A tall pole.

<div align="right">
    <b><a href="#related-topics">↥ back to top</a></b>
</div>

## Q. ***What is a stay?***

A rope.

<div align="right">
    <b><a href="#related-topics">↥ back to top</a></b>
</div>

## # 2. SAILS

<br/>

## Q. Why reef a sail?

To make it smaller.

*ToDo*

<div align="right">
    <b><a href="#related-topics">↥ back to top</a></b>
</div>
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "chapters in numerals over dotted questions",
    """# 【关于 帆船】 那些你不知道的事

> 作者：某人

- [【关于 帆船】 那些你不知道的事](#x)
  - [一、基础篇](#一基础篇)
    - [1.1 什么是桅杆？](#11)
    - [1.2 帆桁有什么作用？](#12)
  - [二、进阶篇](#二进阶篇)
    - [2.1 为什么要缩帆？](#21)

## 一、基础篇

### 1.1 什么是桅杆？

- 介绍：立柱。

### 1.2 帆桁有什么作用？

- 固定帆。

## 二、进阶篇

### 2.1 为什么要缩帆？

- 动机：风大。
""",
    "什么是桅杆？",
    "帆桁有什么作用？",
    "为什么要缩帆？",
)
dialect(
    "links in brackets behind the title",
    """# 3 Mast Questions

#### 1) What is a mast? [[src](https://x.example)]

A tall pole.

#### 2) What is a stay? [[src](https://x.example)]

A rope.

#### 3) Why reef a sail? ([Answer](https://x.example))

To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "quoted Q and A",
    """# FAQ

> Q: What is a mast?
>
> A: A tall pole.

> Q: What is a stay?
>
> A: A rope.

> Q: Why reef a sail?
>
> A: To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "Ques 1. and Ans. in bold",
    """**Ques 1.** What is a mast?

**Ans.** A tall pole.

**Ques 2.** What is a stay?

**Ans.** A rope.

**Ques 3.** Why reef a sail?

**Ans.** To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "admonitions of MkDocs",
    """# Ship

??? question "What is a mast?"

    A tall pole.

??? question "What is a stay?"
    A rope.

??? question "Why reef a sail?"
    To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "no blank lines Q/A",
    """# FAQ
Q: What is a mast?
A: A tall pole.
Q: What is a stay?
A: A rope.
Q: Why reef a sail?
A: To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "no blank numbered Q/A",
    """# FAQ
Q1. What is a mast?
Ans: A tall pole.
Q2. What is a stay?
Ans: A rope.
Q3. Why reef a sail?
Ans: To make it smaller.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "plain numbered lines 、 no blank",
    """面试题

1、什么是桅杆？
支撑帆的立柱。
2、什么是帆桁？
帆下的横杆。
3、为什么要缩帆？
减小受力。
4、如何迎风？
走之字。
""",
    "什么是桅杆？",
    "什么是帆桁？",
    "为什么要缩帆？",
    "如何迎风？",
)
dialect(
    "one bullet list per topic, answers nested",
    """# Frontend

## HTML

- What is a mast?
  - A tall pole.
- What is a stay?
  - A rope.

## CSS

- Why reef a sail?
  - To make it smaller.
- How do you tack?
  - Turn.
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
    "How do you tack?",
)
dialect(
    "one bold question",
    """# Probability

<table>
   <tr>
      <td>⚠️</td>
      <td>
         Both questions and answers here are given by the community. <br>
         If you see an error, please create a PR
      </td>
   </tr>
</table>

&nbsp;

**Imagine you have a jar of 500 coins. 1 out of 500 is a coin with two heads. You flip it 8 times. Are the chances that you took the coin with two heads higher?**

The main tool is Bayes Theorem.

Define A the event.
 - `P(B_1|A)`

Extra comments:
 - From the solution.
<br/>

""",
    "Imagine you have a jar of 500 coins. 1 out of 500 is a coin with two heads. You flip it 8 times. Are the chances that you took the coin with two heads higher?",
)
dialect(
    "several interviews in one file, numbered and not",
    """# 某厂跳动高频面试题

> 覆盖电商、CV相关面试题。

## 已收录面试题

<h2 id="6.实习岗面试题3道">6.实习岗面试题3道</h2>

### 问题1：如何解决类别极度不平衡的问题？
- 采样。

### 问题2：说下 Transformer 模型
- **Transformer**。

### 问题3：卷积核计算公式
- 公式：

$$O = 1$$

## 目录

- [某厂 一面面经](#p0)
  - [自我介绍](#p0-q1)
  - [请你详细介绍你的AI项目；](#p0-q2)
- [1. 三面面经](#p1)
  - [1.自我介绍](#p1-q1)
  - [2.拷打项目:讲讲设计？](#p1-q2)
  - [20.反问](#p1-q16)
- [2. 面经合集（二）](#p2)
  - [1. 贡献是什么，怎么验证有效](#p2-q1)
  - [2. 代码：读 txt 井字棋](#p2-q2)
- [4. 地狱版](#p4)
  - [为什么引入 BM25？](#p4-q1)
  - [漏桶算法的原理讲一下。](#p4-q2)
  - [手撕代码：实现反转链表。](#p4-q3)
- [5. 社招](#p5)
  - [1.绩效](#p5-q1)
  - [2.为什么出来看机会](#p5-q2)
  - [1.介绍工作项目](#p5-q3)
  - [2.如何定位问题？](#p5-q4)


<a id="p1"></a>
### 1. 三面面经

#### 面试问题汇总

<a id="p1-q1"></a>
##### 1.自我介绍

**回答：**
自我介绍。

<a id="p1-q2"></a>
##### 2.拷打项目:讲讲设计？

**回答：**
项目。

<a id="p1-q16"></a>
##### 20.反问

**回答：**
问。

<a id="p2"></a>
### 2. 面经合集（二）

#### 面试问题汇总

<a id="p2-q1"></a>
##### 1. 贡献是什么，怎么验证有效

**回答：**
贡献。

<a id="p2-q2"></a>
##### 2. 代码：读 txt 井字棋

**回答：**
代码。

<a id="p4"></a>
### 4. 地狱版

#### 一面

<a id="p4-q1"></a>
##### 为什么引入 BM25？

**回答：**

互补。

两类。

<a id="p4-q2"></a>
##### 漏桶算法的原理讲一下。

**回答：**

漏。

<a id="p4-q3"></a>
##### 手撕代码：实现反转链表。

**回答：**

```python
x
```

<a id="p5"></a>
### 5. 社招

#### 一面

<a id="p5-q1"></a>
##### 1.绩效

**回答：**

好。

<a id="p5-q2"></a>
##### 2.为什么出来看机会

**回答：**

看。

#### 二面

<a id="p5-q3"></a>
##### 1.介绍工作项目

**回答：**

介绍。

<a id="p5-q4"></a>
##### 2.如何定位问题？

**回答：**

查。
""",
    "如何解决类别极度不平衡的问题？",
    "说下 Transformer 模型",
    "卷积核计算公式",
    "自我介绍",
    "拷打项目:讲讲设计？",
    "反问",
    "贡献是什么，怎么验证有效",
    "代码：读 txt 井字棋",
    "为什么引入 BM25？",
    "漏桶算法的原理讲一下。",
    "手撕代码：实现反转链表。",
    "绩效",
    "为什么出来看机会",
    "介绍工作项目",
    "如何定位问题？",
)
dialect(
    "toc of one",
    """# 目录

- [1.实现快速排序代码](#1.实现快速排序代码)


<h2 id="1.实现快速排序代码">1.实现快速排序代码</h2>
快速排序是一种高效的排序算法。

### 快速排序的原理：

1. **选择基准值（Pivot）**：
   选。

2. **分区操作**：
   分。

### Python代码实现（递归版本）：
以下：

```python
x
# 测试用例
```

### 测试用例及其输出：
- 普通。

### 时间复杂度
- **最佳**

### 稳定性
- **不稳定排序**
""",
    "实现快速排序代码",
)
dialect(
    "a chat's answer with ticks and remarks",
    """Sure! Here are the answers:

---

### ✅ **1. What is a mast?**

👉 **Answer:**

A pole.

---

### ✅ **2. What is a stay?**

👉 **Answer:**

A rope.

---

### ✅ **3. Why reef?**

👉 **Answer:**

Wind.

---

If you want, I can also make flashcards. Would you like that?
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef?",
)
dialect(
    "advertisements around the questions",
    """# 100 Core Mast Interview Questions in 2025

<div>
<p align="center">
<a href="https://x.example/"><img src="https://x.example/a.png"></a>
</p>

#### You can also find all 100 answers here 👉 [X - Mast](https://x.example/q)

</div>

<br>

## 1. What is a _mast_?

A **mast** is a tall pole.

### Key Features

- Tall.
- Strong.

### Code Example

```js
mast()
```
<br>

## 2. What is a _stay_?

A rope.
<br>

## 3. Why _reef_ a sail?

To make it smaller.

#### Explore all 100 answers here 👉 [X - Mast](https://x.example/q)

<br>

<a href="https://x.example/"><img src="https://x.example/b.png"></a>
</p>
""",
    "What is a mast?",
    "What is a stay?",
    "Why reef a sail?",
)
dialect(
    "quoted questions with anchors",
    """# 帆船

* [`[Basic]` 桅杆](/sections/a.md#m)
* [`[Basic]` 帆](/sections/a.md#s)

## 桅杆

> <a name="q-mast"></a> 桅杆有几种? 如何选择?

三种，看船。

## 帆

帆有很多种。

> <a name="q-sail"></a> 什么时候缩帆? 如何缩?

风大时。

更多说明。

## 绳

> <a name="q-rope"></a> 绳为什么会断?

磨损。
""",
    "桅杆有几种? 如何选择?",
    "什么时候缩帆? 如何缩?",
    "绳为什么会断?",
)
