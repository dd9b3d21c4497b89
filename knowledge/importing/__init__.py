"""Entries of Markdown files to rows: first a plan that changes nothing, then the plan carried out.

A question is known by its source and title key, and by its stem and answer where titles repeat.
What an import finds in the bank decides the status of each entry:

new         not in the bank
unchanged   the same text is there, in this source or word for word in another
updated     the file changed since the last import
renamed     the title changed, the answer is the same or nearly so
moved       the same question at another place of its file, or in another file
duplicate   another source has this question with another text: a person decides
conflict    changed both in the file and in the admin since the last import: a person decides
missing     in the bank from this source, but no longer in the file: kept, marked, not asked
skipped     no question of its own, as a person decided (see knowledge.importing.deciding)
"""

from knowledge.importing.applying import (
    Outdated,
    apply_plan,
    embed,
    finish_interrupted,
    import_files,
    store,
    undo,
)
from knowledge.importing.plan import (
    APPLIED,
    BOTH,
    CONFLICT,
    DUPLICATE,
    MINE,
    MISSING,
    MOVED,
    NEW,
    NOTHING_SAID,
    PART,
    QUESTION,
    RENAMED,
    SKIP,
    SKIPPED,
    THEIRS,
    TOPIC,
    UNCHANGED,
    UNDECIDED,
    UPDATED,
    FilePlan,
    Item,
    Parsed,
    Plan,
    Said,
    make_plan,
    parse,
    plan_of,
)

__all__ = [
    "APPLIED",
    "BOTH",
    "CONFLICT",
    "DUPLICATE",
    "MINE",
    "MISSING",
    "MOVED",
    "NEW",
    "NOTHING_SAID",
    "PART",
    "QUESTION",
    "RENAMED",
    "SKIP",
    "SKIPPED",
    "THEIRS",
    "TOPIC",
    "UNCHANGED",
    "UNDECIDED",
    "UPDATED",
    "FilePlan",
    "Item",
    "Outdated",
    "Parsed",
    "Plan",
    "Said",
    "apply_plan",
    "embed",
    "finish_interrupted",
    "import_files",
    "make_plan",
    "parse",
    "plan_of",
    "store",
    "undo",
]
