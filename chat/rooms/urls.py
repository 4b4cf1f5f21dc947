"""The pages of rooms."""

from django.urls import path

from chat.rooms import views

urlpatterns = [
    path("", views.rooms, name="rooms"),
    path("<slug:slug>/", views.room, name="room"),
    path("<slug:slug>/about/", views.about, name="about_room"),
]
