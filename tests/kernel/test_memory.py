"""Memory that is given back."""

import subprocess
import sys

# Every freed block has a used neighbour above it, so that a heap that holds them could not shrink.
_FREED = """
import ctypes, psutil
from cultivar.kernel.memory import give_back_freed

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
assert give_back_freed() or not hasattr(libc, "mallopt")
libc.free(libc.malloc(16_000_000))  # from here on glibc would keep all that is smaller in its heaps
before = psutil.Process().memory_info().rss
blocks = []
for _ in range(100):
    block = libc.malloc(1_000_000)
    ctypes.memset(block, 1, 1_000_000)
    blocks.append(block)
    libc.malloc(50_000)
used = psutil.Process().memory_info().rss
for block in blocks:
    libc.free(block)
print(used - before, psutil.Process().memory_info().rss - before)
"""


def test_freed_photos_go_back_to_the_system() -> None:
    out = subprocess.run([sys.executable, "-c", _FREED], check=True, capture_output=True, text=True).stdout
    used, kept = map(int, out.split())
    assert used > 90_000_000
    assert kept < 10_000_000
