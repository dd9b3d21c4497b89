from django.contrib import admin
from django.contrib.auth import views as auth
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from interview import serving
from interview.views import (
    accounts,
    bank,
    follow_up,
    history,
    home,
    reports,
    review,
    second_opinion,
    sitting,
    summary,
)

handler400 = "interview.serving.bad_request"
handler500 = "interview.serving.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-up/", accounts.sign_up, name="sign_up"),
    path("login/", accounts.SignIn.as_view(), name="login"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.ChangePassword.as_view(), name="change_password"),
    path("account/answers.csv", accounts.export_csv, name="export_csv"),
    path("account/everything.json", accounts.export_json, name="export_json"),
    path("account/delete/", accounts.leave, name="leave"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("try/", home.try_one, name="try"),
    path("interviews/", home.start, name="start"),
    path("interviews/<uuid:interview_id>/", sitting.resume, name="resume"),
    path("interviews/<uuid:interview_id>/<int:number>/", sitting.slot, name="slot"),
    path("interviews/<uuid:interview_id>/<int:number>/answer/", sitting.answer, name="answer"),
    path("interviews/<uuid:interview_id>/<int:number>/skip/", sitting.skip, name="skip"),
    path("interviews/<uuid:interview_id>/<int:number>/draft/", sitting.draft, name="draft"),
    path("interviews/<uuid:interview_id>/<int:number>/go/", sitting.go, name="go"),
    path("interviews/<uuid:interview_id>/<int:number>/flag/", sitting.flag, name="flag"),
    path("interviews/<uuid:interview_id>/<int:number>/preview/", sitting.preview, name="preview"),
    path(
        "interviews/<uuid:interview_id>/<int:number>/follow-up/",
        follow_up.answer,
        name="answer_follow_up",
    ),
    path(
        "interviews/<uuid:interview_id>/<int:number>/follow-up/skip/",
        follow_up.skip,
        name="skip_follow_up",
    ),
    path("interviews/<uuid:interview_id>/end/", sitting.end, name="end"),
    path("interviews/<uuid:interview_id>/summary/", summary.summary, name="summary"),
    path("interviews/<uuid:interview_id>/paper/", summary.on_paper, name="on_paper"),
    path("attempts/<uuid:attempt_id>/", sitting.attempt, name="attempt"),
    path("attempts/<uuid:attempt_id>/rating/", review.rate, name="rate"),
    path("attempts/<uuid:attempt_id>/dispute/", reports.dispute, name="dispute"),
    path("attempts/<uuid:attempt_id>/report/", reports.report_question, name="report_question"),
    path("review/", review.overview, name="review"),
    path("review/start/", review.start, name="review_start"),
    path("attempts/<uuid:attempt_id>/second-opinion/", second_opinion.show, name="second_opinion"),
    path(
        "attempts/<uuid:attempt_id>/second-opinion/ask/",
        second_opinion.ask,
        name="ask_second_opinion",
    ),
    path(
        "attempts/<uuid:attempt_id>/second-opinion/counts/",
        second_opinion.choose,
        name="choose_second_opinion",
    ),
    path("history/", history.overview, name="history"),
    path("history/answers/", history.answers, name="answers"),
    path("history/practise/", history.practise, name="practise"),
    path("search/", bank.search, name="search"),
    path("questions/<int:question_id>/", bank.question, name="question"),
    path("media/<path:path>", serving.media, name="media"),
    path("healthz", serving.healthz, name="healthz"),
    path("readyz", serving.readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=static("img/viva.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
