"""Faults of the stores and their repair: processes, disks, and the network."""

from __future__ import annotations

import resource
import signal
import subprocess
from contextlib import suppress

from redis.exceptions import ResponseError

from tests.integration.faults.stage import Stage

_NO_SPACE, _SPACE = (0, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_EMPTY_REDIS = "1mb"


def kill_mongo(stage: Stage) -> None:
    """SIGKILL; connections are refused from then on, as where nothing listens."""
    stage.kill_store(stage.mongo)
    stage.to_mongo.refuse()


def restart_mongo(stage: Stage) -> None:
    stage.start_mongo()
    stage.to_mongo.accept()


def kill_redis(stage: Stage) -> None:
    stage.kill_store(stage.redis)
    stage.to_redis.refuse()


def restart_redis(stage: Stage) -> None:
    stage.start_redis()
    stage.to_redis.accept()


def stop_mongo(stage: Stage) -> None:
    """SIGSTOP: its connections stay open and are accepted, and nothing is ever answered."""
    stage.signal_store(stage.mongo, signal.SIGSTOP)


def continue_mongo(stage: Stage) -> None:
    stage.signal_store(stage.mongo, signal.SIGCONT)


def stop_redis(stage: Stage) -> None:
    stage.signal_store(stage.redis, signal.SIGSTOP)


def continue_redis(stage: Stage) -> None:
    stage.signal_store(stage.redis, signal.SIGCONT)


def kill_both(stage: Stage) -> None:
    kill_mongo(stage)
    kill_redis(stage)


def restart_both(stage: Stage) -> None:
    restart_redis(stage)
    restart_mongo(stage)


def stop_both(stage: Stage) -> None:
    stop_mongo(stage)
    stop_redis(stage)


def continue_both(stage: Stage) -> None:
    continue_redis(stage)
    continue_mongo(stage)


def fill_disk_of_mongo(stage: Stage) -> None:
    """Keeps MongoDB's files from growing, which a producer's write then hits."""
    pid = stage.mongo.child.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, _NO_SPACE)
    # A process of its own, since a server in this state may never answer it.
    write = (
        "import pymongo,sys; pymongo.MongoClient(sys.argv[1], directConnection=True).filler.x.insert_many([{}]*5000)"
    )
    command = [stage.python, "-c", write, stage.mongo.address]
    subprocess.run(command, capture_output=True, timeout=10, check=False)


def restart_mongo_with_space(stage: Stage) -> None:
    stage.kill_store(stage.mongo)
    stage.to_mongo.cut()
    stage.start_mongo()


def fill_redis(stage: Stage) -> None:
    """OOM: it has no memory left for another write, and may throw nothing out."""
    with stage.cache() as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", _EMPTY_REDIS)


def empty_redis(stage: Stage) -> None:
    with stage.cache() as client:
        client.config_set("maxmemory", "256mb")
        client.config_set("maxmemory-policy", "allkeys-lru")


def fill_disk_of_redis(stage: Stage) -> None:
    """MISCONF: its snapshot can't be written, so it takes no writes."""
    resource.prlimit(stage.redis.child.process.pid, resource.RLIMIT_FSIZE, _NO_SPACE)
    with stage.cache() as client:
        client.config_set("save", "3600 1")
        client.bgsave()


def give_redis_space(stage: Stage) -> None:
    resource.prlimit(stage.redis.child.process.pid, resource.RLIMIT_FSIZE, _SPACE)
    with stage.cache() as client:
        with suppress(ResponseError):  # one is under way, which will do
            client.bgsave()
        client.config_set("save", "")
