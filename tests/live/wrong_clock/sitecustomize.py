"""Imported first by a Python process that has this folder in PYTHONPATH.

Its clocks, which Dramatiq and our code read, are then CLOCK_OFF_S seconds off. (Not
libfaketime: version 0.9.10 breaks the waits of Python 3.11.)
"""

import os
import time
from datetime import timedelta

from django.utils import timezone

_off_s = float(os.environ["CLOCK_OFF_S"])
_time, _now = time.time, timezone.now
time.time = lambda: _time() + _off_s
timezone.now = lambda: _now() + timedelta(seconds=_off_s)
