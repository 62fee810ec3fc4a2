"""history --format cloudevents, judged by the published schema and by the SDK of the CNCF."""
import json
import os
import subprocess
import tempfile
import unittest

import jsonschema
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

MIGLEDGER = os.path.abspath(os.environ["MIGLEDGER"])
HERE = os.path.dirname(os.path.abspath(__file__))


def migledger(*words, code=0):
    done = subprocess.run([MIGLEDGER, *words], capture_output=True, text=True, check=False)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout


class CloudEvents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="migledger-cloudevents-")
        cls.ledger = os.path.join(cls.scratch.name, "a.ledger")
        os.chdir(cls.scratch.name)
        migledger("init", "--many", "plan.json")
        # A call in ten is throttled, so that there are failures among the events.
        with open("faults.json", "w", encoding="utf-8") as file:
            json.dump({"rates": {"throttled": 0.1}}, file)
        migledger("run", "--config", "plan.json", "--cloud", "sim", "--sim-speed", "0", "--yes",
                  "--ledger", cls.ledger, "--sim-faults", "faults.json")
        migledger("note", "--reason", "\N{SNOWMAN} <not> \"plain\"", "--ledger", cls.ledger)
        cls.lines = cls.tell("cloudevents")
        cls.events = [json.loads(line) for line in cls.lines]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def tell(cls, form, *words):
        return migledger("history", "--format", form, "--ledger", cls.ledger, *words).splitlines()

    def test_each_line_satisfies_the_published_schema(self):
        with open(os.path.join(HERE, "cloudevents.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft7Validator.check_schema(schema)
        checker = jsonschema.Draft7Validator.FORMAT_CHECKER
        for needed in ("date-time", "uri-reference", "uri"):
            self.assertIn(needed, checker.checkers)
        validator = jsonschema.Draft7Validator(schema, format_checker=checker)
        self.assertGreater(len(self.events), 100)
        for event in self.events:
            self.assertEqual([], [error.message for error in validator.iter_errors(event)])
        broken = dict(self.events[0], time="yesterday")
        self.assertFalse(validator.is_valid(broken))

    def test_the_sdk_reads_each_line(self):
        for line, event in zip(self.lines, self.events):
            read = JSONFormat().read(CloudEvent, line)
            self.assertEqual(event["id"], read.get_id())
            self.assertEqual(event["source"], read.get_source())
            self.assertEqual(event["type"], read.get_type())
            self.assertEqual(event["data"], read.get_data())
            self.assertEqual(event["sequence"], read.get_extension("sequence"))
            self.assertIsNotNone(read.get_time().tzinfo)

    def test_ids_are_unique_and_sequences_sort_as_positions(self):
        self.assertEqual(len(self.events), len({event["id"] for event in self.events}))
        self.assertEqual(1, len({event["source"] for event in self.events}))
        sequences = [event["sequence"] for event in self.events]
        self.assertEqual(sorted(sequences), sequences)
        self.assertEqual([int(s) for s in sequences],
                         [event["data"]["position"] for event in self.events])

    def test_names_of_attributes_are_lower_case_letters_and_digits(self):
        for event in self.events:
            for name in event.keys() - {"data"}:
                self.assertRegex(name, "^[a-z0-9]{1,20}$")

    def test_the_data_is_the_event_as_jsonl_tells_it(self):
        self.assertEqual([json.loads(line) for line in self.tell("jsonl")],
                         [event["data"] for event in self.events])
        ids = {event["id"] for event in self.events}
        for event in self.events:
            self.assertEqual(event["data"].get("migration"), event.get("subject"))
            self.assertEqual(event["type"], "io.migledger.event." + event["data"]["kind"])
            if "causationid" in event:
                self.assertIn(event["causationid"], ids)

    def test_filters_apply(self):
        throttled = self.tell("cloudevents", "--error", "throttled")
        self.assertTrue(throttled)
        for line in throttled:
            self.assertEqual("throttled", json.loads(line)["data"]["body"]["error"]["class"])


if __name__ == "__main__":
    unittest.main()
