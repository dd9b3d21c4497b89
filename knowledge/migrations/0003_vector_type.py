"""Vectors get a type of their own in PostgreSQL; in SQLite they stay the bytes that they are."""

from django.db import migrations

import knowledge.fields


def to_pgvector(apps, schema_editor):
    """No release before this one ran on PostgreSQL: there is nothing to carry over."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        schema_editor.execute("ALTER TABLE knowledge_vector DROP COLUMN vector")
        schema_editor.execute("ALTER TABLE knowledge_vector ADD COLUMN vector vector NOT NULL")


def to_bytes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE knowledge_vector DROP COLUMN vector")
        schema_editor.execute("ALTER TABLE knowledge_vector ADD COLUMN vector bytea NOT NULL")


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_keeping_in_step")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(to_pgvector, to_bytes)],
            state_operations=[
                migrations.AlterField("vector", "vector", knowledge.fields.UnitVectorField())
            ],
        )
    ]
