"""Invented samples of the dialects in which people publish questions and answers."""

from __future__ import annotations

DIALECTS: dict[str, tuple[str, list[str]]] = {}


def dialect(name: str, text: str, *expected: str) -> None:
    DIALECTS[name] = (text, list(expected))


dialect(
    "html headings with contents, levels and quotes changing",
    """<h1 id="目录">目录</h1>

- [1.什么是河流？](#user-content-1什么是河流？)
- [2.湖泊的成因](#2.湖泊的成因)
- [3.什么是冰川？](#x)

<h3 id='1.什么是河流？'>1.什么是河流？</h3>
河流是地表水流。

### 1. 上游
水急。

### 2. 下游
水缓。

<h3 id="2.湖泊的成因">2.湖泊的成因</h3>

构造、火山、冰川。

---
<h1 id="3.什么是冰川？">3.什么是冰川？</h1>

积雪压成的冰体。
""",
    "什么是河流？",
    "湖泊的成因",
    "什么是冰川？",
)
dialect(
    "markdown and html headings share one numbering",
    """# 水文面试题

<h2 id="1">1. 什么是径流？</h2>

沿地表流动的水。

## 2. 什么是蒸发？

水变成汽。

### 2.1 影响因素

温度、风速。

<h2 id="3">3. 降水的类型</h2>

对流雨、锋面雨。

#### 4. 地下水的作用

供水。
""",
    "什么是径流？",
    "什么是蒸发？",
    "降水的类型",
    "地下水的作用",
)
dialect(
    "chapter.number headings with sub-questions inside",
    """[TOC]

# 第三章 海洋学

## 3.1 潮汐是怎么产生的？

月球引力。

### 3.1.1 大潮是什么？

日月同线。

### 3.1.2 小潮是什么？

日月成直角。

## 3.2洋流的分类

暖流、寒流。

## 3.3 盐度受什么影响？

蒸发与降水。

## 参考文献

[1] 某书
""",
    "潮汐是怎么产生的？",
    "洋流的分类",
    "盐度受什么影响？",
)
dialect(
    "two numbering levels where the upper one only groups",
    """# 第二章 气象基础

## 2.1 基本概念

### 2.1.1 什么是气压？

单位面积上的大气重量。

### 2.1.2 什么是湿度？

水汽的多少。

## 2.2 观测

### 2.2.1 如何测量风速？

用风速计。

### 2.2.2 如何测量降水？

用雨量筒。

## 2.3 预报

### 2.3.1 数值预报的原理？

解方程组。

### 2.3.2 集合预报有什么用？

给出概率。
""",
    "什么是气压？",
    "什么是湿度？",
    "如何测量风速？",
    "如何测量降水？",
    "数值预报的原理？",
    "集合预报有什么用？",
)
dialect(
    "plain headings that ask, front matter, topics above",
    """---
title: 茶叶常见面试题总结（上）
category: 饮品
tag:
  - 茶
---

> 本文整理自读者投稿。

## 基础

### ⭐️什么是绿茶？

不发酵的茶。

### 红茶 vs 乌龙茶

发酵程度不同。

### 如何保存茶叶？

密封、避光。

#### 冷藏

适合绿茶。

## 冲泡

### 水温多少合适？

看茶类。

### 为什么要洗茶？

去浮尘。

## 参考

- 《茶经》：<https://example.org/tea>
""",
    "什么是绿茶？",
    "红茶 vs 乌龙茶",
    "如何保存茶叶？",
    "水温多少合适？",
    "为什么要洗茶？",
)
dialect(
    "Q1: with closing hashes and Answer labels",
    """# Bread Questions #
## Questions: ##
* [Q1: What is sourdough?](https://example.org/#q1)
* [Q2: Why knead the dough?](https://example.org/#q2)

## Questions & Answers: ##

### Q1: What is sourdough? ###

Answer:
Bread raised by wild yeast.

### Q2: Why knead the dough? ###

Answer

It builds gluten.
""",
    "What is sourdough?",
    "Why knead the dough?",
)
dialect(
    "问题N： prefixed headings with 答：",
    """# 面试记录

### 问题1：介绍一下桥梁的种类

答：梁桥、拱桥、索桥。

### 问题2：拱桥为什么能承重

答：把压力传到两端。

### 问题3：悬索桥的组成

答：主缆、吊索、桥塔。
""",
    "介绍一下桥梁的种类",
    "拱桥为什么能承重",
    "悬索桥的组成",
)
dialect(
    "interviewer prefix",
    """# 建筑面经

## 面试官：什么是承重墙？

承受上部荷载的墙。

## 面试官：说说抗震设计

延性、冗余。

## 面试官：为什么用预应力？

抵消拉应力。
""",
    "什么是承重墙？",
    "说说抗震设计",
    "为什么用预应力？",
)
dialect(
    "bold Q paragraphs with the answer on the next line",
    """# Coffee Interview Questions & Answers (1-3)

## 1. Beans (Questions 1-2)

**Q1: What is arabica?**
A mild species of coffee.
**Note:** it grows high up.

**Q2: How is coffee washed?**
*   **Wet:** with water.
*   **Dry:** in the sun.

---

## 2. Brewing

**Q3: What does grinding change?**
The surface.
""",
    "What is arabica?",
    "How is coffee washed?",
    "What does grinding change?",
)
dialect(
    "bold questions with emoji, answers in the next paragraphs",
    """# Theoretical interview questions

* The list is based on a post

## Table of contents

* [Soil](#soil)
* [Plants](#plants)

<br/>

## Soil

**What is humus? 👶**

Decayed organic matter.

<br/>

**How do we measure acidity of the soil? ⭐️**

With a pH meter. There are

- glass electrodes
- paper strips

**Bold remark** inside of an answer.

<br/>

## Plants

**Which plants fix nitrogen? 🚀**

Legumes.

<br/>
""",
    "What is humus?",
    "How do we measure acidity of the soil?",
    "Which plants fix nitrogen?",
)
dialect(
    "bold numbers whose paragraph goes on",
    """# Carpentry tasks for interviews

## Joints

**1)** Name the oldest joints.

The mortise.

**2) Dovetail**. Explain how a dovetail holds.

By its wedge shape.

**3) Biscuit**. Describe a biscuit joint.

An oval of beech.

## Tools

**1) Plane**. Sharpen a plane blade.

On a stone.

**2) Saw**. Tell rip saws from crosscut saws.

By the teeth.
""",
    "Name the oldest joints.",
    "Dovetail. Explain how a dovetail holds.",
    "Biscuit. Describe a biscuit joint.",
    "Plane. Sharpen a plane blade.",
    "Saw. Tell rip saws from crosscut saws.",
)
dialect(
    "headings as list items",
    """# Sailing Interview Questions

### Table of Contents

| No. | Questions |
| --- | --- |
| 1 | [What is a keel](#what-is-a-keel) |
| 2 | [What is a jib](#what-is-a-jib) |
| 3 | [How do you tack](#how-do-you-tack) |

1. ### What is a keel

   The backbone of a boat:

   ```text
   # not a heading
   ```

   **[⬆ Back to Top](#table-of-contents)**

2. ### What is a jib

    A triangular sail.

    ## Note

    It stands before the mast.

   **[⬆ Back to Top](#table-of-contents)**

3. ### How do you tack

   Turn the bow through the wind.
""",
    "What is a keel",
    "What is a jib",
    "How do you tack",
)
dialect(
    "details: the summary is the question",
    """## Bees

### Self assessment

<details>
<summary>What is a queen?</summary><br><b>

The mother of the hive.
</b></details>

<details>
<summary>Name the parts of a hive:

  * frames
  * boxes
</summary><br><b>

Frames hold combs.
</b></details>

#### Honey

<details>
<summary>How is honey made?</summary><br><b>
</b></details>
""",
    "What is a queen?",
    "Name the parts of a hive:",
    "How is honey made?",
)
dialect(
    "details: the summary hides the answer, many equal titles",
    """<h1>Chess Questions</h1>

<details><summary><strong> See 2 Available Translations</strong></summary>
<p>

- [Deutsch](./de.md)
- [Español](./es.md)

</p>
</details>

###### 1. What's the best move?

```text
e4 e5
```

- A: Nf3
- B: Ke2

<details><summary><b>Answer</b></summary>
<p>

#### Answer: A

It develops a piece.

</p>
</details>

---

###### 2. What's the best move?

```text
d4 d5
```

- A: c4
- B: f3

<details><summary><b>Answer</b></summary>
<p>

#### Answer: A

The gambit.

</p>
</details>
""",
    "What's the best move?",
    "What's the best move?",
)
dialect(
    "one question a file: heading, label, notes, tags",
    """### What is a solstice?

#### Answer

The longest or the shortest day.

#### Good to hear

* It happens twice a year.

##### Additional links

* [Almanac](https://example.org)

<!-- tags: (sky,earth) -->

<!-- expertise: (1) -->
""",
    "What is a solstice?",
)
dialect(
    "one question a file: 面试题 and 剖析 sections",
    """# 如何保证粮仓不受潮？

## 面试题

- 如何保证粮仓不受潮？
- 受潮以后怎么办？

## 面试官心理分析

想看看你有没有经验。

## 面试题剖析

### 通风有什么用？

带走水汽。

### 密封怎么做？

用薄膜。
""",
    "如何保证粮仓不受潮？",
)
dialect(
    "one question a file without a title",
    """## 面试题

了解过粮食轮换的过程吗？

## 面试官心理分析

冷门考点。

## 面试题剖析

先进先出。

**（1）出库。**

- 旧粮先走
""",
    "了解过粮食轮换的过程吗？",
)
dialect(
    "the same sub-headings and spoken answers in every question",
    """# Windmills - Spoken Format

## 1. What is a sail?

### How to explain in an interview

**Interviewer:** What is a sail?
**Your Response:** The part that catches the wind.

---

## 2. How does a cap turn?

### How to explain in an interview

**Interviewer:** How does a cap turn?
**Your Response:** On rollers.

---

## 3. Why brake a mill?

### How to explain in an interview

**Interviewer:** Why brake a mill?
**Your Response:** Against storms.
""",
    "What is a sail?",
    "How does a cap turn?",
    "Why brake a mill?",
)
dialect(
    "programming puzzle: one file, its parts as sections",
    """# 7. 整理书架

## 题目描述

给定一排书，按高度排序。

示例：

    输入：3 1 2

## 解题思路

用插入排序。

## 代码

```python
# 1. 排序
books.sort()
```
""",
    "整理书架",
)
dialect(
    "several puzzles with parts",
    """# 木工题解

## 1. 锯木头

### 题目

把木头锯成三段，需要几次？

### 思路

段数减一。

## 2. 钉钉子

### 题目

每面两个钉子，一共多少？

### 思路

乘以面数。

## 3. 量木板

### 题目

没有尺子怎么量？

### 思路

用绳子。
""",
    "锯木头",
    "钉钉子",
    "量木板",
)
dialect(
    "empty headings, question in the next paragraph",
    """# Glass quiz

### 1.

What is glass made of?

Sand, soda and lime.

### 2.

Why is glass transparent?

It absorbs little visible light.

### 3.

How is glass blown?

With a pipe.
""",
    "What is glass made of?",
    "Why is glass transparent?",
    "How is glass blown?",
)
dialect(
    "Q: and A: paragraphs",
    """# Metal FAQ

**Q: What is steel?**

**A:** Iron with some carbon.

**Q: What is rust?**

**A:** Iron oxide.

It flakes.

**Q: How do you stop rust?**

**A:** Paint it.
""",
    "What is steel?",
    "What is rust?",
    "How do you stop rust?",
)
dialect(
    "Q and A on neighbouring lines of one paragraph",
    """Q: What is a knot?
A: A fastening made by tying.

Q: What is a bend?
A: A knot that joins two ropes.

Q: What is a hitch?
A: A knot that ties a rope to a post.
""",
    "What is a knot?",
    "What is a bend?",
    "What is a hitch?",
)
dialect(
    "问 and 答 paragraphs",
    """# 养鱼问答

问：多久换一次水？

答：一周一次。

问：喂多少？

答：三分钟吃完的量。

问：为什么要困水？

答：去掉余氯。
""",
    "多久换一次水？",
    "喂多少？",
    "为什么要困水？",
)
dialect(
    "definition-like list",
    """# Clock FAQ

- **What is an escapement?** The part that lets the train tick.
- **What does the pendulum do?** It keeps the time.
- **Why wind a clock?** To lift its weight.
- **How long does it run?** Eight days.
""",
    "What is an escapement?",
    "What does the pendulum do?",
    "Why wind a clock?",
    "How long does it run?",
)
dialect(
    "ordered list of questions with nested answers",
    """# Kite interview questions

1. What keeps a kite up?

   Lift from the wind.

2. What is the bridle?

   - the lines at the front
   - they set the angle

3. Why does a kite need a tail?

   For stability.
""",
    "What keeps a kite up?",
    "What is the bridle?",
    "Why does a kite need a tail?",
)
dialect(
    "ordered questions with answers that are not indented",
    """# Pottery interview questions

1. What is slip?

Clay thinned with water.

2. What is bisque firing?

The first firing.

3. How does a glaze work?

It melts into glass.

4. Why does clay crack?

It dries unevenly.
""",
    "What is slip?",
    "What is bisque firing?",
    "How does a glaze work?",
    "Why does clay crack?",
)
dialect(
    "Chinese numbered paragraphs without list syntax",
    """# 纺织面试题

1、什么是经纱？

沿长度方向的纱线。

2、什么是纬纱？

沿宽度方向的纱线。

3、斜纹有哪些特点？

结实、有光泽。

4、如何区分棉和麻？

看手感。
""",
    "什么是经纱？",
    "什么是纬纱？",
    "斜纹有哪些特点？",
    "如何区分棉和麻？",
)
dialect(
    "headings without the space after the hashes",
    """#印刷常见问题

##1.什么是套印？

多色叠印。

##2.什么是出血？

多印的边。

##3.怎样选纸？

看用途。
""",
    "什么是套印？",
    "什么是出血？",
    "怎样选纸？",
)
dialect(
    "Chinese numerals that do ask",
    """# 摄影面试八股

## 一、什么是光圈？

镜头的孔径。

## 二、什么是快门？

控制曝光时间。

## 三、景深受什么影响？

光圈、焦距、距离。
""",
    "什么是光圈？",
    "什么是快门？",
    "景深受什么影响？",
)
dialect(
    "a table of questions and answers",
    """# Weather Q&A

| # | Question | Answer |
| --- | --- | --- |
| 1 | What is fog? | A cloud at the ground. |
| 2 | What is hail? | Lumps of ice. |
| 3 | Why does it thunder? | Heated air expands \\| bangs. |
""",
    "What is fog?",
    "What is hail?",
    "Why does it thunder?",
)
dialect(
    "quoted questions",
    """# Garden FAQ

> Q: When do I sow beans?

After the last frost.

> Q: How deep do I sow?

Two fingers.

> Q: Do beans need poles?

Some do.
""",
    "When do I sow beans?",
    "How deep do I sow?",
    "Do beans need poles?",
)
dialect(
    "bold numbered questions",
    """# 物流面试题汇总

**1. 什么是越库？**

货物不入库，直接转运。

**2. 安全库存怎么算？**

看需求波动：

1. 先算标准差
2. 再乘系数

**3. 什么是牛鞭效应？**

需求信息逐级放大。
""",
    "什么是越库？",
    "安全库存怎么算？",
    "什么是牛鞭效应？",
)
dialect(
    "noun titles, numbers restart in every topic",
    """面试常考的材料，每种一句话。

# 木材

## 1 硬木

来自阔叶树。

## 2 软木

来自针叶树。

### 1 松木

便宜。

## 3 胶合板

多层胶合。

# 金属

## 1 铜

导电好。

## 2 铝

轻。

## 3 锡

熔点低。

# 石材

## 1 花岗岩

硬。

## 2 大理石

美观。
""",
    "硬木",
    "软木",
    "胶合板",
    "铜",
    "铝",
    "锡",
    "花岗岩",
    "大理石",
)
dialect(
    "setext question headings",
    """Dyeing interview questions
==========================

What is a mordant?
------------------

A salt that fixes the dye.

What is indigo?
---------------

A blue dye from a plant.

How is cloth bleached?
----------------------

In the sun.
""",
    "What is a mordant?",
    "What is indigo?",
    "How is cloth bleached?",
)
dialect(
    "question headings and answers as quotes",
    """# Rope interview

### 1. What is hemp?

> A plant with strong fibres.

### 2. What is sisal?

> An agave.

### 3. What is jute?

> A bast fibre.
""",
    "What is hemp?",
    "What is sisal?",
    "What is jute?",
)
dialect(
    "details inside numbered headings with 查看答案",
    """# 棋类面试题

## 1. 围棋的气是什么？

<details>
<summary>点击查看答案</summary>

与棋子相邻的空点。

</details>

## 2. 什么是劫？

<details>
<summary>点击查看答案</summary>

可以互相提子的局面。

</details>
""",
    "围棋的气是什么？",
    "什么是劫？",
)
dialect(
    "Question N headings",
    """# Mock interview

## Question 1: Tell me about the harbour

It is deep.

## Question 2: Describe the lighthouse

It is tall.

## Conclusion

Thanks for reading.
""",
    "Tell me about the harbour",
    "Describe the lighthouse",
)
dialect(
    "links as titles, anchors, back-to-top links",
    """# Mill interview questions

<a name="top"></a>

1. [What is a millstone?](#q1)
2. [What is a race?](#q2)
3. [What is bran?](#q3)

## <a name="q1"></a>[↑](#top) What is a millstone?

A grinding stone.

[↑ Back to top](#top)

## <a name="q2"></a>[↑](#top) What is a race?

The water channel.

[↑ Back to top](#top)

## <a name="q3"></a>[↑](#top) What is bran?

The husk.

[↑ Back to top](#top)
""",
    "What is a millstone?",
    "What is a race?",
    "What is bran?",
)
dialect(
    "bold items with the answer in a bullet",
    """Here's a list of **Mast Interview Questions** from basic to advanced:

---

### **Basic Questions:**

1. **What is a mast?**

   - **Answer**: A tall pole on a ship.

2. **What is a boom in sailing?**

   - **Answer**: A spar at the foot of the sail.

### **Advanced Questions:**

3. **How is a mast stepped?**

   - **Answer**: With a crane.
""",
    "What is a mast?",
    "What is a boom in sailing?",
    "How is a mast stepped?",
)
dialect(
    "contents whose entries carry badges",
    """<div align="center">
  <h1>Deck Interview Questions & Answers</h1>
</div>

---

## Table of Contents

1. [How do you caulk a deck?](#q1-how) <span class="beginner">Beginner</span>
2. [How do you varnish a deck?](#q2-how) <span class="beginner">Beginner</span>
3. [How do you sand a deck?](#q3-how) <span class="x">Advanced</span>

---

### Q1: How do you caulk a deck?

**Difficulty**: Beginner

With tar.

### Q2: How do you varnish a deck?

In thin coats.

### Q3: How do you sand a deck?

Along the grain.
""",
    "How do you caulk a deck?",
    "How do you varnish a deck?",
    "How do you sand a deck?",
)
dialect(
    "numbered lines with typed bullets",
    """Of course! Here's 3 oar questions with answers:

⸻

1. What is an oar?
	•	A lever.
	•	Made of ash.

2. What is a thole?
	•	A pin.

3. What is feathering?
	•	Turning the blade.
""",
    "What is an oar?",
    "What is a thole?",
    "What is feathering?",
)
dialect(
    "Q1. with the answer behind a bold label",
    """# 📘 Anchor Interview Questions & Answers

This document contains questions.

---

## 🧱 1. Core Concepts

### Q1. What is a fluke?

**Answer:** The part that digs in.

### Q2. What is a shank?

**Answer:** The stem.

---

## 🧱 2. Handling

### Q3. How do you weigh anchor?

**Answer:** Heave in.
""",
    "What is a fluke?",
    "What is a shank?",
    "How do you weigh anchor?",
)
dialect(
    "topics above question headings with parts inside",
    """# 4.1 缆绳面试题

> 大家好，我是某某。

![提纲](x.png)

## 缆绳基本认识

### 缆绳有哪些种类？

棉、麻。

### 为什么需要缆绳？ 缆绳工作在哪一层？

甲板。

#### 总结

很重要。

## 缆绳打结

### 结的过程是怎样的？

三步。

![三步](a.png)

### 为什么是三次？不是两次、四次？

三个原因：

#### 原因一：避免松脱

文字。

#### 原因二：同步

文字。

### 什么是滑脱攻击？如何避免？

文字。
""",
    "缆绳有哪些种类？",
    "为什么需要缆绳？ 缆绳工作在哪一层？",
    "结的过程是怎样的？",
    "为什么是三次？不是两次、四次？",
    "什么是滑脱攻击？如何避免？",
)
dialect(
    "Q and A as neighbouring bullets",
    """# FAQ

- Q: What is a hull?
- A: The body of a ship.

- Q: What is a keel?
- A: The spine.

- Q: What is a rib?
- A: A frame.
""",
    "What is a hull?",
    "What is a keel?",
    "What is a rib?",
)
dialect(
    "numbering goes on across topics",
    """# Go 面试题

## 基础

### 1. = 和 := 的区别？

声明并赋值。

### 2. 指针的作用？

传引用。

## 并发

### 3. goroutine 是什么？

轻量线程。

### 4. channel 的用法

通信。

## 参考资料

- [a](https://a)
""",
    "= 和 := 的区别？",
    "指针的作用？",
    "goroutine 是什么？",
    "channel 的用法",
)
dialect(
    "puzzle with Problem and Solution",
    """# 0001. Two planks

## Problem

Given two planks, find the longer one.

### Example

    1 2

## Solution

Compare them.

## Complexity

O(1)
""",
    "Two planks",
)
dialect(
    "multiple choice with 答案",
    """# 选择题

1. 以下哪个是水果？

A. 苹果
B. 石头
C. 木头

答案：A

2. 以下哪个是金属？

A. 水
B. 铁
C. 云

答案：B

3. 以下哪个会飞？

A. 鱼
B. 鸟
C. 树

答案：B
""",
    "以下哪个是水果？",
    "以下哪个是金属？",
    "以下哪个会飞？",
)
dialect(
    "top headings that ask",
    """# What is a lake?

Water.

# What is a pond?

Small.

# How deep is it?

Shallow.
""",
    "What is a lake?",
    "What is a pond?",
    "How deep is it?",
)
dialect(
    "chapters in numerals, questions in digits",
    """# 面试题整理

## 一、基础部分

### 1. 什么是甲？

答案。

### 2. 什么是乙？

答案。

## 二、进阶部分

### 1. 什么是丙？

答案。

### 2. 谈谈丁

答案。

## 三、其他

### 1. 什么是戊？

答案。
""",
    "什么是甲？",
    "什么是乙？",
    "什么是丙？",
    "谈谈丁",
    "什么是戊？",
)
dialect(
    "bold numbers restart under topics",
    """# 面试

## 数据库

**1. 什么是索引？**

一种结构。

**特点：**

- 快

**2. 什么是事务？**

一组操作。

## 网络

**1. 什么是 TCP？**

协议。

**2. 什么是 UDP？**

协议。
""",
    "什么是索引？",
    "什么是事务？",
    "什么是 TCP？",
    "什么是 UDP？",
)
dialect(
    "ordered questions with bullets as answers",
    """# Redis 面试题

1. Redis 是什么？
   - 内存数据库
   - 键值
2. Redis 为什么快？
   - 单线程
   - 内存
3. 持久化方式有哪些？
   - RDB
   - AOF
""",
    "Redis 是什么？",
    "Redis 为什么快？",
    "持久化方式有哪些？",
)
dialect(
    "every question is number 1",
    """# Q&A

1. What is alpha?

Answer one.

1. What is beta?

Answer two.

1. What is gamma?

Answer three.
""",
    "What is alpha?",
    "What is beta?",
    "What is gamma?",
)
dialect(
    "chapters over headings of which most ask",
    """# 第1章 操作系统

## 进程和线程的区别

略有不同。

## 什么是死锁

互相等待。

## 页面置换算法有哪些

LRU。

# 第2章 网络

## 三次握手的过程

三步。

## 为什么要四次挥手

全双工。
""",
    "进程和线程的区别",
    "什么是死锁",
    "页面置换算法有哪些",
    "三次握手的过程",
    "为什么要四次挥手",
)
dialect(
    "Q1. and A1. between rules",
    """**Q1. What is X?**

A1. X is x.

---

**Q2. What is Y?**

A2. Y is y.

---

**Q3. What is Z?**

A3. Z is z.
""",
    "What is X?",
    "What is Y?",
    "What is Z?",
)
dialect(
    "Q: and A: as headings",
    """## Q: What is X?

### A:

X is x.

## Q: What is Y?

### A:

Y is y.
""",
    "What is X?",
    "What is Y?",
)
dialect(
    "one question a file: the title is in the front matter",
    """---
title: 什么是闭包？
topic: JavaScript
difficulty: 中等
tags: [js, 函数]
---

闭包是函数与其词法环境的组合。

## 细节

更多。
""",
    "什么是闭包？",
)
dialect(
    "one question a file: nothing but a heading and text",
    """# 什么是闭包？

闭包是函数与其词法环境的组合。
""",
    "什么是闭包？",
)
dialect(
    "labels on lines of their own",
    """**Question:**
What is a gull?

**Answer:**
A bird.

**Question:**
What is a tern?

**Answer:**
Another bird.
""",
    "What is a gull?",
    "What is a tern?",
)
dialect(
    "topics folded into details",
    """# Guide

<details>
<summary><h2>Topic A</h2></summary>

### 1. What is a?

A is.

### 2. What is b?

B is.

</details>

<details>
<summary><h2>Topic B</h2></summary>

### 1. What is c?

C is.

### 2. What is d?

D is.

</details>
""",
    "What is a?",
    "What is b?",
    "What is c?",
    "What is d?",
)


