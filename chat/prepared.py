"""Queries that every socket asks, of which Django makes the SQL once: making it costs ten times what asking does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """A query that differs from one time to the next in its values only.

    `query` makes it from stand-ins for these values: words or numbers that stand nowhere else in it. Each thread has its own
    SQL, for what comes back is read by the connection of the thread.
    """

    def __init__(self, query: Callable[..., QuerySet[Any]], *stand_ins: str | int) -> None:
        self._query, self._stand_ins = query, stand_ins
        self._mine = threading.local()

    def first(self, *values: str | int) -> Sequence[Any] | None:
        """Return the first row, as Python's values in the order of the query's columns, or None."""
        if not hasattr(self._mine, "sql"):
            self._prepare()
        mine = self._mine
        with connection.cursor() as cursor:
            cursor.execute(mine.sql, [param if place is None else values[place] for param, place in mine.params])
            row = cursor.fetchone()
        if row is None or not mine.converters:
            return row  # type: ignore[no-any-return]
        converted: Sequence[Any] = next(iter(mine.compiler.apply_converters([row], mine.converters)))
        return converted

    @property
    def columns(self) -> list[str]:
        """What the columns of the last row of this thread are called in the model."""
        names: list[str] = self._mine.columns
        return names

    def _prepare(self) -> None:
        mine = self._mine
        mine.compiler = self._query(*self._stand_ins)[:1].query.get_compiler(connection=connection)
        sql, params = mine.compiler.as_sql()
        found = [self._stand_ins.index(param) if param in self._stand_ins else None for param in params]
        assert set(found) >= set(range(len(self._stand_ins))), "each value has its place in the query"
        columns = [column for column, *_ in mine.compiler.select]
        mine.converters = mine.compiler.get_converters(columns)
        mine.columns = [column.target.attname for column in columns if hasattr(column, "target")]
        mine.params, mine.sql = list(zip(params, found, strict=True)), sql
