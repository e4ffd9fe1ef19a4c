from django.urls import path, register_converter

from auctions.views import bids, lots, records, registrations

register_converter(records.Day, "day")

urlpatterns = [
    path("lots", lots.LotList.as_view()),
    path("lots/<int:pk>", lots.LotDetail.as_view()),
    path("lots/<int:pk>/submit", lots.SubmitLot.as_view()),
    path("lots/<int:pk>/approve", lots.ApproveLot.as_view()),
    path("lots/<int:pk>/return", lots.ReturnLot.as_view()),
    path("lots/<int:pk>/publish", lots.PublishLot.as_view()),
    path("lots/<int:pk>/withdraw", lots.WithdrawLot.as_view()),
    path("lots/<int:pk>/bids", bids.Bids.as_view()),
    path("lots/<int:pk>/record", records.Record.as_view(), name="lot_record"),
    path("published-heads", records.PublishedHeadsList.as_view()),
    path("published-heads/<day:day>", records.PublishedHeadsDetail.as_view()),
    path("lots/<int:pk>/registrations", registrations.Registrations.as_view()),
    path("registrations/<int:pk>", registrations.RegistrationDetail.as_view()),
    path("registrations/<int:pk>/deposit", registrations.RecordDeposit.as_view()),
    path("registrations/<int:pk>/approve", registrations.ApproveRegistration.as_view()),
    path("registrations/<int:pk>/refuse", registrations.RefuseRegistration.as_view()),
]
