"""Gifts from a file: looked at first, recorded together, never twice."""

import contextlib
import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from supporters import exporting
from supporters.importing import files, recording, rows
from supporters.models import Contribution, Payment, Supporter
from tests.factories import make_user
from tests.supporters.factories import (
    make_contribution,
    make_payment,
    make_refund,
    make_supporter,
)

HEADER = "name,email,amount,date,method,reference,note\n"
JO = "Jo Doe (made up),JO@example.org,25.50,2026-03-01,cheque,bank-1,thank by post\n"
CHRIS = "Chris Roe (made up),,10,2026-03-02,cash,,\n"


def looked_at(text: str | bytes) -> recording.DryRun:
    content = text if isinstance(text, bytes) else text.encode()
    return recording.dry_run(content, currency="USD")


def problems(line: str) -> str:
    sheet = files.read((HEADER + line).encode())
    (bad,) = rows.understand(sheet, currency="USD").bad
    return " ".join(bad.problems)


def refusal(text: str | bytes) -> str:
    with pytest.raises(ValidationError) as error:
        looked_at(text)
    return " ".join(error.value.messages)


@pytest.fixture
def desk(client: Client) -> Client:
    user = make_user("keeper")
    user.groups.add(Group.objects.get(name="Supporter admin"))
    client.force_login(user)
    return client


PAGE = "admin:supporters_contribution_import_gifts"


def sent(desk: Client, text: str | bytes, name: str = "gifts.csv") -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    form = {"file": SimpleUploadedFile(name, content), "currency": "USD"}
    return desk.post(reverse(PAGE), form)


def confirmed(desk: Client, shown: Any) -> Any:
    return desk.post(reverse(PAGE), {"checked": shown.context["checked"]}, follow=True)


@pytest.mark.django_db
def test_a_file_is_shown_first_and_recorded_when_confirmed(desk: Client) -> None:
    shown = sent(desk, HEADER + JO + CHRIS)

    assert "2 gifts are new." in shown.content.decode()
    assert not Payment.objects.exists()
    assert "2 gifts are recorded." in confirmed(desk, shown).content.decode()
    gift = Contribution.objects.get(supporter__email="jo@example.org")
    assert (gift.amount, gift.method, gift.note) == (2550, "cheque", "thank by post")
    assert str(gift.recorded_by) == "keeper"
    assert gift.payments.get().provider_id == "file:bank-1"
    assert LogEntry.objects.get().change_message == "Imported 2 gifts from a file."


@pytest.mark.django_db
def test_the_same_file_again_adds_nothing(desk: Client) -> None:
    confirmed(desk, first := sent(desk, HEADER + JO + CHRIS))

    again = sent(desk, HEADER + JO + CHRIS)
    confirmed(desk, first)

    assert "2 gifts are recorded already" in again.content.decode()
    assert Payment.objects.count() == Supporter.objects.count() == 2


@pytest.mark.django_db
def test_a_reference_with_another_amount_is_a_bad_line() -> None:
    recording.record(looked_at(HEADER + JO).new, by=make_user(), name="gifts.csv")

    (bad,) = looked_at(HEADER + JO.replace("25.50", "30")).bad

    assert bad.problems == ["This reference is recorded with another amount."]


@pytest.mark.django_db
def test_good_lines_are_recorded_while_bad_ones_are_listed(desk: Client) -> None:
    shown = sent(desk, HEADER + JO + "Nobody,,much,yesterday,,,\n")

    html = shown.content.decode()
    assert "1 line cannot be recorded." in html
    assert "Amount: Write the amount in figures" in html
    assert "Date: write it as year-month-day" in html
    confirmed(desk, shown)
    assert Payment.objects.get().amount == 2550


@pytest.mark.django_db
def test_two_gifts_of_one_address_are_one_person_also_if_known_before() -> None:
    known = make_supporter(email="jo@example.org")
    text = HEADER + JO + JO.replace("bank-1", "bank-2") + CHRIS + CHRIS.replace("Chris", "Chriss")

    recording.record(looked_at(text).new, by=make_user(), name="gifts.csv")

    assert known.contributions.count() == 2
    assert Supporter.objects.count() == 3


OFTEN = "email,amount,date,how often\n"


def test_a_file_may_say_how_often_each_gift_comes() -> None:
    words = ["", "Once", "one-off", "monthly", "every month", "Annual", "yearly"]
    lines = [f"jo@example.org,{place},2026-03-01,{word}\n" for place, word in enumerate(words, 1)]
    read = rows.understand(files.read((OFTEN + "".join(lines)).encode()), currency="USD")

    often = [gift.frequency for gift in read.gifts]
    assert often == ["once", "once", "once", "monthly", "monthly", "yearly", "yearly"]
    assert not read.bad


