"""Adopting a stranger's schema: a folder of SELECTs becomes views, and what is somebody else's stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import campaignkit
from campaignkit import CampaignFilter, cli
from campaignkit.domain.errors import InvalidInput, NotAllowed, StoreError
from campaignkit.importing.adopt import Adopted, adopt
from campaignkit.kit import Kit, database
from campaignkit.store.postgres import PostgresStore
from tests.postgres import Server

Folder = Callable[..., str]

# A stranger's message center: other names, numbers for keys, a status by number, moments without a zone.
THEIRS = """
create schema center;
create table center.jobs (
  id integer primary key, title text, sender text not null, state smallint not null, made timestamp not null,
  changed timestamp not null, failures integer, brand text not null
);
create table center.outbox (
  id bigint primary key, job integer not null references center.jobs, phone text not null, gone timestamp, answer text,
  answered timestamp, route text
);
create table center.log (job integer, step text, happened timestamp, remark text);
insert into center.jobs values
  (17, 'Spring', 'ACME', 3, '2026-03-02 09:00', '2026-03-02 10:00', 1, 'shop'),
  (18, 'Summer', 'ACME', 1, '2026-03-03 09:00', '2026-03-03 09:00', 0, 'bank');
insert into center.outbox values
  (1, 17, '+447946000900', '2026-03-02 09:01', 'ok', '2026-03-02 09:02', 'north'),
  (2, 17, '07946000901', '2026-03-02 09:01', 'dead', '2026-03-02 09:03', 'north'),
  (3, 17, '12345', null, null, null, null);
insert into center.log values (17, 'Sending', '2026-03-02 09:00', null), (17, 'Done', '2026-03-02 10:00', 'all gone');
"""
FILES = {
    "adapter.toml": 'name = "center"\nreads = "postgresql"\nzone = "Europe/Berlin"\nstat_table = "stats.csv"\n',
    "stats.csv": "alias,stat\nok,DELIVRD\ndead,UNDELIV\n",
    "campaigns.sql": """
select j.id as campaign_id, j.id::text as campaign_key, j.brand as workspace_id, j.title as name, j.sender as saddr,
       case j.state when 1 then 'New' when 2 then 'Sending' else 'Done' end as status,
       case when j.state > 1 then 'Approved' else 'Pending' end as moderation, j.failures as delivery_errors, j.made as created_at,
       j.changed as updated_at
from center.jobs j -- a comment is the last line""",
    "recipients.sql": """
select o.job as campaign_id, o.id as recipient_id, o.phone as ctn, o.route as esme, o.gone as sent_at, o.answer as smpp_code,
       o.answered as dlr_at, coalesce(o.gone, j.made) as created_at
from center.outbox o join center.jobs j on j.id = o.job;
""",
    "state_events.sql": "select job as campaign_id, step as phase, remark as reason, happened as occurred_at from center.log",
}


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    name = postgres.create("stranger")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def theirs(postgres: Server, url: str) -> Iterator[psycopg.Connection[Any]]:
    with postgres.connect("stranger") as connection:
        connection.execute(THEIRS.encode())
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return what writes the stranger's folder, with changes; None leaves a file out."""

    def write(**changes: str | None) -> str:
        place = tmp_path / "center"
        place.mkdir(exist_ok=True)
        for name, text in (FILES | {key.replace("__", "."): value for key, value in changes.items()}).items():
            path = place / name
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
        return str(place)

    return write


def adopted(url: str, folder: str, **more: Any) -> Adopted:
    store = database(url, writable=True)
    assert isinstance(store, PostgresStore)
    try:
        return adopt(folder, store, **more)
    finally:
        store.close()


def kit(url: str, **more: Any) -> Kit:
    return campaignkit.open(url, workspace="master", **more)


@pytest.mark.usefixtures("theirs")
def test_a_stranger_s_tables_are_the_contract_s_relations(url: str, folder: Folder) -> None:
    made = adopted(url, folder())
    assert (made.adapter, made.counts, made.unmapped, made.gone) == ("center", True, {}, ())
    found = kit(url)
    assert set(found.workspaces) == {"bank", "shop"}
    spring = next(row for row in found.campaigns.page().rows if row.name == "Spring")
    assert (spring.status, spring.total, spring.sent, spring.delivered, spring.errors) == ("Done", 3, 2, 1, 1)
    assert spring.delivery_errors == 1 and spring.created_at.isoformat() == "2026-03-02T08:00:00+00:00"
    rows = found.recipients.page(spring.external_id).rows
    assert [(row.recipient, row.stage, row.smpp_code, row.sms_result) for row in rows] == [
        ("****0900", "Delivered", "ok", "delivered"),
        ("****0901", "Delivered", "dead", "failed"),
        ("****45", "New", None, "unknown"),
    ]
    assert [step.phase for step in found.campaigns.history(spring.external_id).rows] == ["Done", "Sending"]
    assert found.campaigns.history(spring.external_id).not_provided == ()
    assert cli.main(["check", "--db", url]) == 0
    ids = [row.external_id for row in found.campaigns.page().rows]
    adopted(url, folder())
    assert [row.external_id for row in kit(url).campaigns.page().rows] == ids, "people quote them"


