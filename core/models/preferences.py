"""What people keep for themselves."""

from django.db import models

from core.models.people import User


class SavedList(models.Model):
    """A list as somebody likes to see it: the page, and its filters, order and columns."""

    user = models.ForeignKey(User, models.PROTECT, related_name="saved_lists")
    page = models.CharField(max_length=50)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_list_one_per_name")
        ]

    def __str__(self) -> str:
        return self.name
