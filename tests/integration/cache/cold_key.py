"""One process of a service, many of whose threads want the same answer at the same moment.

Run as ``python cold_key.py REDIS_PORT KEY STAGE THREADS SECONDS``: tells Redis that its threads are ready, waits for a
signal, and lets each ask once; making takes ``SECONDS`` and is counted in Redis. Prints the states, and the values that
were given, as JSON.
"""

import json
import sys
import threading
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from merger.cache.answer_cache import AnswerCache
from merger.cache.entry import Entry
from merger.cache.generations import ALL_GENERATION
from merger.cache.redis_tier import RedisTier
from merger.cache.terms import CacheRequest
from merger.stores.redis.link import RedisLink


def main(port: int, key: str, stage: str, threads: int, seconds: float) -> None:
    # A thousand threads on two cores answer late, which is not what is tested here: the time-out is generous.
    pool = redis.ConnectionPool(port=port, max_connections=2 * threads, socket_timeout=20, retry=Retry(NoBackoff(), 0))
    client = redis.Redis(connection_pool=pool)
    cache = AnswerCache(RedisTier(RedisLink(lambda: client), "cold:"), b"a secret of tests")
    request = CacheRequest(key, "cold", key, (ALL_GENERATION, "view:cold"))

    def make(generations: tuple[str, ...]) -> Entry:
        made, number = time.time(), client.incr(f"made:{key}:{stage}")
        time.sleep(seconds)
        return Entry.of(key, b'{"made": %d}' % number, made=made, ttl=300, generations=generations)

    given: list[tuple[str, int]] = []
    start = threading.Event()

    def ask() -> None:
        start.wait()
        entry, state = cache.fetch(request, make)
        given.append((state, json.loads(entry.body)["made"]))

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in asking:
        thread.start()
    client.incr(f"ready:{key}:{stage}")
    while client.get(f"go:{key}:{stage}") is None:
        time.sleep(0.005)
    start.set()
    for thread in asking:
        thread.join()
    pool.disconnect()
    sys.stdout.write(json.dumps(given))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
