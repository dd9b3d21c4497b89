"""The plan of an import as the lines of a table, and what a person decided about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from knowledge.importing import APPLIED, DUPLICATE, MISSING, UNDECIDED, Item, Plan, staging
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


@dataclass(frozen=True)
class Row:
    """One line of the plan's table."""

    id: str  # number over all files, or missing-<pk>
    status: str
    title: str
    place: str  # file:line
    note: str = ""
    topic: str = ""
    draft: str = ""
    said: dict[str, Any] | None = None  # the person's decision
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
        return self.status in APPLIED or self.status == MISSING

    @property
    def can_be_corrected(self) -> bool:
        return self.status in APPLIED

    @property
    def waits(self) -> bool:
        return self.status in UNDECIDED

    @property
    def taken(self) -> bool:
        return (self.said or {}).get("take", True)

    @property
    def kind(self) -> str:
        return (self.said or {}).get("kind", staging.QUESTION)

    @property
    def choice(self) -> str:
        return (self.said or {}).get("choice", "")

    @property
    def topic_shown(self) -> str:
        return (self.said or {}).get("topic", "") or self.topic

    @property
    def is_draft(self) -> bool:
        return (self.said or {}).get("draft", bool(self.draft))

    @property
    def choices(self) -> list[tuple[str, Any]]:
        found = [
            ("", _("decide later")),
            ("mine", _("keep the bank's")),
            ("theirs", _("take the file's")),
        ]
        return [*found, ("both", _("import it as well"))] if self.status == DUPLICATE else found


def rows_of(plan: Plan, decisions: dict[str, dict[str, Any]]) -> list[Row]:
    """The plan's questions in the order of the files, then what is missing."""
    rows: list[Row] = []
    number = 0
    for file in plan.files:
        for item in file.items:
            rows.append(
                Row(
                    str(number),
                    item.status,
                    item.entry.title,
                    f"{file.path}:{item.entry.line}",
                    item.note,
                    item.entry.topic,
                    item.entry.draft,
                    decisions.get(str(number)),
                    item,
                    item.question,
                )
            )
            number += 1
    for file in plan.files:
        for question in file.missing:
            name = f"missing-{question.pk}"
            said = decisions.get(name)
            rows.append(
                Row(
                    name,
                    MISSING,
                    question.title,
                    file.path,
                    topic=question.topic.name,
                    said=said,
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
            if (kind := posted.get(f"kind-{row.id}", "")) in {staging.TOPIC, staging.PART}:
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
        if said:
            staged.decisions[row.id] = said
        else:
            staged.decisions.pop(row.id, None)
    staged.save()
