"""Wait for a URL to answer 200: `wait_until_ready.py URL PID`.

Exits with 1 when the process PID is gone, or after a minute.
"""

import os
import sys
import time
import urllib.error
import urllib.request

url, pid = sys.argv[1], int(sys.argv[2])
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    try:
        os.kill(pid, 0)
        with urllib.request.urlopen(url, timeout=5):
            sys.exit(0)
    except ProcessLookupError:
        break
    except OSError:
        time.sleep(0.1)
print(f"{url} does not answer; the lines above say why.", file=sys.stderr)
sys.exit(1)
