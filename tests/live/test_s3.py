"""Pictures in S3, which is stopped, hangs, is slow or refuses: 503, and none left."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from matchmaker.models import Member
from tests.faults.s3 import Fault, forbidden, full, hanging, overloaded, slow
from tests.faults.slow import SlowNetwork
from tests.harness.daphne import Server, daphne
from tests.harness.requests import picture, profile
from tests.harness.s3_server import S3Server
from tests.harness.waiting import wait_until

ME = "/api/clients/me/"
CREATE = "/api/clients/create"


@contextmanager
def killed(s3: S3Server, network: SlowNetwork) -> Iterator[None]:
    s3.kill()
    yield
    s3.__enter__()


FAULTS: dict[str, Fault] = {
    "hanging": hanging,
    "slow": slow,
    "403": forbidden,
    "503": overloaded,
    "full": full,
    "killed": killed,
}


@pytest.fixture
def s3(tmp_path) -> Iterator[S3Server]:
    with S3Server(tmp_path) as made:
        yield made


@pytest.fixture
def network(s3) -> Iterator[SlowNetwork]:
    with SlowNetwork(s3.port) as made:
        yield made


@pytest.fixture
def keeping(transactional_db, tmp_path, redis_url, s3, network) -> Iterator[Server]:
    """A service whose pictures are in S3."""
    environment = s3.environment(network.port) | {"STORAGE_TIMEOUT_S": "0.5"}
    with daphne(tmp_path, REDIS_URL=redis_url, **environment) as made:
        yield made


@pytest.fixture(autouse=True)
def unbroken() -> None:
    """Here the server's log has errors."""


def avatar() -> dict[str, tuple[str, bytes, str]]:
    return {"avatar": ("a.png", picture(), "image/png")}


def is_told(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 503
        and answer.json()["code"] == "storage_unavailable"
        and int(answer.headers["Retry-After"]) > 0
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_picture_that_s3_does_not_take_is_503_and_none_is_left(
    keeping, s3, network, new_key, fault
):
    with keeping.client() as anonymous, keeping.client() as ann:
        ann.headers["Authorization"] = f"Token {new_key(first_name='Ann')}"
        assert ann.patch(ME, files=avatar()).status_code == 200
        before = s3.names()
        assert len(before) == 1

        with FAULTS[fault](s3, network):
            changed = ann.patch(ME, data={"first_name": "New"}, files=avatar())
            made = anonymous.post(CREATE, data=profile(), files=avatar())
            exported = ann.get(f"{ME}export/")
            ready = anonymous.get("/health/ready").json()

        assert is_told(changed), changed.text
        assert is_told(made), made.text
        assert is_told(exported) or (fault == "403" and exported.status_code == 200)
        assert "media" in ready["failing"]
        assert ann.get(ME).json()["first_name"] == "Ann"
        assert Member.objects.count() == 1
        kept = set() if fault == "killed" else before
        wait_until(lambda: {n for n in s3.names() if "health" not in n} == kept)
        wait_until(lambda: ann.patch(ME, files=avatar()).status_code == 200)


def test_log_does_not_grow_with_pictures(keeping, s3, network, new_key):
    with keeping.client() as ann:
        ann.headers["Authorization"] = f"Token {new_key()}"
        with overloaded(s3, network):
            for _ in range(20):
                assert is_told(ann.patch(ME, files=avatar()))

    lines = keeping.log.read_text().splitlines()
    assert sum("A picture cannot be stored" in line for line in lines) == 1
    assert sum("Traceback" in line for line in lines) <= 1
