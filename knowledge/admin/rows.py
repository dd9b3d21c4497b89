"""The plan of an import as the lines of a table, and what a person decided about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from knowledge.importing import (
    APPLIED,
    DUPLICATE,
    MINE,
    MISSING,
    NOTHING_SAID,
    PART,
    QUESTION,
    SKIP,
    SKIPPED,
    TOPIC,
    UNDECIDED,
    Item,
    Plan,
    Said,
    staging,
)
from knowledge.models import Question

STATUS_NAMES = {
    "new": pgettext_lazy("question", "new"),
    "updated": pgettext_lazy("question", "updated"),
    "renamed": pgettext_lazy("question", "renamed"),
    "moved": pgettext_lazy("question", "moved"),
    "conflict": pgettext_lazy("question", "conflict"),
    "duplicate": pgettext_lazy("question", "duplicate"),
    "missing": pgettext_lazy("question", "missing"),
    "unchanged": pgettext_lazy("question", "unchanged"),
    "skipped": pgettext_lazy("question", "left out"),
}
DRAFT_NAMES = {
    "author": _("so its author wants it"),
    "empty": _("no answer"),
    "placeholder": _("a placeholder for an answer"),
    "link-only": _("nothing but links for an answer"),
}
KIND_NAMES = {
    QUESTION: _("question"),
    TOPIC: _("topic of what follows"),
    PART: _("part of the one before"),
}
# What is remembered of a decision, see knowledge.importing.deciding.
DECISION_NAMES: dict[tuple[str, object], Any] = {
    ("take", False): _("left out"),
    **{("kind", kind): name for kind, name in KIND_NAMES.items()},
    ("choice", MINE): _("keep the bank's"),
}


@dataclass(frozen=True)
class Row:
    """One line of the plan's table."""

    id: str  # number over all files, or missing-<pk>
    status: str  # as it is shown
    proposed: str  # what it would be if nothing had been decided
    title: str
    place: str  # file:line
    note: str = ""
    topic: str = ""
    draft: str = ""
    said: Said = NOTHING_SAID  # the person's decision: now, or at an earlier import
    remembered: Said = NOTHING_SAID  # what was decided at an earlier import
    item: Item | None = None
    question: Question | None = None

    @property
    def status_name(self) -> Any:
        return STATUS_NAMES[self.status]

    @property
    def draft_name(self) -> Any:
        return DRAFT_NAMES.get(self.draft, self.draft)

    @property
    def can_be_left_out(self) -> bool:
        return self.proposed in {*APPLIED, SKIPPED, MISSING}

    @property
    def can_be_corrected(self) -> bool:
        return self.proposed in {*APPLIED, SKIPPED}

    @property
    def waits(self) -> bool:
        return self.proposed in UNDECIDED

    @property
    def topic_shown(self) -> str:
        return self.said.topic or self.topic

    @property
    def is_draft(self) -> bool:
        return bool(self.draft) if self.said.draft is None else self.said.draft

    @property
    def choices(self) -> list[tuple[str, Any]]:
        found = [
            ("", _("decide later")),
            ("mine", _("keep the bank's")),
            ("theirs", _("take the file's")),
        ]
        return [*found, ("both", _("import it as well"))] if self.proposed == DUPLICATE else found


def rows_of(plan: Plan, decisions: dict[str, dict[str, Any]]) -> list[Row]:
    """The questions of a proposal in the order of its files, then what is missing."""
    rows: list[Row] = []
    for file in plan.files:
        for item in file.items:
            name = str(len(rows))
            remembered = item.said or NOTHING_SAID
            rows.append(
                Row(
                    name,
                    SKIPPED if item.choice == SKIP else item.status,
                    item.status,
                    item.entry.title,
                    f"{file.path}:{item.entry.line}",
                    item.note,
                    item.entry.topic,
                    item.entry.draft,
                    Said(**decisions[name]) if name in decisions else remembered,
                    remembered,
                    item,
                    item.question,
                )
            )
    for file in plan.files:
        for question in [*file.missing, *file.left]:
            name = f"missing-{question.pk}"
            remembered = file.said.get(question.pk, NOTHING_SAID)
            rows.append(
                Row(
                    name,
                    SKIPPED if question in file.left else MISSING,
                    MISSING,
                    question.title,
                    file.path,
                    topic=question.topic.name,
                    said=Said(**decisions[name]) if name in decisions else remembered,
                    remembered=remembered,
                    question=question,
                )
            )
    return rows


def keep(staged: staging.Staged, rows: list[Row], posted: Any) -> None:
    """The decisions about the rows of one page, each only where it differs from the proposal."""
    for row in rows:
        said: dict[str, Any] = {}
        if row.can_be_left_out and f"take-{row.id}" not in posted:
            said["take"] = False
        if row.can_be_corrected:
            if (kind := posted.get(f"kind-{row.id}", "")) in {TOPIC, PART}:
                said["kind"] = kind
            topic = " ".join(posted.get(f"topic-{row.id}", "").split())[:200]
            if topic and topic != row.topic:
                said["topic"] = topic
            if (f"draft-{row.id}" in posted) != bool(row.draft):
                said["draft"] = f"draft-{row.id}" in posted
        if row.waits and posted.get(f"choice-{row.id}") in {
            value for value, _name in row.choices if value
        }:
            said["choice"] = posted[f"choice-{row.id}"]
        if said != row.remembered.as_dict():
            staged.decisions[row.id] = said
        else:
            staged.decisions.pop(row.id, None)
    staged.save()
