"""allauth's forms in our words; a new password is set by our verb."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils import timezone

from core import sign_ins
from core.models import User

LONGEST_NAME = 100
NO_PASSKEY = "That is no passkey that we know, or it came too late."


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


class _Digits(forms.Form):
    """One code. The keyboard of a phone shows digits for it."""

    label = "Code from your app, or a recovery code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"code": self.label})
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocapitalize": "none"}


class Code(_Digits, AuthenticateForm):
    """Right after the password."""


class CodeAgain(_Digits, ReauthenticateByCodeForm):
    """Before something is changed."""


class FirstCode(_Digits, ActivateTOTPForm):
    """Shows that the app has taken the secret over."""

    label = "The code that the app shows now"


@contextmanager
def only_what_a_device_answers() -> Iterator[None]:
    """allauth takes the shape of an answer on trust; whatever is off about it is no passkey."""
    try:
        yield
    except forms.ValidationError as error:
        if error.code == "incorrect_code":
            raise forms.ValidationError(NO_PASSKEY) from None
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, struct.error):
        raise forms.ValidationError(NO_PASSKEY) from None


class _Shown(forms.Form):
    """A passkey that is shown to come in."""

    def clean_credential(self) -> Any:
        with only_what_a_device_answers():
            return super().clean_credential()  # type: ignore[misc]  # allauth's forms have it


class PasskeyAfterPassword(_Shown, AuthenticateWebAuthnForm):
    """As the second factor."""


class PasskeyAlone(_Shown, LoginWebAuthnForm):
    """In place of name, password and second factor."""


class PasskeyAgain(_Shown, ReauthenticateWebAuthnForm):
    """Before something is changed."""


class NewPasskey(AddWebAuthnForm):
    """A passkey signs in by itself, so whoever holds it must show that it is them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        in_our_words(self, {"name": "What you call it"})

    def clean_name(self) -> str:
        return str(super().clean_name())[:LONGEST_NAME]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        with only_what_a_device_answers():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class PasskeyName(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self, {"name": "What you call it"})

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"])[:LONGEST_NAME]
