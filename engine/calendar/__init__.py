"""The calendar: days, periods, stretches of time and clocks, for one value and for whole columns alike."""
