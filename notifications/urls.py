from django.urls import path

from notifications import views

urlpatterns = [
    path("events", views.EventList.as_view()),
    path("notices", views.NoticeList.as_view()),
    path("notices/<int:pk>/read", views.ReadNotice.as_view()),
    path("webhook-endpoints", views.EndpointList.as_view()),
    path("webhook-endpoints/<int:pk>", views.EndpointDetail.as_view()),
    path("webhook-endpoints/<int:pk>/ping", views.PingEndpoint.as_view()),
    path("webhook-endpoints/<int:pk>/rotate-secret", views.RotateSecret.as_view()),
    path("webhook-endpoints/<int:pk>/disable", views.DisableEndpoint.as_view()),
    path("webhook-endpoints/<int:pk>/enable", views.EnableEndpoint.as_view()),
    path("webhook-endpoints/<int:pk>/deliveries", views.EndpointDeliveries.as_view()),
    path("deliveries/<int:pk>/redeliver", views.Redeliver.as_view()),
    path("lots/<int:pk>/stream", views.LotStream.as_view()),
    path("sessions/<int:pk>/stream", views.SessionStream.as_view()),
]
