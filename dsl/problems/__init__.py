"""Every problem that the checker can name: one constructor a code, the code stable for ever.

E01 reading the text, E02 names, E03 types and units, E04 tables, E05 credits and schemes, E06 assignment, E07
promises and tests, W08 warnings, N09 notes.
"""

from .blocks import *  # noqa: F403 - each names what it offers
from .calendars import *  # noqa: F403 - each names what it offers
from .choosing import *  # noqa: F403 - each names what it offers
from .clocks import *  # noqa: F403 - each names what it offers
from .comparing import *  # noqa: F403 - each names what it offers
from .dating import *  # noqa: F403 - each names what it offers
from .flow_of_money import *  # noqa: F403 - each names what it offers
from .hours import *  # noqa: F403 - each names what it offers
from .lots import *  # noqa: F403 - each names what it offers
from .names import *  # noqa: F403 - each names what it offers
from .sharing import *  # noqa: F403 - each names what it offers
from .syntax import *  # noqa: F403 - each names what it offers
from .tables import *  # noqa: F403 - each names what it offers
from .targets import *  # noqa: F403 - each names what it offers
from .units import *  # noqa: F403 - each names what it offers
from .waiting import *  # noqa: F403 - each names what it offers
from .watching import *  # noqa: F403 - each names what it offers
from .wording import did_you_mean as did_you_mean