@pytest.mark.django_db
def test_how_often_is_no_part_of_what_a_line_is_known_by(desk: Client) -> None:
    plain, monthly = (f"jo@example.org,10,2026-03-01,{often}\n" for often in ("", "monthly"))
    shown = sent(desk, OFTEN + monthly)
    assert "<td>every month</td>" in shown.content.decode()
    confirmed(desk, shown)

    assert len(looked_at(OFTEN + plain).known) == 1


@pytest.mark.django_db
def test_what_comes_every_month_is_one_gift_with_its_payments() -> None:
    months = [f"jo@example.org,10,2026-0{month}-01,monthly\n" for month in (3, 1, 2)]
    other = ["jo@example.org,15,2026-01-01,monthly\n", "jo@example.org,10,2026-01-05,once\n"]
    keeper = make_user()
    for text in (months[:2] + other, months):
        recording.record(looked_at(OFTEN + "".join(text)).new, by=keeper, name="gifts.csv")

    regular = Contribution.objects.get(frequency="monthly", amount=1000)
    assert regular.payments.count() == 3
    assert regular.pledged_on == date(2026, 1, 1)
    assert Contribution.objects.count() == 3


@pytest.mark.django_db
def test_our_own_export_comes_back_as_it_went() -> None:
    danger = "=Jo (made up),jo@example.org,10,2026-03-01,{},,monthly\n"
    header = "name,email,amount,date,reference,note,how often\n"
    text = header + danger.format("") + danger.format("-7").replace("monthly", "once")
    recording.record(looked_at(text).new, by=make_user(), name="gifts.csv")
    by_hand = make_payment(make_contribution(method="cheque"))
    refund, by_card = (
        make_refund(by_hand),
        make_payment(make_contribution(make_supporter(2)), provider="stripe", provider_id="pi_1"),
    )
    exported = "".join(exporting.payments(Payment.objects.all()))

    here = looked_at(exported)
    assert (len(here.new), len(here.known)) == (0, 3)
    assert [" ".join(bad.problems) for bad in here.bad] == [
        "Kind: only payments are imported: record what went back at the gift.",
        "Provider: “stripe” is no gift that came by hand.",
    ]
    assert (refund.kind, by_card.provider) == ("refund", "stripe")

    elsewhere = rows.understand(files.read(exported.encode()), currency="USD").gifts
    assert [(gift.name, gift.amount, str(gift.received_on)) for gift in elsewhere] == [
        ("=Jo (made up)", 1000, "2026-03-01"),
        ("=Jo (made up)", 1000, "2026-03-01"),
        ("Supporter 1", 2500, "2026-03-01"),
    ]
    assert [gift.frequency for gift in elsewhere] == ["monthly", "once", "once"]


@pytest.mark.django_db
def test_a_made_up_supporter_is_given_no_real_gift() -> None:
    make_supporter(email="jo@example.org", is_demonstration=True)

    assert looked_at(HEADER + JO).bad[0].problems == ["This address is of a made-up supporter."]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",,25,2026-03-01,,,", "Neither a name nor an e-mail address"),
        ("Jo,not an address,25,2026-03-01,,,", "Email: Enter an e-mail address"),
        (
            'Jo,"jo@example.org\nBcc: all@example.org",25,2026-03-01,,,',
            "Email: write it on one line",
        ),
        ("Jo,,-25,2026-03-01,,,", "Amount: The amount must be above zero."),
        ("Jo,,25.505,2026-03-01,,,", "Amount: USD has at most 2 decimals"),
        ("Jo,,99999999999999,2026-03-01,,,", "Amount: The amount is too large"),
        ("Jo,,25,2999-01-01,,,", "Date: this day is still to come."),
        ("Jo,,25,0001-01-01,,,", "Date: the year cannot be right."),
        ("Jo,,25,03/04/2026,,,", "Date: write it as year-month-day"),
        ("Jo,,25,2026-02-30,,,", "Date: write it as year-month-day"),
        ("Jo,,25,2026-03-01,pledge,,", "Method: write card, transfer, cheque or cash."),
        (f"{'x' * 201},,25,2026-03-01,,,", "Name: at most 200 characters."),
        (f"{'😀' * 10000},,25,2026-03-01,,,", "Name: at most 200 characters."),
        (f"Jo,,25,2026-03-01,,{'r' * 201},", "Reference: at most 200 characters."),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, sentence: str) -> None:
    assert sentence in problems(line + "\n")


