import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from databases.mariadb import MariaDb
from databases.mongo import FerretDb, SecantusDb
from databases.postgres import Postgres
from databases.run import running
from databases.server import NotInstalled

WITH_DATABASES = Path(__file__).resolve().parents[1] / "with-databases"
# What tells of them to whoever runs this.
KINDS = ("POSTGRES", "MYSQL", "SECANTUS", "FERRET")
NAMES = (*(f"{kind}_{what}" for kind in KINDS for what in ("URL", "PID")), "CI")
TELL = 'echo "$POSTGRES_URL $POSTGRES_PID $MYSQL_URL $MYSQL_PID"'
PID = re.compile(r"(?<!\S)\d+(?!\S)")
LIMIT_S = 90


@contextmanager
def readable_folder() -> Iterator[str]:
    """For the folders of servers, whose accounts must get through it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        yield folder


def environment(**extra: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NAMES} | extra


def start(*arguments: str, **extra: str) -> subprocess.Popen:
    return subprocess.Popen([WITH_DATABASES, *arguments], env=environment(**extra), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(*arguments: str, **extra: str) -> tuple[int, str, str]:
    with start(*arguments, **extra) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    return process.returncode, out, err


def lives(pid: str) -> bool:
    """Whether it runs; one that nobody has waited for yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: str) -> bool:
    deadline = time.monotonic() + 10
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not lives(pid)


class Installed(unittest.TestCase):
    """With servers of both kinds; CI has them. Those of MongoDB's protocol are tried apart."""

    mongo = {"SECANTUS_URL": "mongodb://c/", "FERRET_URL": "mongodb://d/"}

    @classmethod
    def setUpClass(cls):
        try:
            Postgres.find_programs()
            MariaDb.find_programs()
        except NotInstalled as error:
            if os.environ.get("CI", "").lower() in ("1", "true"):
                raise
            print(f"LEFT OUT, the tests of {cls.__name__}: {error}")
            raise unittest.SkipTest(str(error)) from error


class Both(Installed):
    def test_they_answer_under_passwords_of_their_own_and_are_gone_after_the_command_with_its_exit_code(self):
        psql = 'psql -X -At "$POSTGRES_URL" -c "CREATE DATABASE made" -c "SHOW fsync" -c "SHOW synchronous_commit"'
        wrong = 'psql -X -At "$(echo "$POSTGRES_URL" | sed s/:[0-9a-f]*@/:wrong@/)" -c "SELECT 1" 2>/dev/null; echo "refused $?"'
        with readable_folder() as folder:
            script = f'{TELL}; {psql}; {wrong}; stat -c %A "$TMPDIR"/*; ps axww -o args; exit 7'
            code, out, err = result("sh", "-c", script, TMPDIR=folder, **self.mongo)
            self.assertEqual((code, os.listdir(folder)), (7, []), err)
        told, *lines = out.splitlines()
        postgres, postgres_pid, mysql, mysql_pid = told.split()
        self.assertEqual(lines[:6], ["CREATE DATABASE", "on", "on", "refused 2", "drwx------", "drwx------"])
        passwords = {re.fullmatch(r"(?:postgres|mysql)://rendezvous:(\w{32})@127\.0\.0\.1:\d+/\w*", url)[1] for url in (postgres, mysql)}
        self.assertEqual(len(passwords), 2)
        processes = "\n".join(lines[6:])
        self.assertEqual(len(re.findall(rf"(?:postgres -D |mariadbd .*){folder}", processes)), 2)
        for password in passwords:
            self.assertNotIn(password, processes)
        self.assertFalse(lives(postgres_pid) or lives(mysql_pid))

    def test_they_are_gone_when_the_script_is_stopped(self):
        for number, servers in ((signal.SIGTERM, ["--only", "postgres"]), (signal.SIGINT, ["--only", "mysql"])):
            with self.subTest(number=number.name), readable_folder() as folder:
                with start(*servers, "sh", "-c", f"{TELL} $$; exec sleep 60", TMPDIR=folder) as process:
                    pids = PID.findall(process.stdout.readline())
                    self.assertTrue(all(lives(pid) for pid in pids))
                    process.send_signal(number)
                    self.assertEqual(process.wait(LIMIT_S), 128 + number)
                self.assertEqual(([pid for pid in pids if lives(pid)], os.listdir(folder)), ([], []))

    def test_they_are_gone_when_the_script_is_killed_even_frozen(self):
        with readable_folder() as folder, start("sh", "-c", f"{TELL} $$; exec sleep 60", TMPDIR=folder, **self.mongo) as process:
            *servers, command = PID.findall(process.stdout.readline())
            self.assertEqual(len(servers), 2)
            os.kill(int(servers[0]), signal.SIGSTOP)
            process.kill()
            process.wait()
            self.assertTrue(all(ends(pid) for pid in servers))
            os.kill(int(command), signal.SIGKILL)

    def test_one_of_its_own_keeps_data_port_and_password_where_it_is_told_to(self):
        url = "postgres://of.everybody/"
        with tempfile.TemporaryDirectory() as folder:
            told = [
                # Killed, as a power cut does it.
                result("--only", "postgres", "--set", "max_connections=17", "--directory", folder, "sh", "-c", script, POSTGRES_URL=url, MYSQL_URL="given")[1]
                for script in (
                    'psql -X -At "$POSTGRES_URL" -c "CREATE DATABASE kept" -c "SHOW max_connections"; echo "$POSTGRES_URL $MYSQL_URL"; kill -9 "$POSTGRES_PID"',
                    'psql -X -At "$POSTGRES_URL" -c "SELECT datname FROM pg_database WHERE datname = \'kept\'"; echo "$POSTGRES_URL $MYSQL_URL"',
                )
            ]
            first, second = (text.splitlines() for text in told)
            self.assertEqual((first[:2], second[0]), (["CREATE DATABASE", "17"], "kept"))
            self.assertEqual(first[2], second[1])
            self.assertNotIn(url, first[2])
            self.assertTrue(first[2].endswith(" given"))


