"""What makes the site an app: the manifest, and the service worker with the one page it keeps for when there is no way here.

Nothing anybody wrote is ever kept by it: the worker stores the offline page and what that page is made of, nothing else.
"""

import hashlib
import json
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

ICONS = {"any": ("img/icon-192.png", "img/icon-512.png"), "maskable": ("img/icon-maskable-512.png",)}
BACKGROUND = "#f4f6f3"  # --surface of the light colours: a manifest has room for one

_LINKS = re.compile(r'(?:href|src)="([^"#]+)')


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for when the site cannot be reached; the same for everybody who reads this language."""
    return HttpResponse(_offline_page())


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script. It differs from the one a browser has as soon as the offline page or its language does."""
    page = _offline_page()
    shell = {
        "version": hashlib.sha256(page.encode()).hexdigest()[:16],
        "page": reverse("offline"),
        "files": sorted({link for link in _LINKS.findall(page) if link.startswith(settings.STATIC_URL)}),
        "home": reverse("chat"),
        "icon": static(ICONS["any"][0]),
    }
    script = f"const SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(static('js/service-worker.js'))});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """How the app is called and drawn where it is installed."""
    about = {
        "id": "/",
        "name": "Tandem",
        "short_name": "Tandem",
        "description": _("Tandem is private chat for two. Give one person your token and the two of you are alone."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("landing"),
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": BACKGROUND,
        "icons": [_icon(path, purpose) for purpose, paths in ICONS.items() for path in paths],
    }
    return JsonResponse(about, content_type="application/manifest+json")


def _offline_page() -> str:
    return render_to_string("offline.html")


def _icon(path: str, purpose: str) -> dict[str, str]:
    size = re.findall(r"\d+", path)[0]
    return {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