def test_numbers_are_read_as_they_stand_or_not_at_all(
    url: str, folder: Folder, theirs: psycopg.Connection[Any]
) -> None:
    adopted(url, folder())
    numbers = theirs.execute("select ctn from core.recipient_numbers").fetchall()
    assert numbers == [("+447946000900",)], "07946000901 is a number of no country, 12345 a short code"


@pytest.mark.usefixtures("theirs")
def test_counts_are_kept_where_the_source_says_what_changed(url: str, folder: Folder) -> None:
    adopted(url, folder())
    assert kit(url, role="operator").refresh().counted == 2
    assert cli.main(["check", "--db", url]) == 0
    adopted(url, folder(stats__csv="alias,stat\nok,UNDELIV\ndead,UNDELIV\n"))
    assert kit(url).campaigns.kpis().sms_sent == 0, "what was counted by another mapping does not hold"
    silent = FILES["campaigns.sql"].replace(
        "j.changed as updated_at", "j.changed::date is null as auto_start"
    )
    assert adopted(url, folder(campaigns__sql=silent)).counts is False
    with pytest.raises(StoreError, match="no kit.counted"):
        kit(url, role="operator").refresh()
    assert cli.main(["init", "--db", url]) == 0
    with pytest.raises(StoreError, match="no kit.counted"):
        kit(url, role="operator").refresh()
    adopted(url, folder(campaigns__sql=FILES["campaigns.sql"]))
    assert kit(url, role="operator").refresh().counted == 2


def test_without_campaigns_of_its_own_a_source_has_one_a_sender_and_day(
    url: str, folder: Folder, theirs: psycopg.Connection[Any]
) -> None:
    theirs.execute("insert into center.outbox values (4, 18, '1', '2026-03-02 23:30', null, null, null)")
    days = """
    select o.id::text as recipient_key, j.sender as saddr, o.gone as sent_at, o.phone as ctn
    from center.outbox o join center.jobs j on j.id = o.job where o.gone is not null"""
    adopted(url, folder(campaigns__sql=None, state_events__sql=None, recipients__sql=days), workspace="all")
    (row,) = kit(url).campaigns.page().rows
    assert (row.saddr, row.total, row.workspace_id, row.status) == ("ACME", 3, "all", "Done")
    assert cli.main(["check", "--db", url]) == 0


