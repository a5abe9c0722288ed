"""An S3 server that nobody here wrote (moto), with one bucket for pictures."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from tests.harness.programs import end, free_port
from tests.harness.waiting import PATIENCE_S, wait_until

BUCKET = "pictures"
REGION = "us-east-1"
KEYS = {"access_key": "nobody", "secret_key": "knows"}


class S3Server:
    """Keeps what it has in memory, until it is killed."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "s3.log"
        self.port = free_port()

    @property
    def client(self) -> Any:
        """A client of its own, past whatever is between the service and the server."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name=REGION,
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
            config=Config(
                s3={"addressing_style": "path"},
                connect_timeout=PATIENCE_S,
                read_timeout=PATIENCE_S,
            ),
        )

    def environment(self, port: int | None = None) -> dict[str, str]:
        """What makes a service keep its pictures here; `port`: of a network between."""
        options = {
            "bucket_name": BUCKET,
            "endpoint_url": f"http://127.0.0.1:{port or self.port}",
            "region_name": REGION,
            "addressing_style": "path",
            "querystring_auth": False,
            **KEYS,
        }
        return {
            "MEDIA_STORAGE": "storages.backends.s3.S3Storage",
            "MEDIA_STORAGE_OPTIONS": json.dumps(options),
        }

    def names(self) -> set[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {each["Key"] for each in found}

    def refuse_writes(self) -> None:
        """403 for all that is put, as after a change of the bucket's policy."""
        denied = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
        self.client.put_bucket_policy(Bucket=BUCKET, Policy=policy)

    def take_writes(self) -> None:
        self.client.delete_bucket_policy(Bucket=BUCKET)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Connections are made and stay open, and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "--port", str(self.port)],
                env=os.environ | {"PYTHONWARNINGS": "ignore"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: self.client.create_bucket(Bucket=BUCKET), BotoCoreError)
        return self

    def __exit__(self, *error: object) -> None:
        end([self._process])
