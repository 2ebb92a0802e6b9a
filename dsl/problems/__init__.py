"""Every problem that the checker can name: one constructor a code, the code stable for ever.

E01 reading the text, E02 names, E03 types and units, E04 tables, E05 credits and schemes, E06 assignment, E07
promises and tests, W08 warnings, N09 notes.
"""

from .blocks import *
from .names import *
from .syntax import *
from .tables import *
from .units import *
from .wording import did_you_mean as did_you_mean
