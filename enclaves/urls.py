from django.urls import path

from enclaves.views import parks, projects, reports, statistics

urlpatterns = [
    path("enclaves", parks.ParkList.as_view()),
    path("enclaves/<int:pk>", parks.ParkDetail.as_view()),
    path("enclaves/<int:pk>/agreements", parks.AgreementList.as_view()),
    path("enclaves/<int:pk>/funds", parks.FundList.as_view()),
    path("enclaves/<int:pk>/units", parks.UnitList.as_view()),
    path("enclaves/<int:pk>/tenancies", parks.TenancyList.as_view()),
    path("enclaves/<int:pk>/projects", projects.ParkProjects.as_view()),
    path("enclaves/<int:pk>/reports", reports.ReportList.as_view()),
    path("enclaves/<int:pk>/duties", reports.DutyList.as_view()),
    path("reports/<int:pk>", reports.ReportDetail.as_view()),
    path("reports/<int:pk>/submit", reports.SubmitReport.as_view()),
    path("reports/<int:pk>/confirm", reports.ConfirmReport.as_view()),
    path("reports/<int:pk>/dispute", reports.DisputeReport.as_view()),
    path("reports/<int:pk>/resolve", reports.ResolveReport.as_view()),
    path("projects/<int:pk>/talents", reports.TalentList.as_view()),
    path("talents/<int:pk>/end", reports.EndTalent.as_view()),
    path("statistics/enclaves", statistics.EnclaveFigures.as_view()),
    path("statistics/enclaves/projects", statistics.EnclaveFigureProjects.as_view()),
    path("tenancies/<int:pk>/end", parks.EndTenancy.as_view()),
    path("projects/<int:pk>", projects.ProjectDetail.as_view()),
    path("projects/<int:pk>/panel", projects.NameReviewers.as_view()),
    path("projects/<int:pk>/reviews", projects.ReviewProject.as_view()),
    path("projects/<int:pk>/admit", projects.AdmitProject.as_view()),
    path("projects/<int:pk>/incubate", projects.IncubateProject.as_view()),
    path("projects/<int:pk>/pilot", projects.PilotProject.as_view()),
    path("projects/<int:pk>/land", projects.LandProject.as_view()),
    path("projects/<int:pk>/output", projects.StartOutput.as_view()),
    path("projects/<int:pk>/exit", projects.ExitProject.as_view()),
]
