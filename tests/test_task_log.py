"""The admin's table of tasks: what workers write into it, and what it shows."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dramatiq
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_dramatiq.models import Task
from django_dramatiq.utils import load_middleware
from dramatiq.brokers.stub import StubBroker

from matchmaker import services
from matchmaker.models import Member
from matchmaker.tasks import send_match_mail
from project.task_log import KEPT_FOR
from tests.factories import MemberFactory

TASKS = reverse("admin:django_dramatiq_task_changelist")
# What is about a whole process, which here is that of all tests.
OF_A_PROCESS = {
    "project.heartbeats.WorkerHeartbeat",
    "project.lib.database.workers.BoundedWaits",
}
# All else that the service gives its broker.
MIDDLEWARE = [
    path for path in settings.DRAMATIQ_BROKER["MIDDLEWARE"] if path not in OF_A_PROCESS
]


@pytest.fixture
def work(transactional_db) -> Callable[[Callable[[int], None]], int]:
    """Have a worker run a function as an actor with the number 7, and return how often
    it was called."""
    calls = 0

    def run(function: Callable[[int], None]) -> int:
        def counted(pk: int) -> None:
            nonlocal calls
            calls += 1
            function(pk)

        broker = StubBroker(middleware=[load_middleware(path) for path in MIDDLEWARE])
        broker.emit_after("process_boot")
        actor = dramatiq.actor(
            counted, broker=broker, actor_name=function.__name__, max_retries=0
        )
        actor.send(7)
        worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=1)
        worker.start()
        try:
            broker.join(actor.queue_name, fail_fast=False)
            worker.join()
        finally:
            worker.stop()
        return calls

    return run


def options_of(task: Task) -> dict[str, Any]:
    return json.loads(bytes(task.message_data))["options"]


def test_task_is_running_and_then_done(work):
    seen: list[str] = []

    def look(pk: int) -> None:
        seen.append(Task.tasks.get().status)

    work(look)

    task = Task.tasks.get()
    assert seen == [Task.STATUS_RUNNING]
    assert (task.status, task.actor_name) == (Task.STATUS_DONE, "look")
    message = json.loads(bytes(task.message_data))
    assert (message["args"], message["kwargs"], message["options"]) == ([7], {}, {})
    assert task.created_at <= task.updated_at


def test_failed_task_tells_where_and_nothing_of_whom(work):
    addresses = [member.email for member in MemberFactory.create_batch(2)]

    def refused(pk: int) -> None:
        try:
            raise ValueError(addresses[0])
        except ValueError as error:
            raise RuntimeError(addresses[1]) from error

    work(refused)

    task = Task.tasks.get()
    assert task.status == Task.STATUS_FAILED
    assert b"@" not in bytes(task.message_data)
    lines = options_of(task)["traceback"].splitlines()
    assert lines[-1] == "builtins.RuntimeError"
    assert any("in refused" in line for line in lines)


def test_sending_writes_no_row(ann, django_capture_on_commit_callbacks):
    bob = MemberFactory()
    services.like_member(bob, ann.pk)

    with django_capture_on_commit_callbacks(execute=True) as sent:
        services.like_member(ann, bob.pk)

    assert len(sent) >= 2
    assert not Task.tasks.exists()


def test_task_runs_where_no_row_can_be_written(work, caplog):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE django_dramatiq_task ADD CONSTRAINT none CHECK (false)"
        )
    try:
        runs = work(lambda pk: Member.objects.count())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_dramatiq_task DROP CONSTRAINT none")

    assert runs == 1
    assert not Task.tasks.exists()
    assert "Unexpected failure in before_process_message" in caplog.text


def add_task(status: str = Task.STATUS_DONE, **options: Any) -> Task:
    message = send_match_mail.message_with_options(args=(7,), **options)
    Task.tasks.create_or_update_from_message(
        message, status=status, actor_name=message.actor_name
    )
    return Task.tasks.get(pk=message.message_id)


def test_sweeper_forgets_old_tasks(db):
    old, recent = add_task(), add_task()
    for task, age in ((old, KEPT_FOR), (recent, KEPT_FOR - timedelta(minutes=5))):
        Task.tasks.filter(pk=task.pk).update(updated_at=timezone.now() - age)

    call_command("sweep", once=True)

    assert [*Task.tasks.all()] == [recent]


@pytest.fixture
def office(plain_static_files, admin_client: Client) -> Client:
    return admin_client


def test_list_is_filtered_by_state_and_work(office):
    done, failed = add_task(), add_task(Task.STATUS_FAILED)

    def listed(**query: str) -> set[Task]:
        return {*office.get(TASKS, query).context["cl"].result_list}

    assert listed() == {done, failed}
    assert listed(state="failed") == {failed}
    assert listed(work="match_mail") == {done, failed}
    assert listed(work="publication") == set()


def test_page_names_the_work_and_escapes_what_was_raised(office):
    task = add_task(Task.STATUS_FAILED, traceback="<script>alert(1)</script>")

    html = office.get(reverse("admin:django_dramatiq_task_change", args=[task.pk])).text

    assert "Mail about a match: 7" in html
    assert reverse("admin:matchmaker_matchmail_change", args=[7]) in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_list_costs_the_same_for_any_number(office, django_assert_num_queries):
    for _ in range(2):
        add_task()
        # The session, its member, the count, the rows.
        with django_assert_num_queries(4):
            office.get(TASKS)


def test_nobody_writes_tasks_in_the_admin(office):
    page = reverse("admin:django_dramatiq_task_change", args=[add_task().pk])

    assert office.post(page, {"status": "done"}).status_code == 403
    assert office.get(f"{TASKS}add/").status_code == 403
    assert (
        office.post(page.replace("change", "delete"), {"post": "yes"}).status_code
        == 403
    )