class Settings(Installed):
    def test_a_server_that_does_not_start_says_why_but_not_its_password(self):
        with tempfile.TemporaryDirectory() as folder:
            # As one that ran before; quicker than a new one.
            (Path(folder) / "identity.json").write_text(json.dumps({"port": 1, "password": "its_password"}))
            code, out, err = result("--only", "postgres", "--directory", folder, "--set", "its_password=1", "echo", "ran")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("PostgreSQL doesn't start", err)
        self.assertIn('unrecognized configuration parameter "(password)"', err)
        self.assertNotIn("its_password", err)

    def test_a_folder_of_somebody_else_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "letter").write_text("mine")
            code, out, err = result("--only", "mysql", "--directory", folder, "echo", "ran")
            self.assertEqual((code, out, Path(folder).stat().st_uid), (1, "", os.geteuid()))
            self.assertIn("neither empty nor", err)


class OfMongosProtocol(unittest.TestCase):
    def test_they_answer_on_this_machine_and_are_gone_after_the_command(self):
        try:
            SecantusDb.find_programs()
            FerretDb.find_programs()
        except NotInstalled as error:
            if os.environ.get("CI", "").lower() in ("1", "true"):
                raise
            raise unittest.SkipTest(str(error)) from error
        for kind, server, parameters in (("SECANTUS", "secantus", ""), ("FERRET", "ferret", r"\?retryWrites=false")):
            with self.subTest(server), tempfile.TemporaryDirectory() as folder:
                code, out, err = result("--only", server, "sh", "-c", f'echo "${kind}_URL ${kind}_PID"; exit 7', TMPDIR=folder)
                self.assertEqual((code, os.listdir(folder)), (7, []), err)
                url, pid = out.split()
                self.assertRegex(url, rf"^mongodb://127\.0\.0\.1:\d+/{parameters}$")
                self.assertFalse(lives(pid))


GIVEN = {"POSTGRES_URL": "postgres://a/", "MYSQL_URL": "mysql://b/", "SECANTUS_URL": "mongodb://c/", "FERRET_URL": "mongodb://d/"}


class Given(unittest.TestCase):
    def test_a_server_that_is_named_is_used_and_none_is_started(self):
        given = GIVEN
        # Where no program of a server is found.
        code, out, err = result("sh", "-c", TELL, CI="true", **given, PATH="/nowhere:/usr/bin:/bin")
        self.assertEqual((code, out.split(), err), (0, ["postgres://a/", "mysql://b/"], ""))

    def test_a_command_that_is_not_there_and_one_that_a_signal_ends_have_a_shells_codes(self):
        given = GIVEN
        code, _, err = result("no-such-command", **given)
        self.assertEqual((code, "no-such-command can't be started" in err), (127, True))
        self.assertEqual(result("sh", "-c", "kill -9 $$", **given)[0], 128 + signal.SIGKILL)

    def test_settings_are_for_a_server_of_its_own(self):
        self.assertEqual(result("--set", "a=b", "true")[0], 2)
        self.assertEqual(result()[0], 2)


class Missing(unittest.TestCase):
    def setUp(self):
        def find_programs():
            raise NotInstalled("PostgreSQL is not installed")

        self.addCleanup(setattr, Postgres, "find_programs", Postgres.find_programs)
        Postgres.find_programs = staticmethod(find_programs)
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        for name in NAMES:
            os.environ.pop(name, None)
        os.environ.update({name: url for name, url in GIVEN.items() if name != "POSTGRES_URL"})

    def test_a_server_that_is_missing_is_an_error_in_ci(self):
        os.environ["CI"] = "true"
        with self.assertRaisesRegex(NotInstalled, "PostgreSQL is not installed"), running():
            self.fail("ran without")

    def test_a_server_that_is_missing_is_left_out_elsewhere_also_where_another_is_named(self):
        os.environ["POSTGRES_URL"] = "postgres://of.everybody/"
        with running(only="postgres") as variables:
            self.assertEqual((variables["POSTGRES_URL"], variables["POSTGRES_PID"]), (None, None))
        os.environ.pop("POSTGRES_URL")
        with running() as variables:
            self.assertIsNone(variables["POSTGRES_URL"])
