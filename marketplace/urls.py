from django.urls import path

from marketplace.views import achievements, deals, needs, responses

urlpatterns = [
    path("needs", needs.NeedList.as_view()),
    path("needs/<int:pk>", needs.NeedDetail.as_view()),
    path("needs/<int:pk>/submit", needs.SubmitNeed.as_view()),
    path("needs/<int:pk>/endorse", needs.EndorseNeed.as_view()),
    path("needs/<int:pk>/publish", needs.PublishNeed.as_view()),
    path("needs/<int:pk>/return", needs.ReturnNeed.as_view()),
    path("needs/<int:pk>/withdraw", needs.WithdrawNeed.as_view()),
    path("needs/<int:pk>/close", needs.CloseNeed.as_view()),
    path("needs/<int:pk>/responses", responses.ResponseList.as_view()),
    path("responses/<int:pk>", responses.ResponseDetail.as_view()),
    path("responses/<int:pk>/shortlist", responses.ShortlistResponse.as_view()),
    path("responses/<int:pk>/accept", responses.AcceptResponse.as_view()),
    path("responses/<int:pk>/decline", responses.DeclineResponse.as_view()),
    path("responses/<int:pk>/withdraw", responses.WithdrawResponse.as_view()),
    path("achievements", achievements.AchievementList.as_view()),
    path("achievements/<int:pk>", achievements.AchievementDetail.as_view()),
    path("achievements/<int:pk>/submit", achievements.SubmitAchievement.as_view()),
    path("achievements/<int:pk>/approve", achievements.ApproveAchievement.as_view()),
    path("achievements/<int:pk>/return", achievements.ReturnAchievement.as_view()),
    path("achievements/<int:pk>/publish", achievements.PublishAchievement.as_view()),
    path("achievements/<int:pk>/withdraw", achievements.WithdrawAchievement.as_view()),
    path("deals", deals.DealList.as_view()),
    path("deals/<int:pk>", deals.DealDetail.as_view()),
]