NOT_QUESTIONS = {
    "study notes": """# 蒸汽机

* [一、概览](#一概览)
* [二、锅炉](#二锅炉)

## 一、概览

把热变成功。

## 二、锅炉

### 水管锅炉

水在管内。

#### 1. 结构

管束。

#### 2. 维护

除垢。

## 三、参考资料

- 某书
""",
    "a list of links": """# Awesome Weaving Interviews

> A list of lists.

### Table of Contents

- [Looms](#looms)
- [Yarns](#yarns)

## Looms

* [50 loom interview questions](https://example.org/1)
* [What is a loom? Top answers](https://example.org/2)

## Yarns

* [Yarn questions](https://example.org/3)
* [21 yarn interview questions](https://example.org/4)
""",
    "a project's readme": """# loomctl

A tool for looms.

## Installation

    pip install loomctl

## Usage

### How to start

Run it.

### Configuration

1. Create a file
2. Edit it

## Contributing

Pull requests are welcome.

## License

MIT
""",
    "a changelog": """# Changelog

## 1.2.0

- Fix a bug

## 1.1.0

- Add looms

## 1.0.0

- First
""",
    "a numbered tutorial": """# Weave a scarf

## 1. Warp the loom

Tie the threads.

## 2. Throw the shuttle

Left to right.

## 3. Beat the weft

Not too hard.

## 4. Finish the edges

Cut and tie.
""",
    "prose": "Some text.\n\nMore text?\n\nYes.\n",
    "nothing": "",
    "only code": "```\n# What is this?\n## 1. What is that?\n```\n",
}
NOT_QUESTIONS["notes whose sections are numbered in short runs"] = """# 灯塔

* [基本特征](#基本特征)
    * [1. 灯器](#1-灯器)
    * [2. 塔身](#2-塔身)
* [基本功能](#基本功能)
    * [1. 导航](#1-导航)
    * [2. 警示](#2-警示)
    * [3. 通信](#3-通信)

## 基本特征

### 1. 灯器

发光的装置。

### 2. 塔身

支撑灯器的建筑。

## 基本功能

### 1. 导航

给出方位。

### 2. 警示

标出暗礁。

### 3. 通信

发送信号。
"""