@pytest.mark.usefixtures("theirs")
def test_without_delivery_reports_nothing_is_called_delivered_or_failed(
    url: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = FILES["recipients.sql"].replace("o.answer as smpp_code,\n       o.answered as dlr_at, ", "")
    adopted(
        url,
        folder(
            recipients__sql=silent,
            campaigns__sql=FILES["campaigns.sql"].replace("j.failures as delivery_errors, ", ""),
        ),
    )
    found = kit(url)
    assert found.campaigns.kpis().sms_sent is None and found.campaigns.kpis().errors == 0
    for campaign in found.campaigns.page().rows:
        assert (campaign.delivered, campaign.errors) == (None, None)
    spring = next(row for row in found.campaigns.page().rows if row.name == "Spring")
    assert found.campaigns.page().frame["delivered"].to_list() == [None]
    shown = found.campaigns.show(spring.external_id)
    assert (shown.badge.failed_rows, shown.badge.badge) == (None, None)
    assert {"delivered", "errors", "failed_rows"} <= set(shown.not_provided)
    assert [(day.sent, day.delivered) for day in found.campaigns.activity(spring.external_id).rows] == [
        (2, None)
    ]
    assert found.errors.of(spring.external_id).not_provided == ("job_errors", "messages")
    for command in ("show", "activity", "errors", "recipients"):
        assert cli.main([command, spring.external_id, "--db", url, "--workspace", "master"]) == 0
    said = capsys.readouterr().out
    assert "delivered                 0" not in said and "nothing was refused" not in said


@pytest.mark.usefixtures("theirs")
def test_receipts_of_their_own_are_folded_onto_the_messages(url: str, folder: Folder) -> None:
    plain = """
    select o.job as campaign_id, 'm' || o.id as recipient_key, o.phone as ctn, o.gone as sent_at, coalesce(o.gone, now()) as created_at
    from center.outbox o"""
    receipts = """
    select o.job as campaign_id, 'm' || o.id as recipient_key, s.stat, 'E' || o.id as err, o.gone + s.after as received_at
    from center.outbox o,
      (values ('DELIVRD', interval '1 min'), ('ACCEPTD', interval '2 min'), ('UNKNOWN', interval '3 min'), ('', interval '9 min')) as s (stat, after)
    where o.gone is not null"""
    adopted(url, folder(recipients__sql=plain, receipts__sql=receipts))
    spring = next(row for row in kit(url).campaigns.page().rows if row.name == "Spring")
    rows = kit(url).recipients.page(spring.external_id).rows
    assert sorted(str(row.smpp_code) for row in rows) == ["DELIVRD", "DELIVRD", "None"]
    assert spring.delivered == 2


# ── again ────────────────────────────────────────────────────────────────────


def test_what_is_not_ours_is_neither_replaced_nor_dropped(
    url: str, folder: Folder, theirs: psycopg.Connection[Any]
) -> None:
    theirs.execute("create schema core; create view core.campaigns as select 1 as one")
    with pytest.raises(
        StoreError, match=r"core.campaigns is there in .* already, a view that `adopt` has not made"
    ):
        adopted(url, folder())
    theirs.execute("drop view core.campaigns; create table core.job_errors (x integer)")
    with pytest.raises(StoreError, match="core.job_errors is there in .* already, a table"):
        adopted(url, folder())
    assert theirs.execute("select count(*) from pg_views where schemaname = 'core'").fetchone() == (0,)
    assert theirs.execute("select count(*) from pg_tables where schemaname = 'kit'").fetchone() == (0,)


def test_a_database_of_our_own_is_not_adopted(
    url: str, folder: Folder, theirs: psycopg.Connection[Any]
) -> None:
    assert cli.main(["init", "--db", url]) == 0
    with pytest.raises(StoreError, match="a table that `adopt` has not made: nothing was changed"):
        adopted(url, folder())
    assert theirs.execute("select count(*) from core.campaigns").fetchone() == (0,)


def test_repeated_it_changes_nothing_and_keeps_what_the_site_has_hung_on_the_views(
    url: str, folder: Folder, theirs: psycopg.Connection[Any], postgres: Server
) -> None:
    adopted(url, folder())
    postgres.login("bob_adopts")
    theirs.execute("grant select on core.campaigns to bob_adopts")
    theirs.execute(TRIGGER.encode())
    state = "select oid, relname, relacl::text, obj_description(oid) from pg_class where relnamespace = 'core'::regnamespace order by 2"
    before = theirs.execute(state).fetchall()
    adopted(url, folder())
    assert theirs.execute(state).fetchall() == before
    assert theirs.execute("select count(*) from pg_trigger where tgname = 'take'").fetchone() == (1,)
    without = FILES["campaigns.sql"].replace("j.failures as delivery_errors, ", "")
    assert adopted(url, folder(campaigns__sql=without, state_events__sql=None)).gone == ("core.state_events",)
    assert set(kit(url).campaigns.show(kit(url).campaigns.page().rows[0].external_id).not_provided) >= {
        "counter"
    }
    assert theirs.execute("select count(*) from pg_trigger where tgname = 'take'").fetchone() == (1,)
    adopted(url, folder(campaigns__sql=FILES["campaigns.sql"]))
    theirs.execute("create view center.mine as select * from core.campaigns")
    with pytest.raises(StoreError, match=r"something of the site's own is built on them \(view center.mine"):
        adopted(url, folder(campaigns__sql=without))
    assert theirs.execute("select count(*) from center.mine").fetchone() == (2,)


TRIGGER = """
create function center.take() returns trigger language plpgsql as $$
begin
  update center.jobs
  set state = case new.status when 'Pending' then 2 when 'Cancelled' then 9 else state end, changed = new.updated_at at time zone 'Europe/Berlin'
  where id = old.campaign_id;
  return new;
end
$$;
create trigger take instead of update on core.campaigns for each row execute function center.take()
"""


# ── actions ──────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("theirs")
def test_a_source_that_takes_no_change_is_asked_and_offers_none(
    url: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    calculated = FILES["campaigns.sql"].replace(
        "from center.jobs j", "from (select distinct * from center.jobs) j"
    )
    adopted(url, folder(campaigns__sql=calculated))
    found = kit(url, role="moderator")
    (row,) = found.campaigns.page(CampaignFilter(view="queue")).rows  # type: ignore[arg-type]
    summer = found.campaigns.find(row.external_id)
    assert summer.actions == ("archive",)
    status = cli.main(
        ["--role", "moderator", "approve", summer.external_id, "--db", url, "--workspace", "master"]
    )
    said = capsys.readouterr().err
    assert (status, said.count("\n")) == (1, 1) and "approve is not provided by this source" in said
    found.campaigns.note(summer.external_id, "seen")
    assert found.campaigns.archive(summer.external_id).archived
    assert found.campaigns.find(summer.external_id).actions == ("restore",)
    assert [row.action for row in found.audit.of(summer.external_id).rows] == ["archived", "note"]


def test_with_a_trigger_of_the_site_s_the_source_takes_what_people_do(
    url: str, folder: Folder, theirs: psycopg.Connection[Any]
) -> None:
    adopted(url, folder())
    theirs.execute(TRIGGER.encode())
    found = kit(url, role="moderator")
    (summer,) = found.campaigns.page(CampaignFilter(view="queue")).rows  # type: ignore[arg-type]
    assert summer.actions == ("approve", "reject")
    assert found.campaigns.approve(summer.external_id).status == "Pending"
    assert theirs.execute("select state from center.jobs where id = 18").fetchone() == (2,)
    shown = found.campaigns.show(summer.external_id)
    assert (shown.campaign.status, shown.actions) == ("Sending", ("cancel",)), "as the mapping reads it back"
    (entry,) = found.audit.of(summer.external_id).rows
    assert (entry.action, entry.actor) == ("approved", "postgres")


# ── a folder that is not right ───────────────────────────────────────────────


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipients__sql": "select o.id as recipient_id from center.outbox o"}, "must yield campaign_id or campaign_key"),
        ({"recipients__sql": "select job as campaign_id from center.outbox o"}, "must yield recipient_id or recipient_key"),
        ({"campaigns__sql": "select 1 as campaign_id"}, "campaigns.sql of adapter center must yield saddr"),
        ({"campaigns__sql": "select 1 as campaign_id, 'a' as saddr, 2 as recipents"}, "a column recipents that is not known"),
        ({"recipients__sql": "select 1 as campaign_id, 2 as recipient_id, 'x' as sms_result"}, "which follows from smpp_code"),
        ({"campaigns__sql": "select 1 as campaign_id, 'a' as saddr, 'b' as saddr"}, "yields a column twice"),
        ({"campaigns__sql": "select nothing from center.jobs"}, 'campaigns.sql of adapter center is not valid: column "nothing"'),
        ({"campaigns__sql": "selec 1"}, "campaigns.sql of adapter center is not valid: syntax error"),
        ({"campaigns__sql": "select 1; select 2"}, "campaigns.sql of adapter center is not valid: syntax error"),
        ({"campaigns__sql": "delete from center.jobs returning id"}, "campaigns.sql of adapter center is not valid: "),
        ({"campaigns__sql": "select point(1, 2) as campaign_id, 'a' as saddr"}, "campaigns.sql of adapter center is not valid: cannot cast"),
        ({"other__sql": "select 1"}, "other.sql is no part of an adapter"),
        ({"campaigns__sql": None, "recipients__sql": None}, "neither recipients.sql nor campaigns.sql"),
        ({"campaigns__sql": None, "state_events__sql": None}, "yields a column campaign_id that is not known"),
        ({"adapter__toml": 'name = "a"\nreads = "csv"\ncolumns = ["x"]\n'}, "reads files: `campaignkit import` takes it"),
        ({"adapter__toml": 'name = "a"\nreads = "postgresql"\ncountry = "GB"\n'}, "sets country, which is for files"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)  # fmt: skip
def test_a_folder_that_is_not_right_is_a_sentence_and_makes_nothing(
    url: str, folder: Folder, changes: dict[str, str | None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["adopt", folder(**changes), "--db", url]) == 1
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
    with psycopg.connect(url) as connection:
        made = "select count(*) from pg_namespace where nspname in ('core', 'kit')"
        assert connection.execute(made).fetchone() == (0,)


def test_who_may_not_is_told(
    url: str, folder: Folder, theirs: psycopg.Connection[Any], postgres: Server
) -> None:
    postgres.login("bob_adopts")
    theirs.execute(
        f"grant create on database {postgres.called('stranger')} to bob_adopts;"
        " grant usage on schema center to bob_adopts"
    )
    with pytest.raises(
        NotAllowed, match=r"permission denied for table \w+; adopt as a login that may read the source"
    ):
        adopted(postgres.url("stranger", "bob_adopts"), folder())


def test_adopt_is_for_servers_and_bundled_folders_over_files_are_not(
    url: str, folder: Folder, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="reads files"):
        adopted(url, "jasmin-log")
    with pytest.raises(InvalidInput, match="master is the view"):
        adopted(url, folder(), workspace="master")
    assert cli.main(["adopt", "kannel-sqlbox", "--db", str(tmp_path / "a.duckdb")]) == 1


@pytest.mark.usefixtures("theirs")
def test_check_counts_what_a_mapping_violates(
    url: str, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = FILES["campaigns.sql"].replace("else 'Done'", "else 'Finished'")
    assert cli.main(["adopt", folder(campaigns__sql=wrong), "--db", url]) == 0
    assert "status_check  core.campaigns     1" in capsys.readouterr().out
    assert cli.main(["check", "--db", url]) == 1
