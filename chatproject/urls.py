"""Where every page lives."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from chat import passkeys

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # the log-in page with its limits, instead of one without

no_mail = TemplateView.as_view(template_name="account/no_mail.html")
without_mail = [path("accounts/password/reset/", no_mail), path("accounts/email/", login_required(no_mail))]

urlpatterns = [
    path("", include("chat.urls")),
    path("language/", set_language, name="set_language"),
    path("favicon.ico", RedirectView.as_view(url=static("img/favicon.svg"))),
    *([] if settings.SENDS_MAIL else without_mail),
    path("accounts/2fa/webauthn/login/", passkeys.log_in),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
