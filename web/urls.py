from django.urls import include, path

from web import console, funnel_page, hall, importing, market, responding, saved_page, views
from web.search_page import search_page

urlpatterns = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon),
    path("lots/<int:pk>", views.lot, name="lot"),
    path("lots/<int:pk>/ledger", views.lot_ledger, name="lot_ledger"),
    path("needs", market.need_list, name="needs"),
    path("needs/import", importing.import_needs, name="import_needs"),
    path("needs/<int:pk>", market.need, name="need"),
    path("needs/<int:pk>/answer", responding.answer_need, name="answer_need"),
    path("needs/<int:pk>/undertaking", responding.sign_undertaking, name="sign_undertaking"),
    path("achievements", market.achievement_list, name="achievements"),
    path("achievements/import", importing.import_achievements, name="import_achievements"),
    path("achievements/<int:pk>", market.achievement, name="achievement"),
    path("enclaves/<int:pk>/tenancies/import", importing.import_tenancies, name="import_tenancies"),
    path("alliances/<int:pk>/members/import", importing.import_members, name="import_members"),
    path("search", search_page, name="search"),
    path("saved-searches", saved_page.saved_searches, name="saved_searches"),
    path("saved-searches/<int:pk>/end", saved_page.end_saved_search, name="end_saved_search"),
    path("statistics/cycles", views.cycles, name="cycles"),
    path("statistics/needs-funnel", funnel_page.needs_funnel, name="needs_funnel"),
    path("sessions", hall.session_list, name="sessions"),
    path("sessions/<int:pk>", hall.session, name="session"),
    path("sessions/<int:pk>/board", hall.board, name="board"),
    path("sessions/<int:pk>/console", console.console, name="console"),
    path("api/docs/errors", views.errors, name="errors"),
    path("i18n/", include("django.conf.urls.i18n")),
]
