"""Messages that nobody can do, or that kill who does them: none comes for ever."""

import json
from collections.abc import Iterator

import pytest
from django.db.models.functions import Now
from dramatiq import Message
from dramatiq.brokers.redis import MAINTENANCE_SCALE, RedisBroker

from matchmaker.models import AccountMail
from matchmaker.tasks import send_account_mail
from tests.factories import MemberFactory
from tests.harness.processes import WORKER, Processes
from tests.harness.waiting import wait_until

QUEUE = "dramatiq:default"
HOUR_MS = 3_600_000


def whole(**fields: object) -> dict[str, object]:
    message = Message("default", "send_account_mail", (0,), {}, {}).asdict()
    return message | fields


POISON = {
    "bytes": b"\xff{not json",
    "a number": b"5",
    "a part": json.dumps({"queue_name": "default"}).encode(),
    "without options": json.dumps(whole(options=None)).encode(),
    "without its id": json.dumps(whole()).encode(),
    "odd arguments": json.dumps(whole(args=7)).encode(),
    "an unknown actor": json.dumps(
        whole(actor_name="nobody", options={"redis_message_id": "an unknown actor"})
    ).encode(),
    "too many arguments": json.dumps(
        whole(args=[1, 2, 3], options={"redis_message_id": "too many arguments"})
    ).encode(),
}


@pytest.fixture
def start(start_mailing: Processes) -> Processes:
    return start_mailing


@pytest.fixture
def broker(queue) -> Iterator[RedisBroker]:
    """A broker that looks after dead workers' messages at each command."""
    made = RedisBroker(client=queue, maintenance_chance=MAINTENANCE_SCALE)
    yield made
    made.close()


def bring_back(broker: RedisBroker) -> None:
    """Give back what killed workers had, as happens a minute after their deaths."""
    heartbeats = "dramatiq:__heartbeats__"
    for worker in broker.client.zrange(heartbeats, 0, -1):
        broker.client.zincrby(heartbeats, -HOUR_MS, worker)
    broker.do_qsize("default")


def left(broker: RedisBroker) -> int:
    return broker.client.hlen(f"{QUEUE}.msgs") + broker.client.llen(QUEUE)


def mail() -> AccountMail:
    member = MemberFactory()
    return AccountMail.objects.create(
        member=member,
        kind=AccountMail.Kind.PHONE_ADDED,
        email=member.email,
        phone_number="+79991234567",
    )


def test_what_no_worker_can_do_is_gone_and_what_it_can_is_done(start, broker):
    good = [mail() for _ in range(4)]
    for place, (name, text) in enumerate(POISON.items()):
        broker.client.hset(f"{QUEUE}.msgs", name, text)
        broker.client.rpush(QUEUE, name)
        if place % 2:
            broker.enqueue(send_account_mail.message(good[place // 2].pk))

    worker = start(WORKER)
    wait_until(lambda: not AccountMail.objects.filter(sent_at=None).exists())
    wait_until(lambda: left(broker) == 0)

    worker.kill()
    wait_until(lambda: not worker.is_alive())
    bring_back(broker)
    assert left(broker) == 0
    log = worker.log.read_text()
    assert "A message that nobody can read is dropped" in log
    assert "Restarting consumer" not in log


def test_message_that_killed_its_worker_comes_back_to_a_row_that_waits(
    start, broker, mail_server
):
    deaths: list[int] = []

    def kill() -> None:
        deaths.append(1)
        worker.kill()

    mail_server.before_storing = kill
    row = mail()
    worker = start(WORKER)
    broker.enqueue(send_account_mail.message(row.pk))
    wait_until(lambda: not worker.is_alive())
    assert left(broker) == 1

    bring_back(broker)
    worker = start(WORKER)
    wait_until(lambda: left(broker) == 0)

    row.refresh_from_db()
    assert deaths == [1]
    assert (row.attempts, row.sent_at) == (1, None)
    assert AccountMail.objects.filter(pk=row.pk, next_attempt_at__gt=Now()).exists()
    assert worker.is_alive()
