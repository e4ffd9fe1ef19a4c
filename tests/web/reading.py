"""Reading a page: its words, its data, its address; and letting a lot's time run out."""

import json
import re

from auctions import closing
from auctions.lifecycle import ClosedBy
from auctions.models import Lot


def page(lot):
    return f"/lots/{lot.pk}"


def text_of(response):
    """What is to be read on the page: no tags, no data, blanks made one."""
    html = re.sub(r"<script.*?</script>|<template.*?</template>", "", response.text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def data_of(response):
    return json.loads(re.search(r'id="page-data"[^>]*>(.*?)</script>', response.text, re.S)[1])


def close(lot, clock):
    clock.set(Lot.objects.get(pk=lot.pk).closes_at)
    closing.close_due_lots(by=ClosedBy.CLOSER)
