"""Every page of the site, and /breaks/, which cannot be answered."""

from typing import Never

from django.http import HttpRequest
from django.urls import path

from chatproject import urls


def breaks(request: HttpRequest) -> Never:
    """A mistake of ours."""
    raise ZeroDivisionError


urlpatterns = [path("breaks/", breaks), *urls.urlpatterns]
