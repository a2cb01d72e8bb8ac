"""The addresses of this room's pages."""

from django.urls import path

from accounts_app.views import contacts, policies

urlpatterns = [
    path("accounts/<int:account_pk>/contacts/new/", contacts.new, name="contact_new"),
    path("contacts/<int:pk>/", contacts.change, name="contact"),
    path("policy/", policies.policy, name="policy"),
]
