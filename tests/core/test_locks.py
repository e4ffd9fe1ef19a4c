"""One row is locked, for who may see it, inside an action."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from core.db import transaction
from core.errors import NotFound
from core.locks import lock_one
from tests.conftest import make_organization


@pytest.mark.django_db
def test_one_row_is_locked_and_nothing_it_points_at():
    place = make_organization()
    rows = Organization.objects.select_related("city")
    with pytest.raises(RuntimeError, match="only an action opens"):
        lock_one(rows, place.pk)
    with transaction():
        with CaptureQueriesContext(connection) as asked:
            assert lock_one(rows, place.pk) == place
        with pytest.raises(NotFound):
            lock_one(rows.exclude(pk=place.pk), place.pk)
    assert asked[0]["sql"].endswith('FOR NO KEY UPDATE OF "accounts_organization"')
