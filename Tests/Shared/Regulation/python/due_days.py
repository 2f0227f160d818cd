"""The due day of every start of 2015 to 2026, counted by the words of the law alone; knows nothing of Weir.

A period of working days: the day of the event is not counted, working days are those of the State Council's notices. A period of
months ends on the same day of the later month, or on its last (Civil Code 201, 202). Prints START UNIT COUNT DUE, one a line.
"""
import calendar
import datetime

import chinese_calendar

ONE = datetime.timedelta(1)


def after_working_days(start, count):
    day = start
    while count:
        day += ONE
        if chinese_calendar.is_workday(day):
            count -= 1
    return day


def after_months(start, count):
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


start = datetime.date(2015, 1, 1)
while start.year < 2027:
    for count in (1, 2, 3, 5, 7, 10, 15, 20):
        try:
            print(start, "wd", count, after_working_days(start, count))
        except NotImplementedError:
            pass  # beyond the last notice
    for count in (1, 6, 12, 36):
        print(start, "m", count, after_months(start, count))
    start += ONE
