"""Signing up, one's settings, one's data, and leaving."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from interview import guests, joining, own_data, throttling
from interview.forms import LeaveForm, PreferencesForm, SignInForm, SignUpForm, too_many
from interview.models import Attempt, Interview, Preferences
from interview.views.shared import page


def sign_up(request: HttpRequest) -> HttpResponse:
    """A new account; a guest's own row becomes one, with everything that is there."""
    user: Any = request.user
    guest = guests.is_guest(user)
    if user.is_authenticated and not guest:
        return redirect("home")
    if not settings.VIVA_SIGN_UP:
        return page(request, "registration/no_sign_up.html", {}, status=403)
    # Another object than the request's: what was typed must not show as the guest's name.
    own = get_user_model().objects.get(pk=user.pk) if guest else None
    form = SignUpForm(request.POST or None, instance=own)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                limits = throttling.sign_up_limits(request)
                throttling.take(throttling.SIGN_UP, limits, now=timezone.now())
            except throttling.TooMany as error:
                form.add_error(None, too_many(error))
                status = 429
            else:
                login(request, form.save())  # a new session, also for a guest: the password changed
                return _kept(request, guests.sitting_of(own)) if guest else redirect("home")
    return page(request, "registration/sign_up.html", {"form": form}, status=status)


def _kept(request: HttpRequest, sitting: Interview | None) -> HttpResponse:
    """Back into what was a guest's sitting."""
    messages.success(request, _("Your interview is kept: it is in your history now."))
    return redirect("resume", sitting.pk) if sitting else redirect("home")


class SignIn(LoginView):
    authentication_form = SignInForm

    @property
    def redirect_authenticated_user(self) -> bool:  # type: ignore[override]
        return not guests.is_guest(self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        """Somebody who tried as a guest takes the sitting along into the account."""
        guest: Any = self.request.user
        if not guests.is_guest(guest):
            return super().form_valid(form)
        sitting = guests.sitting_of(guest)
        joining.hand_over(guest, form.get_user())
        response = super().form_valid(form)
        wanted = bool(self.get_redirect_url())
        kept = _kept(self.request, sitting)
        return response if wanted else kept

    def form_invalid(self, form: Any) -> HttpResponse:
        status = 429 if form.blocked else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's settings; the ways to one's data, another password, and out."""
    form = PreferencesForm(request.POST or None, instance=Preferences.of(request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {"form": form, "answers": Attempt.objects.of(request.user).count()}
    return page(request, "registration/account.html", context, status=422 if form.errors else 200)


class ChangePassword(PasswordChangeView):
    template_name = "registration/change_password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@login_required
@require_safe
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    return _download(request, own_data.as_csv(request.user), "csv", "text/csv; charset=utf-8")


@login_required
@require_safe
def export_json(request: HttpRequest) -> StreamingHttpResponse:
    return _download(request, own_data.as_json(request.user), "json", "application/json")


def _download(
    request: HttpRequest, lines: Iterator[str], ending: str, kind: str
) -> StreamingHttpResponse:
    name = f"viva-{timezone.localdate():%Y-%m-%d}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(lines, content_type=kind, headers=headers)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the account with everything, confirmed by the password."""
    form = LeaveForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = request.user
        logout(request)
        user.delete()
        messages.success(request, _("Your account and everything in it is deleted."))
        return redirect("home")
    context = {"form": form, "answers": Attempt.objects.of(request.user).count()}
    return page(request, "registration/leave.html", context, status=422 if form.errors else 200)
