"""Tandem's own pages."""

from django.urls import include, path

from chat import inviting, shell, views
from chat.push import views as push_views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("chat/", views.chat, name="chat"),
    path("join/", views.join, name="join"),
    path("join/who/", views.invitation, name="invitation"),
    path("offline/", shell.offline, name="offline"),
    path("service-worker.js", shell.service_worker, name="service_worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("token/rotate/", views.rotate_token, name="rotate_token"),
    path("token/qr.svg", views.token_qr, name="token_qr"),
    path("push/", push_views.push, name="push"),
    path("push/known/", push_views.known, name="push_known"),
    path("push/stop/", push_views.stop, name="push_stop"),
    path("invitations/", inviting.invitations, name="invitations"),
    path("invitations/<int:invitation>/end/", inviting.take_back, name="take_back"),
    path("invitations/<int:invitation>/qr.svg", inviting.qr, name="invitation_qr"),
    path("rooms/", include("chat.rooms.urls")),
    path("settings/", views.settings, name="settings"),
    path("settings/door/", views.door, name="door"),
    path("settings/shown/", views.shown, name="shown"),
    path("blocks/", views.block, name="block"),
    path("blocks/<int:block>/end/", views.unblock, name="unblock"),
    path("accounts/delete/", views.delete_account, name="delete_account"),
    path("accounts/sessions/<int:login>/end/", views.end_login, name="end_login"),
]
