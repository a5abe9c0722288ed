"""Each event published once, whatever dies: real workers, sweepers and Redis."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from events.models import Event
from tests.harness.daphne import Server, daphne
from tests.harness.database import Backends, waiting_processes
from tests.harness.processes import SWEEPER, WORKER
from tests.harness.publication import Publications
from tests.harness.waiting import PATIENCE_S, wait_until

CREATE = "/api/events/create/"
WRONG_CLOCK = Path(__file__).parent / "wrong_clock"


@pytest.fixture(scope="module")
def hasty(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    """A server whose events are due a second after their creation."""
    folder = tmp_path_factory.mktemp("hasty")
    delay = {"EVENT_PUBLISH_DELAY_SECONDS": "1"}
    with daphne(folder, REDIS_URL=redis_url, **delay) as made:
        yield made
        assert not made.errors_since(0)


@pytest.fixture
def creator(hasty: Server, new_key: Callable[..., str]) -> Iterator[httpx.Client]:
    """A member's client at the hasty server."""
    headers = {"Authorization": f"Token {new_key()}"}
    with hasty.client(headers=headers) as client:
        yield client


@pytest.fixture
def publications(transactional_db: None) -> Iterator[Publications]:
    with Publications() as made:
        yield made


def create(client: httpx.Client, number: int = 1) -> list[int]:
    answers = [
        client.post(CREATE, json={"title": f"Fest {i}"}) for i in range(1, number + 1)
    ]
    assert {answer.status_code for answer in answers} == {202}
    return [answer.json()["id"] for answer in answers]


def all_published() -> bool:
    return not Event.objects.filter(published_at=None).exists()


def come_due() -> None:
    """The minute is over, and so is every pause between attempts."""
    past = Now() - timedelta(seconds=1)
    Event.objects.filter(published_at=None).update(
        publish_at=past, next_attempt_at=past
    )


def test_message_alone_publishes(start, creator, publications):
    worker = start(WORKER)

    (event_id,) = create(creator)
    wait_until(all_published)

    assert publications.made() == [(event_id, worker.name)]
    event = Event.objects.get()
    assert event.publish_at - event.created_at == timedelta(seconds=1)
    assert event.published_at >= event.publish_at
    assert event.attempts == 1


def test_sweeper_alone_publishes_100_when_redis_was_flushed(
    start, member, queue, publications
):
    event_ids = create(member, 100)
    assert queue.hlen("dramatiq:default.DQ.msgs") == 100

    queue.flushdb()
    come_due()
    start(SWEEPER)
    wait_until(all_published)

    assert publications.events() == event_ids


def test_two_workers_and_two_sweepers_publish_each_of_100_once(
    start, creator, publications
):
    processes = {start(command).name for command in [WORKER, SWEEPER] * 2}
    start.all_ready()

    with publications.held():  # until each of the four has one in hand
        event_ids = create(creator, 100)
        wait_until(lambda: waiting_processes() == processes)
    wait_until(all_published)

    assert publications.events() == event_ids
    assert {process for _event, process in publications.made()} == processes


@pytest.mark.parametrize(
    ("step", "heard"),
    [("taking", False), ("publishing", False), ("publishing", True)],
)
def test_worker_killed(start, creator, publications, step, heard):
    """`heard`: PostgreSQL notices at once, and not first when it wants to answer."""
    worker = start(WORKER).wait_until_ready()
    (event_id,) = create(creator)

    with transaction.atomic() if step == "taking" else publications.held():
        if step == "taking":
            Event.objects.select_for_update().get()
        wait_until(lambda: worker.name in waiting_processes())
        worker.kill()
        wait_until(lambda: not worker.is_alive())
        if heard:
            Backends(worker.name).terminate()
            wait_until(lambda: worker.name not in waiting_processes())
        assert publications.made() == []
    sweeper = start(SWEEPER)
    if not heard:  # otherwise the dead worker's lease runs out, which takes 10 seconds
        come_due()
    wait_until(all_published)

    ((published, process),) = publications.made()
    assert published == event_id
    # One that was under way was never committed: whoever might have is dead.
    assert process == sweeper.name


