"""The authorities that clients of tests trust: read once, where httpx reads them all again for each client it makes."""

import ssl
from typing import Final

TRUST: Final = ssl.create_default_context()
