"""Shapes of the health answers, for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lambdaserve.ops.health.report import (
    BATCH_STATES,
    BREAKER_STATES,
    READY_STATES,
    SERVICE_STATES,
    SPEED_STATES,
    STATES,
)


class MongoSerializer(serializers.Serializer[Any]):
    """MongoDB."""

    status = serializers.ChoiceField(SERVICE_STATES)
    latency_ms = serializers.FloatField(allow_null=True, help_text="Of one ping; null when it does not answer.")
    breaker = serializers.ChoiceField(
        BREAKER_STATES,
        help_text="State of the circuit breaker that is worst off, in the worker that was asked: while it is not "
        "`closed`, the collection is not asked, and answers come from the cache or from the other layer.",
    )
    breakers = serializers.DictField(child=serializers.ChoiceField(BREAKER_STATES), help_text="By collection.")


class RedisSerializer(serializers.Serializer[Any]):
    """Redis."""

    status = serializers.ChoiceField(SERVICE_STATES)
    latency_ms = serializers.FloatField(allow_null=True, help_text="Of one round trip.")
    hit_rate = serializers.FloatField(
        allow_null=True,
        help_text="Share of the answers that came from the cache, 0 to 1, this hour and the last.",
    )


class BatchLayerSerializer(serializers.Serializer[Any]):
    """The batch layer."""

    status = serializers.ChoiceField(BATCH_STATES)
    last_update = serializers.DateTimeField(allow_null=True, help_text="When the newest run wrote.")
    document_count = serializers.IntegerField(allow_null=True, help_text="Estimated, up to a minute old.")


class SyncSerializer(serializers.Serializer[Any]):
    """How late something of the speed layer is."""

    last_update = serializers.DateTimeField(allow_null=True, help_text="Newest sync.")
    lag_seconds = serializers.IntegerField(allow_null=True, help_text="Seconds since then.")


class SpeedLayerSerializer(SyncSerializer):
    """The speed layer; it is as late as the latest of its data types."""

    status = serializers.ChoiceField(SPEED_STATES)
    document_count = serializers.IntegerField(allow_null=True, help_text="Estimated, up to a minute old.")
    types = serializers.DictField(child=SyncSerializer(), help_text="By data type.")


class ServicesSerializer(serializers.Serializer[Any]):
    """Everything that an answer needs."""

    mongodb = MongoSerializer()
    redis = RedisSerializer()
    batch_layer = BatchLayerSerializer()
    speed_layer = SpeedLayerSerializer()


class HealthSerializer(serializers.Serializer[Any]):
    """``health``."""

    status = serializers.ChoiceField(
        STATES,
        help_text="`unhealthy` without MongoDB; `degraded` without Redis, while a circuit breaker is not closed, or "
        "when a layer is late, empty or unknown.",
    )
    timestamp = serializers.DateTimeField()
    version = serializers.CharField(help_text="Of lambdaserve.")
    services = ServicesSerializer()


class LiveSerializer(serializers.Serializer[Any]):
    """``health/live``."""

    status = serializers.CharField(help_text="Always `alive`.")


class ReadySerializer(serializers.Serializer[Any]):
    """``health/ready``."""

    status = serializers.ChoiceField(READY_STATES)
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="What is in the way, or makes answers old; each begins with a stable code and a colon: "
        "`mongodb_away`, `indexes_missing`, `no_data`.",
    )
