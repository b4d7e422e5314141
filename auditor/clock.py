"""The day of today, which SOURCE_DATE_EPOCH decides where it is set."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from auditor.errors import UsageError


def date_of_today() -> date:
    """In UTC; of SOURCE_DATE_EPOCH where it is set, so that a run can be repeated to the byte.

    Raises UsageError for one that is no number of seconds.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {given!r}") from error
