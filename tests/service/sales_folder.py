"""A folder of a small sales team for the tests of the command line: policies, facts, and a way to call `meed`."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from meed.service.cli import run

PAY = """policy "小队 pay" { version: "3"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
let attainment of rep = bookings / rep.quota else 0%

scheme hunters for competitive per quarter {
  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }
  pay race = prize rank of bookings within rep.region where attainment >= 50% ties share { 1: 1_000  2: 500 }
  award "Quarter" when attainment >= 100%
  total at most 9_000
}
scheme keepers for conservative per month {
  pay base = 3% of bookings when (attainment over quarter) >= 1%
  pay ytd over year = retroactive bookings { from 0: 1%  from 10_000: 1.5% }
  total at least 800
}
"""
GIVE = """policy "小队 leads" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
assign lead {
  needs rep.on_duty
  rule returning when lead.account_owner is known
    to lead.account_owner
  rule large when lead.value >= 300_000
    to any rep where rep.region is "Nowhere" by round_robin
    if nobody hold "large desk"
  rule fair when lead.source is "fair"
    to any rep by random (step tenure { from 0 months: 1  from 24 months: 3 })
  otherwise to any rep by round_robin
  if nobody hold "ops desk"
}
"""
REPS = """id,name,type,team,region,hired,quota,on_duty
R1,Ann,competitive,Lions,East,2020-01-01,100000,yes
R2,李伟,竞争型,Lions,East,2020-01-01,50000,yes
R3,Cho,conservative,Bears,West,2021-05-01,90000,yes
R4,Dee,conservative,Bears,West,2025-12-01,90000,no
"""
DEALS = """id,owner,amount,stage,closed,created,kind
D01,R1,80000,won,2026-01-05,2025-12-01,new
D02,R1,60000.50,won,2026-02-11,2025-12-01,new
D03,R2,70000,won,2026-03-01,2025-12-01,new
D04,R2,5,lost,2026-03-02,2025-12-01,new
D05,R3,1000.33,won,2026-01-07,2025-12-01,new
D06,R3,2000,won,2026-01-09,2025-12-01,new
D07,R3,9000,won,2026-02-01,2025-12-01,new
D08,R1,700,won,2026-05-01,2025-12-01,new
D09,R1,70,open,,2025-12-01,new
"""
LEADS = """id,created,source,value,account_owner
L01,2026-01-01T09:00,web,100,
L02,2026-01-01T09:00,web,100,R1
L03,2026-01-02T10:30,fair,100,
L04,2026-01-03T10:30,fair,100,
L05,2026-02-03T10:30,fair,100,
L06,2026-02-04T10:30,web,400000,
L07,2026-02-05T10:30,web,100,
L08,2026-02-06T10:30,web,100,
"""
PAID = ("simulate", "pay.meed", "--facts", "rep=reps.csv", "deal=deals.csv", "--period", "2026", "--out", "out")
GIVEN = ("assign", "give.meed", "--facts", "rep=reps.csv", "lead=leads.csv", "--out", "given/who.csv")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_float=str)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class SalesFolder:
    """The current folder, with `pay.meed`, `give.meed`, `reps.csv`, `deals.csv` and `leads.csv` in it."""

    path: Path
    capture: pytest.CaptureFixture[str]

    def meed(self, *args: str) -> Said:
        self.capture.readouterr()
        code = run(args)
        said = self.capture.readouterr()
        return Said(code, said.out, said.err)

    def fine(self, *args: str) -> Said:
        """A command that ends well."""
        said = self.meed(*args)
        assert said.code == 0, said.err
        return said

    def write(self, name: str, text: str) -> Path:
        path = self.path.joinpath(name)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def read(self, name: str) -> str:
        return self.path.joinpath(name).read_text(encoding="utf-8")

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(self.read(name).splitlines()))

    def everything_in(self, folder: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.path.joinpath(folder).iterdir())}


def sales_folder(path: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> SalesFolder:
    """The folder with its files, made the current one."""
    patch.chdir(path)
    made = SalesFolder(path, capture)
    files = {"pay.meed": PAY, "give.meed": GIVE, "reps.csv": REPS, "deals.csv": DEALS, "leads.csv": LEADS}
    for name, text in files.items():
        made.write(name, text)
    return made
