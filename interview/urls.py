from django.contrib import admin
from django.contrib.auth import views as auth
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from interview import serving, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("interviews/", views.start, name="start"),
    path("interviews/<uuid:interview_id>/", views.resume, name="resume"),
    path("interviews/<uuid:interview_id>/<int:number>/", views.slot, name="slot"),
    path("interviews/<uuid:interview_id>/<int:number>/answer/", views.answer, name="answer"),
    path("interviews/<uuid:interview_id>/<int:number>/skip/", views.skip, name="skip"),
    path("interviews/<uuid:interview_id>/<int:number>/draft/", views.draft, name="draft"),
    path("interviews/<uuid:interview_id>/summary/", views.summary, name="summary"),
    path("attempts/<uuid:attempt_id>/", views.attempt, name="attempt"),
    path("history/", views.history_page, name="history"),
    path("search/", views.search, name="search"),
    path("questions/<int:question_id>/", views.question, name="question"),
    path("media/<path:path>", serving.media, name="media"),
    path("healthz", serving.healthz, name="healthz"),
    path("readyz", serving.readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=static("img/viva.svg"))),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
