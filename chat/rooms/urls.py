"""The pages of rooms. No room's slug is one of the words here (chat/rooms/founding.py)."""

from django.urls import path

from chat.rooms import members, reporting, views

urlpatterns = [
    path("", views.rooms, name="rooms"),
    path("new/", views.new, name="new_room"),
    path("invitations/<int:invitation>/accept/", members.accept, name="accept_room"),
    path("invitations/<int:invitation>/decline/", members.decline, name="decline_room"),
    path("<slug:slug>/", views.room, name="room"),
    path("<slug:slug>/about/", views.about, name="about_room"),
    path("<slug:slug>/edit/", views.edit, name="edit_room"),
    path("<slug:slug>/delete/", views.delete, name="delete_room"),
    path("<slug:slug>/close/", views.close, name="close_room"),
    path("<slug:slug>/members/", members.deed, name="room_deed"),
    path("<slug:slug>/hand-over/", members.hand_over, name="hand_over_room"),
    path("<slug:slug>/leave/", members.leave, name="leave_room"),
    path("<slug:slug>/invite/", members.invite, name="invite_to_room"),
    path("<slug:slug>/invitations/<int:invitation>/end/", members.take_back, name="take_back_room"),
    path("<slug:slug>/report/", reporting.report, name="report_messages"),
]
