"""GET /api/v1/search: one search over needs, achievements, lots and enclaves."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.requests import Acting
from core.parsing import InstantField
from core.serializers import Serializer
from search.models import Document, Kind
from search.queries import FACETS, Found
from search.rules.cursors import Cursor
from search.rules.snippets import marked, snippet
from web.finding import HIGHEST_LIMIT, LIMIT, LONGEST_QUESTION, read_question, search

MARKED = "HTML: the words found stand in <em>, and everything else is escaped."


class HitView(Serializer[Document]):
    """One thing that was found. `title_html` and `snippet` are HTML whose only tag is <em>."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    id = serializers.IntegerField(source="object_id")
    code = serializers.CharField()
    title = serializers.CharField()
    title_html = serializers.SerializerMethodField(help_text=MARKED)
    snippet = serializers.SerializerMethodField(help_text=MARKED)
    city = serializers.CharField()
    field = serializers.CharField()
    maturity = serializers.CharField()
    at = InstantField()

    def get_title_html(self, document: Document) -> str:
        in_title, _ = self.context["hits"][document.pk]
        return marked(document.title, in_title)

    def get_snippet(self, document: Document) -> str:
        _, in_text = self.context["hits"][document.pk]
        return snippet(document.shown, in_text)


class FacetsView(Serializer[Any]):
    """How many would be left by each value; each facet is counted without its own filter."""

    kind = serializers.DictField(child=serializers.IntegerField())
    city = serializers.DictField(child=serializers.IntegerField())
    field = serializers.DictField(child=serializers.IntegerField())
    maturity = serializers.DictField(child=serializers.IntegerField())


class SearchView(Serializer[Any]):
    """`matched` tells how: every word, only some words, or the letters of a name or a code.

    `capped`: more was found than is looked at; the results and all counts are of the newest then.
    """

    results = HitView(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField()
    capped = serializers.BooleanField()
    matched = serializers.ChoiceField(choices=["every_word", "any_word", "letters"])
    facets = FacetsView()


def _parameter(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description)


PARAMETERS = [
    _parameter(
        "q", f"What is looked for, at most {LONGEST_QUESTION} letters; nothing finds nothing."
    ),
    OpenApiParameter("kind", str, enum=Kind.values),
    _parameter("city", "Region code."),
    _parameter("field", "Code of a technology field."),
    OpenApiParameter("maturity", str, enum=["laboratory", "pilot", "industrial"]),
    OpenApiParameter("limit", int, description=f"Default {LIMIT}, at most {HIGHEST_LIMIT}."),
    _parameter("cursor", "From `next` or `previous`."),
]


class Search(Acting, APIView):
    """GET /api/v1/search: what the reader may see, the best first, the newer first among equals.

    A word counts most in a title, then in keywords, then in the text; synonyms count as the word.
    """

    public_reading = True

    @extend_schema(parameters=PARAMETERS, responses=SearchView)
    def get(self, request: Request) -> Response:
        found = search(self.actor, read_question(request.query_params))
        body = {
            "results": found.documents,
            "next": _page(request, found.next),
            "previous": _page(request, found.previous),
            "count": found.count,
            "capped": found.is_capped,
            "matched": found.way,
            "facets": _facets(found),
        }
        hits = {document.pk: found.hits_in(document) for document in found.documents}
        return Response(SearchView(body, context={"hits": hits}).data)


def _facets(found: Found) -> dict[str, dict[str, int]]:
    return {name: dict(found.facets.get(name, {})) for name in FACETS}


def _page(request: Request, cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor.text())
