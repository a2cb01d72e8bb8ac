"""The demo's year, night by night and day by day, through the verbs that people use.

Most accounts are worked on and stay. Some fall quiet in somebody's name, are warned, swept,
claimed and worked on again; some are let go early; briefs are good, thin, late or never written.
"""

import datetime as dt

from accounts_app.models import Account
from operations import nightly
from operations.demo.company import Company
from operations.demo.handing_on import HandingOn
from operations.demo.talks import STEADY, Talks
from operations.demo.turns import Turns

FADES_SHARE = 0.3
WARNED_AT_THE_END = {"alice": 3, "bob": 3, "carla": 2, "dev": 1}
WARNED_OF_OTHERS = 1
WARNING_DAYS = (73, 86)
"""So many days after its last talk an account is in its warning days."""


class Year:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.talks = Talks(company)
        self.handing_on = HandingOn(company, self.talks)
        self.turns = Turns(company, self.talks, self.handing_on)

    def live(self) -> None:
        """Every day until yesterday: the night first, then the day's work."""
        self._make_plans()
        self.turns.put_on_agenda()
        for day in self.company.days():
            night = nightly.run(day, now=self.company.now, by=self.company.system)
            if night.run.pooled:
                self.handing_on.swept(day)
            self.talks.put_on_agenda(day)
            self.company.agenda.work_off(day)

    def _make_plans(self) -> None:
        """Some accounts of each rep are in their warning days at the end; others fade before."""
        for rep in self.company.reps:
            held = list(Account.objects.held_by(rep).order_by("pk"))
            wanted = WARNED_AT_THE_END.get(rep.username, WARNED_OF_OTHERS)
            safe = [account for account in held if self._will_not_be_lost_before(account)]
            warned = safe[: min(wanted, len(held) // 2)]
            for account in held:
                if account in warned:
                    self._plan(account, until=self._warned_at_the_end(), pace=STEADY)
                else:
                    self._plan(account, until=self._falls_quiet())

    def _plan(
        self, account: Account, *, until: dt.date | None, pace: tuple[int, int] | None = None
    ) -> None:
        self.talks.plan(account.pk, since=self.company.first, until=until, pace=pace)

    def _will_not_be_lost_before(self, account: Account) -> bool:
        """No contract keeps it alive, and somebody has talked to them of late."""
        since = self.company.first - dt.timedelta(days=45)
        talked = account.engaged_on is not None and account.engaged_on >= since
        return talked and account.contract_until is None

    def _warned_at_the_end(self) -> dt.date:
        return self.company.from_end(self.company.chance.randint(*WARNING_DAYS))

    def _falls_quiet(self) -> dt.date | None:
        if not self.company.happens(FADES_SHARE):
            return None
        length = (self.company.today - self.company.first).days
        return self.company.first + self.company.some(5, max(6, length - 100))
