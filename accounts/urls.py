from django.urls import path

from accounts import views

urlpatterns = [
    path("oauth/token", views.IssueToken.as_view()),
    path("cities", views.CityList.as_view()),
    path("me", views.Me.as_view()),
    path("organizations", views.RegisterOrganization.as_view()),
    path("organizations/<int:pk>", views.OrganizationDetail.as_view()),
    path("organizations/<int:pk>/particulars", views.Particulars.as_view()),
    path("organizations/<int:pk>/submit", views.SubmitOrganization.as_view()),
    path("organizations/<int:pk>/verify", views.VerifyOrganization.as_view()),
    path("organizations/<int:pk>/return", views.ReturnOrganization.as_view()),
    path("organizations/<int:pk>/suspend", views.SuspendOrganization.as_view()),
    path("organizations/<int:pk>/reinstate", views.ReinstateOrganization.as_view()),
    path("relations", views.RelationList.as_view()),
    path("relations/<int:pk>", views.RelationDetail.as_view()),
    path("relations/<int:pk>/end", views.EndRelation.as_view()),
]
