"""What this room's pages take in. The rules are the verbs'."""

from django import forms

from handoffs.briefs import BriefTexts


def _part(label: str, prompt: str, rows: int = 3) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=prompt, widget=area, required=False)


class BriefForm(forms.Form):
    """The three Ps with their prompts, then what is open."""

    players = _part(
        "Players",
        "Who decides, who is our champion, who keeps the gate, who makes trouble?"
        " What does the contact map not say?",
        rows=5,
    )
    policies = _part(
        "Policies",
        "How do they buy: procurement, budget cycle, approvals, terms of payment?",
        rows=5,
    )
    politics = _part(
        "Politics",
        "Who stands with whom? What should one never say? Only the two of you, later holders,"
        " your managers and administrators read this.",
        rows=5,
    )
    promises = _part("Open promises", "What did we say that we would do?")
    complaints = _part("Complaints", "What went wrong, and where does it stand?")
    regular_orders = _part("Regular orders", "What do they order, how often, when next?")
    key_dates = _part("Key dates", "Renewals, fairs, birthdays: what not to miss.")
    next_step = _part("The best next step", "If you could do one more thing here, what?", rows=2)

    def texts(self) -> BriefTexts:
        """The arguments of ``handoffs.briefs``."""
        said = self.cleaned_data
        return BriefTexts(
            players=said["players"],
            policies=said["policies"],
            politics=said["politics"],
            promises=said["promises"],
            complaints=said["complaints"],
            regular_orders=said["regular_orders"],
            key_dates=said["key_dates"],
            next_step=said["next_step"],
        )


class QuestionForm(forms.Form):
    question = forms.CharField(
        label="What do you still need to know?", widget=forms.Textarea(attrs={"rows": 3})
    )
