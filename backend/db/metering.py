"""What was used: hours of each meter, days, and periods as they were billed. Times are whole Unix
seconds; values whole numbers of the meter's unit; `area` is value times seconds."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

__all__ = ["UsageDay", "UsageHour", "UsagePeriod"]


class UsageHour(SQLModel, table=True):
    """An hour of `meter`, over everything (an empty `subject`) or of one cluster. Written once."""

    __tablename__ = "usage_hour"
    __table_args__ = (Index("ix_usage_hour_start", "start"),)

    meter: str = Field(primary_key=True, max_length=64)
    subject: str = Field(primary_key=True, max_length=253)
    start: int = Field(sa_type=BigInteger, primary_key=True)
    low: int = Field(sa_type=BigInteger)
    high: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    area: int = Field(sa_type=BigInteger)
    samples: int
    covered: int
    stored: int = Field(sa_type=BigInteger)


class UsageDay(SQLModel, table=True):
    """A day of the account's `zone`, as its hours came to; kept for ever."""

    __tablename__ = "usage_day"

    meter: str = Field(primary_key=True, max_length=64)
    subject: str = Field(primary_key=True, max_length=253)
    zone: str = Field(primary_key=True, max_length=64)
    day: date = Field(primary_key=True)
    start: int = Field(sa_type=BigInteger)
    end: int = Field(sa_type=BigInteger)
    low: int = Field(sa_type=BigInteger)
    high: int = Field(sa_type=BigInteger)
    peak: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    area: int = Field(sa_type=BigInteger)
    covered: int
    expected: int
    hours: int


class UsagePeriod(SQLModel, table=True):
    """A period as it was billed; a trigger of the database keeps it as it is. `value` is a whole
    number or a fraction (``1441/2``)."""

    __tablename__ = "usage_period"

    meter: str = Field(primary_key=True, max_length=64)
    subject: str = Field(primary_key=True, max_length=253)
    aggregation: str = Field(primary_key=True, max_length=16)
    zone: str = Field(primary_key=True, max_length=64)
    first: date = Field(primary_key=True)
    until: date = Field(primary_key=True)
    event_lt: int = Field(sa_type=BigInteger)
    stored_lt: int = Field(sa_type=BigInteger)
    value: str = Field(max_length=64)
    covered: int = Field(sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    digest: str = Field(max_length=64)
