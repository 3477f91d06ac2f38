"""The member ``explain`` of an answer in the API's description (A5, O2): what ``MergeService.explain`` tells."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from merger.answers import explain
from merger.answers.answer import GIVERS
from merger.core.boundary import Strategy

_MOMENT = serializers.DateTimeField
_BATCH_STATES = (explain.CURRENT, explain.STALE, explain.EMPTY, explain.AWAY)
_SPEED_STATES = (explain.CURRENT, explain.LAGGING, explain.EMPTY, explain.AWAY)


class ExplainedBoundarySerializer(serializers.Serializer[Any]):
    """The time boundary at this moment."""

    now = _MOMENT()
    strategy = serializers.ChoiceField([each.value for each in Strategy])
    cutoff = _MOMENT(help_text="From this hour on the speed layer has precedence.")
    speed_from = _MOMENT(help_text="The oldest speed hour that may be used.")
    open_hour = _MOMENT(help_text="The hour that is not over.")


class ExplainedSpeedTypeSerializer(serializers.Serializer[Any]):
    """What the speed layer as a whole holds of a data type."""

    state = serializers.ChoiceField(_SPEED_STATES)
    synced_at = _MOMENT(allow_null=True)
    hours_held = serializers.IntegerField()
    first_hour = _MOMENT(allow_null=True)
    last_hour = _MOMENT(allow_null=True)


class ExplainedBatchLayerSerializer(serializers.Serializer[Any]):
    """The batch layer."""

    read = serializers.BooleanField(help_text="Whether making the answer reads its documents.")
    state = serializers.ChoiceField(_BATCH_STATES)
    computed_at = _MOMENT(allow_null=True, help_text="Of the newest run.")


class ExplainedSpeedLayerSerializer(serializers.Serializer[Any]):
    """The speed layer, by data types that the answer rests on."""

    read = serializers.BooleanField(help_text="Whether making the answer reads its documents.")
    types = serializers.DictField(child=ExplainedSpeedTypeSerializer())


class ExplainedLayersSerializer(serializers.Serializer[Any]):
    """Both layers as they are now."""

    batch = ExplainedBatchLayerSerializer()
    speed = ExplainedSpeedLayerSerializer()


class ExplainedReadSerializer(serializers.Serializer[Any]):
    """A find, and what MongoDB says of it; ``error`` in place of the latter where it says nothing."""

    collection = serializers.CharField()
    filter = serializers.DictField(help_text="Extended JSON.")
    without = serializers.ListField(child=serializers.CharField(), help_text="Fields that are left out.")
    indexes = serializers.ListField(child=serializers.CharField(), required=False)
    scans_collection = serializers.BooleanField(required=False)
    keys_examined = serializers.IntegerField(required=False, allow_null=True)
    documents_examined = serializers.IntegerField(required=False, allow_null=True)
    documents_returned = serializers.IntegerField(required=False, allow_null=True)
    server_ms = serializers.IntegerField(required=False, allow_null=True)
    error = serializers.CharField(required=False)


class ExplainedHoursSerializer(serializers.Serializer[Any]):
    """Speed hours of all movies, which the process keeps for all answers."""

    types = serializers.ListField(child=serializers.CharField())
    start = _MOMENT(allow_null=True)
    end = _MOMENT(help_text="Not included.")


class ExplainedPlanSerializer(serializers.Serializer[Any]):
    """What making the answer reads."""

    reads = ExplainedReadSerializer(many=True, help_text="The answer's own finds.")
    hours_of_all_movies = ExplainedHoursSerializer(allow_null=True)
    catalogue = serializers.BooleanField(help_text="Whether it needs the catalogue, which the process keeps.")
    catalogue_as_of_run = _MOMENT(allow_null=True)


class ExplainedCacheSerializer(serializers.Serializer[Any]):
    """How the cache held the answer."""

    state = serializers.ChoiceField(("HIT", "STALE", "MISS"), help_text="As `X-Cache`.")
    given_by = serializers.ChoiceField(GIVERS)
    key = serializers.CharField(help_text="In Redis, behind the service's prefix.")
    age_seconds = serializers.IntegerField()
    fresh_for_seconds = serializers.IntegerField()
    took_ms = serializers.FloatField(help_text="To make it, when that was done.")
    bytes = serializers.IntegerField(help_text="As it is stored.")
    generations = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="That it was made under."
    )


class ExplainedStepSerializer(serializers.Serializer[Any]):
    """A step of this request."""

    step = serializers.CharField()
    ms = serializers.FloatField()


class ExplainSerializer(serializers.Serializer[Any]):
    """How the answer came about, with `explain=1`: cache and steps of this request; plan, boundary and layers now."""

    request_id = serializers.CharField()
    view = serializers.CharField()
    params = serializers.DictField()
    boundary = ExplainedBoundarySerializer()
    layers = ExplainedLayersSerializer()
    plan = ExplainedPlanSerializer()
    cache = ExplainedCacheSerializer()
    steps = ExplainedStepSerializer(many=True, help_text="In the order in which they were over.")
