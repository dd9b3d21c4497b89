"""What static sites, note apps and HTML make of questions and answers. Invented samples."""

from __future__ import annotations

EXTENSION_DIALECTS: dict[str, tuple[str, list[str]]] = {}


def dialect(name: str, text: str, *expected: str) -> None:
    EXTENSION_DIALECTS[name] = (text, list(expected))


dialect(
    "bold paragraphs in HTML between Markdown",
    """# Java 面试

<p><b>1. 什么是线程？</b></p>

线程是执行流。

<p><b>2. 什么是进程？</b></p>

进程是程序实例。

<p><b>3. 什么是死锁？</b></p>

互相等待。
""",
    "什么是线程？",
    "什么是进程？",
    "什么是死锁？",
)
dialect(
    "bold paragraphs in HTML without blank lines",
    """<p><strong>What is a thread?</strong></p>
<p>A flow of execution.</p>
<p><strong>What is a process?</strong></p>
<p>An instance of a program.</p>
<p><strong>What is a deadlock?</strong></p>
<p>Mutual waiting.</p>
""",
    "What is a thread?",
    "What is a process?",
    "What is a deadlock?",
)
dialect(
    "labels in bold HTML paragraphs with the answer behind a break",
    """<h2>OS questions</h2>
<p><strong>Q1. What is a thread?</strong><br>A flow of execution.</p>
<p><strong>Q2. What is a process?</strong><br>An instance of a program.</p>
<p><strong>Q3. What is a deadlock?</strong><br>Mutual waiting.</p>
""",
    "What is a thread?",
    "What is a process?",
    "What is a deadlock?",
)
dialect(
    "items of an HTML list",
    """# Interview questions

<ol>
<li>What is a thread?
<p>A flow of execution.</p></li>
<li>What is a process?
<p>An instance of a program.</p></li>
<li>What is a deadlock?
<p>Mutual waiting.</p></li>
</ol>
""",
    "What is a thread?",
    "What is a process?",
    "What is a deadlock?",
)
dialect(
    "bold items of an HTML list",
    """# Interview questions

<ol>
  <li><b>What is a thread?</b><br/>
  A flow of execution.</li>
  <li><b>What is a process?</b><br/>
  An instance of a program.</li>
  <li><b>What is a deadlock?</b><br/>
  Mutual waiting.</li>
</ol>
""",
    "What is a thread?",
    "What is a process?",
    "What is a deadlock?",
)
dialect(
    "HTML list items of paragraphs",
    """<ol>
<li><p><strong>什么是线程？</strong></p><p>线程是执行流。</p></li>
<li><p><strong>什么是进程？</strong></p><p>进程是程序实例。</p></li>
<li><p><strong>什么是死锁？</strong></p><p>互相等待。</p></li>
</ol>
""",
    "什么是线程？",
    "什么是进程？",
    "什么是死锁？",
)
dialect(
    "HTML headings without blank lines",
    """<h1>Interview</h1>
<h3>What is a process?</h3>
<p>A program in execution.</p>
<h3>What is a thread?</h3>
<p>A flow.</p>
<h3>What is a deadlock?</h3>
<p>Mutual waiting.</p>
""",
    "What is a process?",
    "What is a thread?",
    "What is a deadlock?",
)
dialect(
    "a table whose header alone says what its rows are",
    """## 网络

| 序号 | 问题 | 参考答案 |
|--|--|--|
| 1 | 三次握手过程 | SYN、SYN-ACK、ACK。 |
| 2 | 为什么是三次？ | 两次不能确认接收能力。 |
""",
    "三次握手过程",
    "为什么是三次？",
)
dialect(
    "headings that end in breaks",
    """# Go Interview Questions

#### 1. What is a goroutine?<br>
A light thread.<br><br>

#### 2. What is a channel?<br/>
A typed pipe.<br><br>

#### 3. Explain defer.<br>
Runs at the end.<br>
""",
    "What is a goroutine?",
    "What is a channel?",
    "Explain defer.",
)
dialect(
    "Logseq cards",
    """- 什么是 TCP？ #card
	- 可靠的传输协议。
	- 面向连接。
- 什么是 UDP？ #card
	- 不可靠的传输协议。
- QUIC 的特点 #card
	- 基于 UDP。
""",
    "什么是 TCP？",
    "什么是 UDP？",
    "QUIC 的特点",
)
dialect(
    "Logseq cards with properties",
    """- ## 网络
- 什么是 TCP？ #card
  card-last-interval:: -1
  id:: 64b
	- 可靠的传输协议。
- 什么是 UDP？ #card
  id:: 64c
	- 不可靠的传输协议。
- 什么是 QUIC？ #card
	- 基于 UDP。
""",
    "什么是 TCP？",
    "什么是 UDP？",
    "什么是 QUIC？",
)
dialect(
    "toggles exported from Notion",
    (
        "# Interview prep\n"
        "\n"
        "- What is TCP?\n"
        "    \n"
        "    A reliable transport.\n"
        "    \n"
        "- What is UDP?\n"
        "    \n"
        "    An unreliable transport.\n"
        "    \n"
        "- What is QUIC?\n"
        "    \n"
        "    A transport over UDP.\n"
        "    \n"
    ),
    "What is TCP?",
    "What is UDP?",
    "What is QUIC?",
)
dialect(
    "front and back",
    """Front: What is TCP?
Back: A reliable transport.

Front: UDP
Back: An unreliable transport.
""",
    "What is TCP?",
    "UDP",
)
dialect(
    "VuePress containers around answers",
    """---
title: 网络面试题
category: 计算机
tag:
  - TCP
---

### 什么是 TCP？

::: tip 答案
可靠的传输协议。
:::

### 什么是 UDP？

::: details 点击查看答案
不可靠的传输协议。
:::

### QUIC 的特点

::: tip
基于 UDP。
:::
""",
    "什么是 TCP？",
    "什么是 UDP？",
    "QUIC 的特点",
)
dialect(
    "VuePress containers around questions and answers",
    """# 网络

::: details 什么是 TCP？
可靠的传输协议。
:::

::: details 什么是 UDP？
不可靠的传输协议。
:::

::: details QUIC 的特点
基于 UDP。
:::
""",
    "什么是 TCP？",
    "什么是 UDP？",
    "QUIC 的特点",
)
dialect(
    "Docusaurus admonitions that ask",
    """---
id: net
title: Networking
---

:::question What is TCP?

A reliable transport.

:::

:::question What is UDP?

An unreliable transport.

:::
""",
    "What is TCP?",
    "What is UDP?",
)
dialect(
    "titles in two languages",
    """# Interview 面试

## 1. What is overfitting? 什么是过拟合？

训练好测试差。

## 2. What is dropout? / 什么是 Dropout？

随机失活。

## 3. Batch Normalization 批归一化

归一化每层输入。
""",
    "What is overfitting? 什么是过拟合？",
    "What is dropout? / 什么是 Dropout？",
    "Batch Normalization 批归一化",
)
dialect(
    "headings in summaries",
    """<details>
  <summary><h3>What is git?</h3></summary>

  A version control system.
</details>
<details>
  <summary><h3>What is a branch?</h3></summary>

  A pointer.
</details>
""",
    "What is git?",
    "What is a branch?",
)
dialect(
    "noun phrases under a title that names a collection",
    """# Machine Learning Interview Questions

## Bias-variance tradeoff

- Bias: error from assumptions.
- Variance: error from data.

## Regularization

- L1 and L2.

## Cross-validation

- K folds.
""",
    "Bias-variance tradeoff",
    "Regularization",
    "Cross-validation",
)

NOT_QUESTIONS_EITHER = {
    "a list of features in HTML": """# Lib

<ul>
<li><b>Fast</b>: it is written in C.</li>
<li><b>Small</b>: ten kilobytes.</li>
<li><b>Safe</b>: no unsafe code.</li>
<li><b>Simple</b>: one function.</li>
</ul>
""",
    "containers that fold code": """# Guide

::: details Show the code
```js
a()
```
:::

::: tip What you learn
Things.
:::

::: details Full example
```js
b()
```
:::
""",
    "bold notes in HTML": """# Tutorial

<p><b>Note:</b> read this first.</p>

## 1. Install

Run it.

## 2. Configure

Edit it.

## 3. Run

Start it.

<p><b>Tip:</b> use caching.</p>
""",
    "a banner in HTML": """<p align="center"><b>My Project</b></p>
<p align="center"><b>Fast and small</b></p>

## Installation

Run pip.

## Usage

Call it.
""",
    "steps in HTML": """# Project

<ol>
<li>Clone the repository</li>
<li>Run make</li>
<li>Open the browser</li>
</ol>

## Usage

Call it.
""",
}
