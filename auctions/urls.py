from django.urls import path, register_converter

from auctions.views import (
    bids,
    deposits,
    documents,
    lots,
    maxima,
    policies,
    records,
    registrations,
)

register_converter(records.Day, "day")

urlpatterns = [
    path("policies", policies.PolicyList.as_view()),
    path("policies/<int:pk>", policies.PolicyDetail.as_view()),
    path("lots", lots.LotList.as_view()),
    path("lots/<int:pk>", lots.LotDetail.as_view()),
    path("lots/<int:pk>/submit", lots.SubmitLot.as_view()),
    path("lots/<int:pk>/approve", lots.ApproveLot.as_view()),
    path("lots/<int:pk>/return", lots.ReturnLot.as_view()),
    path("lots/<int:pk>/publish", lots.PublishLot.as_view()),
    path("lots/<int:pk>/withdraw", lots.WithdrawLot.as_view()),
    path("lots/<int:pk>/bids", bids.Bids.as_view()),
    path("lots/<int:pk>/maximum", maxima.OwnMaximum.as_view()),
    path("lots/<int:pk>/record", records.Record.as_view(), name="lot_record"),
    path(
        "lots/<int:pk>/documents/confirmation",
        documents.Confirmation.as_view(),
        name="lot_confirmation",
    ),
    path(
        "lots/<int:pk>/documents/transcript", documents.Transcript.as_view(), name="lot_transcript"
    ),
    path("published-heads", records.PublishedHeadsList.as_view()),
    path("published-heads/<day:day>", records.PublishedHeadsDetail.as_view()),
    path("lots/<int:pk>/registrations", registrations.Registrations.as_view()),
    path("registrations/<int:pk>", registrations.RegistrationDetail.as_view()),
    path("registrations/<int:pk>/deposit", deposits.RecordDeposit.as_view()),
    path("registrations/<int:pk>/return-deposit", deposits.ReturnDeposit.as_view()),
    path("registrations/<int:pk>/forfeiture", deposits.ProposeForfeiture.as_view()),
    path("registrations/<int:pk>/approve", registrations.ApproveRegistration.as_view()),
    path("registrations/<int:pk>/refuse", registrations.RefuseRegistration.as_view()),
    path("deposit-movements", deposits.MovementList.as_view()),
    path("deposit-movements/<int:pk>/refund", deposits.RecordRefund.as_view()),
    path("forfeitures", deposits.ForfeitureList.as_view()),
    path("forfeitures/<int:pk>", deposits.ForfeitureDetail.as_view()),
    path("forfeitures/<int:pk>/approve", deposits.ApproveForfeiture.as_view()),
    path("forfeitures/<int:pk>/reject", deposits.RejectForfeiture.as_view()),
]
