"""Today, which may be given by the surroundings."""

from datetime import UTC, date, datetime

import pytest

from auditor.clock import date_of_today
from auditor.errors import UsageError


def test_today_may_be_given_by_the_surroundings(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert date_of_today() == date(1970, 1, 2)


@pytest.mark.parametrize("given", [None, ""])
def test_else_it_is_that_of_the_clock(monkeypatch, given):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if given is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    before = datetime.now(UTC).date()
    assert before <= date_of_today() <= datetime.now(UTC).date()


@pytest.mark.parametrize("given", ["tomorrow", "1.5", "9" * 30, "-" + "9" * 15])
def test_what_is_no_number_of_seconds_is_wrong_usage(monkeypatch, given):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH must be seconds since 1970, not"):
        date_of_today()
