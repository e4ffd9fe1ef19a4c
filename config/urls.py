"""Every address of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health
from web.saved_api import SavedSearchDetail, SavedSearchList
from web.search_api import Search

api: list[URLPattern | URLResolver] = [
    path("", include("auctions.urls")),
    path("", include("accounts.urls")),
    path("", include("marketplace.urls")),
    path("", include("enclaves.urls")),
    path("", include("alliances.urls")),
    path("", include("notifications.urls")),
    path("search", Search.as_view(), name="search_api"),
    path("saved-searches", SavedSearchList.as_view()),
    path("saved-searches/<int:pk>", SavedSearchDetail.as_view()),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("api/openapi.yaml", SpectacularAPIView.as_view(), name="openapi"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="openapi")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/lag", health.lag),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("web.urls")),
]

handler400 = "core.problems.bad_request"
handler403 = "core.problems.forbidden"
handler404 = "core.problems.not_found"
handler500 = "core.problems.server_error"
