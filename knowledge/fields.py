"""A column for vectors: pgvector's type in PostgreSQL, the bytes of the numbers elsewhere."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from django.db import models


class UnitVectorField(models.Field):
    """A float32 row. Both databases give back the very numbers that were stored."""

    def db_type(self, connection: Any) -> str:
        # Without a dimension: vectors of several encoders share the column.
        return "vector" if connection.vendor == "postgresql" else "BLOB"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::vector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, str):
            return value
        row = np.asarray(value, dtype="<f4")
        if connection.vendor == "postgresql":
            return as_literal(row)
        return row.tobytes()

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        # Binary on the way out: parsing decimals is what reading many vectors would spend its time on.
        if compiler.connection.vendor == "postgresql":
            return f"vector_send({sql})", params
        return sql, params

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> np.ndarray | None:
        if value is None:
            return None
        if (
            connection.vendor == "postgresql"
        ):  # dimension and a reserved field, 2 bytes each, before
            return np.frombuffer(bytes(value), dtype=">f4", offset=4).astype("<f4")
        return np.frombuffer(bytes(value), dtype="<f4")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return np.frombuffer(base64.b64decode(value), dtype="<f4")
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """For serialisers: base64 of the little-endian numbers."""
        row = np.asarray(self.value_from_object(obj), dtype="<f4")
        return base64.b64encode(row.tobytes()).decode("ascii")


def as_literal(row: np.ndarray) -> str:
    """``row`` as pgvector reads it. The decimals of a float32 as a double give the same float32 back."""
    return "[" + ",".join(map(repr, row.tolist())) + "]"
