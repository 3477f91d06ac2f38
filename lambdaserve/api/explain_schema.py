"""Describes the member ``explain`` of an answer, which ``MergeService.explain`` returns.

Requirements A5 and O2.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from merger.answers import explain
from merger.answers.answer import SOURCES
from merger.core.boundary import Strategy

_MOMENT = serializers.DateTimeField
_BATCH_STATES = (explain.CURRENT, explain.STALE, explain.EMPTY, explain.AWAY)
_SPEED_STATES = (explain.CURRENT, explain.LAGGING, explain.EMPTY, explain.AWAY)


class ExplainedBoundarySerializer(serializers.Serializer[Any]):
    """The time boundary when the request was answered."""

    now = _MOMENT()
    strategy = serializers.ChoiceField([each.value for each in Strategy])
    cutoff = _MOMENT(help_text="From this hour on, the speed layer takes precedence.")
    speed_from = _MOMENT(help_text="The oldest speed hour that may be used.")
    open_hour = _MOMENT(help_text="The current hour, which is not over yet.")


class ExplainedSpeedTypeSerializer(serializers.Serializer[Any]):
    """What the speed layer holds of one data type, for all movies."""

    state = serializers.ChoiceField(_SPEED_STATES)
    synced_at = _MOMENT(allow_null=True)
    hours_held = serializers.IntegerField()
    first_hour = _MOMENT(allow_null=True)
    last_hour = _MOMENT(allow_null=True)


class ExplainedBatchLayerSerializer(serializers.Serializer[Any]):
    """State of the batch layer."""

    read = serializers.BooleanField(help_text="Whether making the answer reads its documents.")
    state = serializers.ChoiceField(_BATCH_STATES)
    computed_at = _MOMENT(allow_null=True, help_text="Of the newest run.")


class ExplainedSpeedLayerSerializer(serializers.Serializer[Any]):
    """State of the speed layer, for each data type that the answer uses."""

    read = serializers.BooleanField(help_text="Whether making the answer reads its documents.")
    types = serializers.DictField(child=ExplainedSpeedTypeSerializer())


class ExplainedLayersSerializer(serializers.Serializer[Any]):
    """State of both layers when the request was answered."""

    batch = ExplainedBatchLayerSerializer()
    speed = ExplainedSpeedLayerSerializer()


class ExplainedReadSerializer(serializers.Serializer[Any]):
    """One find and MongoDB's explanation of it, or ``error`` if MongoDB did not explain it."""

    collection = serializers.CharField()
    filter = serializers.DictField(help_text="Extended JSON.")
    without = serializers.ListField(child=serializers.CharField(), help_text="Fields that are not read.")
    indexes = serializers.ListField(child=serializers.CharField(), required=False)
    scans_collection = serializers.BooleanField(required=False)
    keys_examined = serializers.IntegerField(required=False, allow_null=True)
    documents_examined = serializers.IntegerField(required=False, allow_null=True)
    documents_returned = serializers.IntegerField(required=False, allow_null=True)
    server_ms = serializers.IntegerField(required=False, allow_null=True)
    error = serializers.CharField(required=False)


class ExplainedHoursSerializer(serializers.Serializer[Any]):
    """Speed hours of all movies, which each process keeps for all answers."""

    types = serializers.ListField(child=serializers.CharField())
    start = _MOMENT(allow_null=True)
    end = _MOMENT(help_text="Not included.")


class ExplainedPlanSerializer(serializers.Serializer[Any]):
    """The reads that computing the answer takes."""

    reads = ExplainedReadSerializer(many=True, help_text="The answer's own finds.")
    hours_of_all_movies = ExplainedHoursSerializer(allow_null=True)
    catalogue = serializers.BooleanField(help_text="Whether it needs the catalogue, which each process keeps.")
    catalogue_as_of_run = _MOMENT(allow_null=True)


class ExplainedCacheSerializer(serializers.Serializer[Any]):
    """How the cache served the answer."""

    state = serializers.ChoiceField(("HIT", "STALE", "MISS"), help_text="Same as `X-Cache`.")
    given_by = serializers.ChoiceField(SOURCES)
    key = serializers.CharField(help_text="Its key in Redis, without the service's prefix.")
    age_seconds = serializers.IntegerField()
    fresh_for_seconds = serializers.IntegerField()
    took_ms = serializers.FloatField(help_text="Time that it took to compute the answer.")
    bytes = serializers.IntegerField(help_text="Stored size.")
    generations = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Cache generations when the answer was computed."
    )


class ExplainedStepSerializer(serializers.Serializer[Any]):
    """One timed step of the request."""

    step = serializers.CharField()
    ms = serializers.FloatField()


class ExplainSerializer(serializers.Serializer[Any]):
    """How the answer was computed (`explain=1`): cache and steps of this request; current plan, boundary and layers."""

    request_id = serializers.CharField()
    view = serializers.CharField()
    params = serializers.DictField()
    boundary = ExplainedBoundarySerializer()
    layers = ExplainedLayersSerializer()
    plan = ExplainedPlanSerializer()
    cache = ExplainedCacheSerializer()
    steps = ExplainedStepSerializer(many=True, help_text="In the order in which they ended.")
