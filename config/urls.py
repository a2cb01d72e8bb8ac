"""All addresses."""

from django.contrib import admin
from django.urls import include, path

from config.health import healthz, readyz

urlpatterns = [
    path("", include("workspace.urls")),
    path("", include("incentives.urls")),
    path("", include("handoffs.urls")),
    path("", include("pipeline.urls")),
    path("", include("accounts_app.urls")),
    path("", include("core.entrance.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
