"""Search and matching: how long an answer takes among a hundred thousand, and how good it is."""

import json
import random
import time
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

from django.db import connection as database

from accounts.models import Organization, OrganizationKind
from config import sample
from marketplace.models import Achievement, Need
from search.models import Document, Kind
from search.statistics import word_statistics
from tests.bench.figures import percentile, say
from tests.bench.server import Server
from tests.bench.truth import Wrong
from tests.conftest import make_organization
from tests.evaluation.judged import read
from tests.evaluation.measure import load, measure

_CODES = "judged"
_ASKED = ("气凝胶", "电池隔膜 热失控", "lidar", "轴承 振动", "无人机 传感器", "碳化硅 外延片")
# It stands in every title of the sample: as bad as it gets.
_EVERYWHERE = quote("虚构")
_FILTERS: tuple[dict[str, str], ...] = ({}, {"kind": "need"}, {"field": "NM", "maturity": "pilot"})


def quality(judged: str) -> dict[str, float]:
    """nDCG@10 and recall@20 of the suggestions on a judged set, beside plain keywords."""
    _forget_judged()
    poster = make_organization(verified=False, city="330100", name="虚构评测企业")
    owner = make_organization(
        OrganizationKind.RESEARCH_INSTITUTE, verified=False, name="虚构评测研究院"
    )
    try:
        return measure(load(read(judged), poster, owner, codes=_CODES))
    finally:
        _forget_judged()
        Organization.objects.filter(pk__in=[poster.pk, owner.pk]).delete()


def speed(server: Server, *, needs: int, achievements: int, rounds: int) -> dict[str, float]:
    """Milliseconds of a search and of a list of matches, one after the other, with all its HTTP.

    Each search is made so many times, and so are the searches for what stands everywhere.
    """
    sample.forget()
    begun = time.monotonic()
    for progress in sample.load(needs=needs, achievements=achievements):
        if progress.written == progress.wanted:
            say(f"    {progress.written} {progress.kind}")
    took = time.monotonic() - begun
    with database.cursor() as cursor:  # as autovacuum would within the next minutes
        cursor.execute(f"VACUUM (ANALYZE) {sample.TABLES}")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    searches = sorted(_searches(connection, rounds))
    address = f"/api/v1/search?q={_EVERYWHERE}"
    everywhere = sorted(_timed(connection, address)[1] for _ in range(rounds))
    matches = sorted(_matches(connection))
    connection.close()
    sample.forget()
    name = f"{achievements // 1000}k" if achievements >= 1000 else str(achievements)
    return {
        f"search_{name}.p50_ms": percentile(searches, 50),
        f"search_{name}.p95_ms": percentile(searches, 95),
        f"search_{name}.max_ms": searches[-1],
        f"search_everywhere_{name}.p50_ms": percentile(everywhere, 50),
        f"matches_{name}.p95_ms": percentile(matches, 95),
        f"load_{name}.rows_per_s": (needs + achievements) / took,
    }


def _searches(connection: HTTPConnection, rounds: int) -> list[float]:
    """Questions of common words, rare ones, several, none, and with filters."""
    asked = [*_ASKED, *_words(), "没有这样的词语"]
    took = []
    for _ in range(rounds):
        for question in asked:
            for only in _FILTERS:
                query = urlencode({"q": question, **only})
                body, duration = _timed(connection, f"/api/v1/search?{query}")
                took.append(duration)
                if sum(body["facets"]["kind"].values()) < body["count"]:
                    raise Wrong(f"{question}: counted wrongly")
    if not any(_timed(connection, f"/api/v1/search?q={quote(word)}")[0]["count"] for word in asked):
        raise Wrong("nothing was found")
    return took


def _words() -> list[str]:
    """The most common words that are no part of the sample's sentences, and some in the middle."""
    shares = word_statistics().shares
    ordered = sorted(
        (word for word in shares if shares[word] < 0.1), key=lambda word: -shares[word]
    )
    return [word for word in (*ordered[:4], *ordered[50:300:60]) if len(word) > 1]


def _matches(connection: HTTPConnection) -> list[float]:
    chance = random.Random(1)  # noqa: S311 - the same needs each time
    numbers = list(
        Document.objects.filter(kind=Kind.NEED).order_by("-id").values_list("object_id", flat=True)
    )
    took = []
    for number in chance.sample(numbers, min(20, len(numbers))):
        body, duration = _timed(connection, f"/api/v1/needs/{number}/matches")
        took.append(duration)
        scores = [match["score"] for match in body["results"]]
        if scores != sorted(scores, reverse=True):
            raise Wrong(f"the matches of need {number} are out of order")
    return took


def _timed(connection: HTTPConnection, path: str) -> tuple[dict, float]:
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    duration = 1000 * (time.perf_counter() - begun)
    if answer.status != 200:
        raise Wrong(f"{path}: {answer.status}")
    return json.loads(body), duration


def _forget_judged() -> None:
    for kind, model in ((Kind.NEED, Need), (Kind.ACHIEVEMENT, Achievement)):
        rows = model.objects.filter(code__contains=_CODES)
        Document.objects.filter(kind=kind, object_id__in=rows.values("pk")).delete()
        rows.delete()
