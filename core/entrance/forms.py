"""allauth's forms in our words; a new password is set by our verb."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils import timezone

from core import sign_ins
from core.models import User


def in_our_words(form: forms.Form, labels: dict[str, str]) -> None:
    """Labels say what is meant; a placeholder vanishes when it is needed."""
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
        field.help_text = ""


class SignIn(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"login": "Username or e-mail", "password": "Password"})
        spelled = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["login"].widget.attrs |= spelled


class PasswordAgain(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"password": "Your password"})


class ForgottenPassword(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"email": "Your e-mail address"})

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        self.users = list(User.objects.reached_at(address))
        return address


class _TwicePassword(forms.Form):
    """A new password, typed twice, with what is asked of it."""

    how = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"password1": "New password", "password2": "The same again"})
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())

    def save(self) -> None:
        user: User = self.user  # type: ignore[attr-defined]  # allauth's forms have it
        sign_ins.change_password(
            user, password=self.cleaned_data["password1"], how=self.how, by=user, at=timezone.now()
        )


class NewPassword(_TwicePassword, ResetPasswordKeyForm):
    how = "by a link sent by mail"


class ChangedPassword(_TwicePassword, ChangePasswordForm):
    how = "with the old one"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Your password now"