def test_an_unknown_word_for_how_often_is_refused_with_those_that_are_known() -> None:
    text = OFTEN + "jo@example.org,10,2026-03-01,weekly\n"
    (bad,) = rows.understand(files.read(text.encode()), currency="USD").bad

    assert bad.problems == ["How often: write once, monthly or yearly."]


def test_a_line_that_stands_twice_needs_a_reference() -> None:
    read = rows.understand(files.read((HEADER + CHRIS + CHRIS).encode()), currency="USD")

    assert len(read.gifts) == 1
    assert "The same as line 2." in read.bad[0].problems[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing in the file."),
        ("\n\n", "There is nothing in the file."),
        ("name,email,date\nJo,,2026-03-01\n", "A column is missing: amount."),
        ("amount,date\n25,2026-03-01\n", "A column is missing: name or email."),
        ("name,name,amount,date\n", "Two columns are called “name”"),
        ('name,amount,date\n"Jo,25,2026-03-01\n', "a quotation mark that is never closed"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither a CSV nor an Excel file"),
        (b"PK\x03\x04 no zip at all", "This Excel file cannot be read"),
        (b"x" * (files.LARGEST + 1), "larger than 5 MB"),
        ("name\n" + "x\n" * (files.MOST_LINES + 1), "more than 20,000 lines"),
        ("," * 200, "more than 100 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    text: str | bytes, sentence: str
) -> None:
    assert sentence in refusal(text)


def test_latin_1_is_read_and_said() -> None:
    sheet = files.read((HEADER + "Zoë,,25,2026-03-01,,,\n").encode("latin-1"))

    assert sheet.lines[0].cells[0] == "Zoë"
    assert "not in UTF-8" in sheet.notes[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_common_way_to_write_csv_is_read(delimiter: str, encoding: str) -> None:
    text = (HEADER + JO).replace(",", delimiter)

    read = rows.understand(files.read(text.encode(encoding)), currency="USD")

    assert read.gifts[0].email == "jo@example.org"


def workbook(*lines: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_excel_is_read_with_its_dates_and_numbers() -> None:
    content = workbook(["Name", "E-mail", "Amount", "Date"], ["Jo", "", 25.5, date(2026, 3, 1)])

    (gift,) = rows.understand(files.read(content), currency="USD").gifts

    assert (gift.amount, gift.received_on) == (2550, date(2026, 3, 1))


def test_a_formula_is_refused_not_worked_out() -> None:
    content = workbook(["name", "amount", "date"], ["Jo", "=20+5", date(2026, 3, 1)])

    (bad,) = rows.understand(files.read(content), currency="USD").bad

    assert bad.problems == ["Amount: a formula stands here: write what it comes to."]


def test_a_column_that_nobody_knows_is_named() -> None:
    sheet = files.read(b"name,amount,date,shoe size\nJo,25,2026-03-01,42\n")

    assert rows.understand(sheet, currency="USD").notes == [
        "These columns are not used: “shoe size”."
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    with contextlib.suppress(ValidationError):
        rows.understand(files.read(content), currency="USD")


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_what_a_csv_holds_is_read_as_it_was_written(cells: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("name", "amount"), *cells])

    sheet = files.read(text.getvalue().encode())

    assert [tuple(line.cells) for line in sheet.lines] == [
        pair for pair in cells if any(cell.strip() for cell in pair)
    ]


@pytest.mark.django_db
def test_what_was_changed_on_the_way_is_not_recorded(desk: Client) -> None:
    shown = sent(desk, HEADER + JO)

    page = desk.post(reverse(PAGE), {"checked": shown.context["checked"][:-2] + "xx"}, follow=True)

    assert "Nothing was recorded" in page.content.decode()
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_the_command_records_all_or_says_why_not(tmp_path: Path, capsys: Any) -> None:
    make_user("keeper")
    file = tmp_path / "gifts.csv"
    file.write_text(HEADER + JO + "Nobody,,much,2026-03-01,,,\n")

    with pytest.raises(CommandError, match="Nothing was recorded"):
        call_command("import_gifts", str(file), by="keeper")
    assert not Payment.objects.exists()
    call_command("import_gifts", str(file), by="keeper", skip_bad=True)

    assert Payment.objects.count() == 1
    assert "line 3: Amount: Write the amount in figures" in capsys.readouterr().out
