"""Shapes of the health answers, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lambdaserve.ops.health.report import (
    BATCH_STATES,
    BREAKER_STATES,
    DISK_STATES,
    READY_STATES,
    SERVICE_STATES,
    SPEED_STATES,
    STATES,
)


class MongoSerializer(serializers.Serializer[Any]):
    """State of MongoDB."""

    status = serializers.ChoiceField(SERVICE_STATES)
    latency_ms = serializers.FloatField(allow_null=True, help_text="Latency of one ping; null without an answer.")
    breaker = serializers.ChoiceField(
        BREAKER_STATES,
        help_text="Worst state of any circuit breaker in the worker that answers. While a breaker is not `closed`, its "
        "collection is not asked, and answers come from the cache or from the other layer.",
    )
    breakers = serializers.DictField(child=serializers.ChoiceField(BREAKER_STATES), help_text="By collection.")


class RedisSerializer(serializers.Serializer[Any]):
    """State of Redis."""

    status = serializers.ChoiceField(SERVICE_STATES)
    latency_ms = serializers.FloatField(allow_null=True, help_text="Latency of one round trip.")
    hit_rate = serializers.FloatField(
        allow_null=True,
        help_text="Share of answers that came from the cache, 0 to 1, in this hour and the last.",
    )


class BatchLayerSerializer(serializers.Serializer[Any]):
    """State of the batch layer."""

    status = serializers.ChoiceField(BATCH_STATES)
    last_update = serializers.DateTimeField(allow_null=True, help_text="When the newest batch run wrote.")
    document_count = serializers.IntegerField(allow_null=True, help_text="Estimated, up to a minute old.")


class SyncSerializer(serializers.Serializer[Any]):
    """How late the speed layer, or one of its data types, is."""

    last_update = serializers.DateTimeField(allow_null=True, help_text="Time of the newest sync.")
    lag_seconds = serializers.IntegerField(allow_null=True, help_text="Seconds since the newest sync.")


class SpeedLayerSerializer(SyncSerializer):
    """The speed layer; it is as late as the latest of its data types."""

    status = serializers.ChoiceField(SPEED_STATES)
    document_count = serializers.IntegerField(allow_null=True, help_text="Estimated, up to a minute old.")
    types = serializers.DictField(child=SyncSerializer(), help_text="Newest sync of each data type.")


class DiskSerializer(serializers.Serializer[Any]):
    """Room on the disk of the data directory of the host that answers."""

    status = serializers.ChoiceField(DISK_STATES)
    detail = serializers.CharField(allow_null=True, help_text="What a full disk means; null while there is room.")


class ServicesSerializer(serializers.Serializer[Any]):
    """State of every part that answers depend on."""

    mongodb = MongoSerializer()
    redis = RedisSerializer()
    batch_layer = BatchLayerSerializer()
    speed_layer = SpeedLayerSerializer()
    disk = DiskSerializer()


class HealthSerializer(serializers.Serializer[Any]):
    """Body of ``health``."""

    status = serializers.ChoiceField(
        STATES,
        help_text="`unhealthy` without MongoDB; `degraded` without Redis, while a circuit breaker is not closed, "
        "when a layer is late, empty or unknown, or when the disk is full.",
    )
    timestamp = serializers.DateTimeField()
    version = serializers.CharField(help_text="Version of lambdaserve.")
    services = ServicesSerializer()


class LiveSerializer(serializers.Serializer[Any]):
    """Body of ``health/live``."""

    status = serializers.CharField(help_text="Always `alive`.")


class ReadySerializer(serializers.Serializer[Any]):
    """Body of ``health/ready``."""

    status = serializers.ChoiceField(READY_STATES)
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why requests can't be answered, or get old answers. Each begins with a stable code and a colon: "
        "`mongodb_away`, `indexes_missing`, `no_data`.",
    )