def test_failing_event_stops_no_other_and_its_lag_is_told(start, creator, publications):
    def lag_s() -> float:
        ready = creator.get("/health/ready")
        return ready.json()["lag_s"]["publication"] if ready.is_success else -1

    start(WORKER)
    sweeper = start(SWEEPER)
    start.all_ready()
    failing, *others = create(creator, 5)
    with publications.refused(failing):
        wait_until(lambda: publications.events() == others)
        wait_until(lambda: lag_s() >= 1)
        come_due()
        tried_again = Event.objects.filter(attempts__gte=2, next_attempt_at__gt=Now())
        wait_until(tried_again.exists)

        assert not tried_again.filter(published_at__isnull=False).exists()
    come_due()
    wait_until(all_published)

    assert publications.events() == [failing, *others]
    wait_until(lambda: lag_s() == 0)  # a second old at most
    assert sweeper.is_alive()


def test_locked_event_stops_no_other(start, member, publications):
    locked, *others = create(member, 5)
    come_due()

    with transaction.atomic():
        Event.objects.select_for_update().get(pk=locked)
        start(SWEEPER)
        wait_until(lambda: publications.events() == others)
    wait_until(all_published)

    assert publications.events() == [locked, *others]


def test_events_changed_and_deleted_while_scheduled(start, creator, publications):
    changed, deleted, kept = create(creator, 3)
    due = Event.objects.values_list("publish_at", flat=True)
    due_at = due.get(pk=changed)

    response = creator.patch(f"/api/events/{changed}", json={"title": "New"})
    assert (response.status_code, response.json()["status"]) == (200, "scheduled")
    assert creator.delete(f"/api/events/{deleted}").status_code == 204
    # It starts only now: the second may be over before all of this was done.
    worker = start(WORKER)
    wait_until(all_published)

    assert publications.events() == [changed, kept]
    assert due.get(pk=changed) == due_at
    body = creator.get(f"/api/events/{changed}").json()
    assert (body["title"], body["status"]) == ("New", "published")
    assert creator.get(f"/api/events/{deleted}").status_code == 404
    assert worker.terminate() == 0
    assert "[ERROR]" not in worker.log.read_text()


def test_change_and_deletion_at_the_moment_of_publication(
    start, hasty, creator, publications
):
    worker = start(WORKER).wait_until_ready()

    def publish_meanwhile(method: str, **body: object) -> tuple[int, httpx.Response]:
        with ThreadPoolExecutor(1) as thread:
            with publications.held():
                (event_id,) = create(creator)
                wait_until(lambda: worker.name in waiting_processes())
                url = f"/api/events/{event_id}"
                response = thread.submit(creator.request, method, url, **body)
                wait_until(lambda: hasty.name in waiting_processes())
            return event_id, response.result()

    changed_id, response = publish_meanwhile("PATCH", json={"title": "New"})
    deleted_id, deletion = publish_meanwhile("DELETE")

    assert publications.events() == [changed_id, deleted_id]
    changed, deleted = Event.objects.order_by("pk")
    assert (response.status_code, response.json()["status"]) == (200, "published")
    assert (response.json()["title"], changed.title) == ("New", "New")
    assert changed.published_at >= changed.publish_at
    # Calendars that have it already must be told.
    assert deletion.status_code == 204
    assert deleted.cancelled_at >= deleted.published_at


@pytest.mark.parametrize("hours", [+1, -1], ids=["ahead", "behind"])
def test_clocks_that_are_an_hour_off_publish_neither_early_nor_never(
    start, creator, queue, publications, hours
):
    def beats_s() -> list[float]:
        """When the server and the worker last used Redis, each by its own clock."""
        beats = queue.zrange("dramatiq:__heartbeats__", 0, -1, withscores=True)
        return [instant_ms / 1000 for _name, instant_ms in beats]

    off_s = hours * 3600
    off = {"PYTHONPATH": str(WRONG_CLOCK), "CLOCK_OFF_S": str(off_s)}
    processes = [start(command, **off).name for command in (WORKER, SWEEPER)]
    start.all_ready()
    wait_until(lambda: beats_s() != [])  # the worker has looked for messages

    event_ids = create(creator, 5)
    wait_until(all_published)

    assert publications.events() == event_ids
    assert {process for _event, process in publications.made()} <= {*processes}
    early = Event.objects.filter(published_at__lt=F("publish_at"))
    late_s = timedelta(seconds=PATIENCE_S)
    late = Event.objects.filter(published_at__gt=F("publish_at") + late_s)
    assert not (early | late).exists()
    assert max(beats_s()) - min(beats_s()) == pytest.approx(3600, abs=PATIENCE_S)
