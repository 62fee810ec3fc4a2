"""`migledger export --otlp`, read by OpenTelemetry's own protobuf definitions."""

import base64
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

from ledgers import history, migledger, rehearse

ID_FIELDS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}


def to_protobuf_json(value):
    """OTLP/JSON has ids in hexadecimal, where protobuf's JSON has base64 (OTLP 1.x, JSON Protobuf Encoding)."""
    if isinstance(value, list):
        return [to_protobuf_json(element) for element in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, member in value.items():
        if name in ID_FIELDS:
            if not re.fullmatch(f"[0-9a-f]{{{ID_FIELDS[name]}}}", member):
                raise ValueError(f"{name} {member!r} is no id")
            changed[name] = base64.b64encode(bytes.fromhex(member)).decode()
        else:
            changed[name] = to_protobuf_json(member)
    return changed


def attributes(thing):
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in thing.attributes}


class OtlpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.directory = pathlib.Path(cls.scratch.name)
        cls.ledger = rehearse(cls.directory, 6)
        cls.history = history(cls.ledger)
        cls.text = cls.export("traces.json")
        cls.request = cls.parse(cls.text, ExportTraceServiceRequest)
        cls.spans = list(cls.request.resource_spans[0].scope_spans[0].spans)
        cls.by_id = {span.span_id: span for span in cls.spans}

    @classmethod
    def export(cls, name, *options):
        migledger("export", "--ledger", cls.ledger, "--otlp", cls.directory / name, *options)
        return (cls.directory / name).read_text()

    @staticmethod
    def parse(text, message):
        # Strict: a member that the definitions do not know is an error.
        return json_format.ParseDict(to_protobuf_json(json.loads(text)), message(), ignore_unknown_fields=False)

    def test_both_messages_that_a_file_may_be_read_as_take_it(self):
        traces = self.parse(self.text, TracesData)
        self.assertEqual(traces.resource_spans[0], self.request.resource_spans[0])
        # And it survives the wire.
        again = ExportTraceServiceRequest.FromString(self.request.SerializeToString())
        self.assertEqual(again, self.request)

    def test_numbers_of_64_bits_are_decimal_strings(self):
        def check(value, name=""):
            if isinstance(value, dict):
                for key, member in value.items():
                    check(member, key)
            elif isinstance(value, list):
                for member in value:
                    check(member, name)
            elif name.endswith("UnixNano") or name == "intValue":
                self.assertRegex(value, r"\A[0-9]+\Z")

        check(json.loads(self.text))

    def test_the_resource_names_the_ledger(self):
        resource = attributes(self.request.resource_spans[0].resource)
        self.assertEqual(resource["service.name"], "migledger")
        self.assertEqual(resource["migledger.ledger.id"], self.history[0]["body"]["ledger_id"])
        self.assertEqual(resource["migledger.ledger.position"], len(self.history))
        self.assertIs(resource["migledger.simulated"], True)

    def test_a_trace_a_migration_with_its_root(self):
        roots = [span for span in self.spans if not span.parent_span_id]
        self.assertEqual({root.name for root in roots},
                         {e["migration"] for e in self.history if e["kind"] == "migrationStarted"})
        self.assertEqual(len({root.trace_id for root in roots}), len(roots))
        self.assertEqual(len(self.by_id), len(self.spans))
        status = {root.name: (root.status.code, attributes(root)["migledger.standing"]) for root in roots}
        self.assertEqual(sorted(status.values()),
                         [(Status.STATUS_CODE_UNSET, "waiting")] * 2 + [(Status.STATUS_CODE_OK, "done")] * 4)

    def test_every_span_lies_in_a_parent_of_its_trace(self):
        for span in self.spans:
            self.assertLessEqual(span.start_time_unix_nano, span.end_time_unix_nano)
            if not span.parent_span_id:
                continue
            parent = self.by_id[span.parent_span_id]
            self.assertEqual(parent.trace_id, span.trace_id)
            self.assertGreaterEqual(span.start_time_unix_nano, parent.start_time_unix_nano)
            self.assertLessEqual(span.end_time_unix_nano, parent.end_time_unix_nano)

    def test_every_intent_is_a_client_span_with_the_end_that_its_outcome_says(self):
        intents = {e["position"]: e for e in self.history if e["kind"] == "intent"}
        clients = {attributes(s)["migledger.position"]: s for s in self.spans if s.kind == Span.SPAN_KIND_CLIENT}
        self.assertEqual(set(clients), set(intents))
        results = {e["body"]["intent"]: e["body"]["result"] for e in self.history
                   if e["kind"] == "outcome" and e["body"]["intent"]}
        for position, span in clients.items():
            self.assertEqual(span.status.code, Status.STATUS_CODE_OK if results[position] == "succeeded"
                             else Status.STATUS_CODE_ERROR)
            step = self.by_id[span.parent_span_id]
            self.assertEqual(step.name, intents[position]["step"])
            self.assertEqual(attributes(span)["migledger.key"], intents[position]["body"]["key"])

    def test_every_observation_is_an_event_at_its_time(self):
        seen = {}
        for span in self.spans:
            for event in span.events:
                self.assertLessEqual(span.start_time_unix_nano, event.time_unix_nano)
                self.assertLessEqual(event.time_unix_nano, span.end_time_unix_nano)
                if event.name == "observed":
                    seen[attributes(event)["migledger.position"]] = span.name
        self.assertEqual(seen, {e["position"]: e["step"] for e in self.history if e["kind"] == "observed"})

    def test_a_pause_of_all_is_a_span_of_each_that_it_held(self):
        ledger = self.directory / "paused.ledger"
        shutil.copytree(self.ledger, ledger)
        migledger("pause", "--ledger", ledger, "--reason", "all stop")
        migledger("resume", "--ledger", ledger)
        text = migledger("export", "--otlp", "-", "--ledger", ledger)
        spans = self.parse(text, ExportTraceServiceRequest).resource_spans[0].scope_spans[0].spans
        held = [span for span in spans if span.name == "paused"]
        # Those that were done had nothing to be held.
        self.assertEqual(len(held), 2)
        self.assertEqual(len({span.span_id for span in spans}), len(spans))
        for span in held:
            self.assertIn("all stop", attributes(span)["migledger.reason"])

    def test_the_same_ledger_gives_the_same_bytes_and_an_earlier_moment_the_same_ids(self):
        self.assertEqual(self.export("again.json"), self.text)
        earlier = self.parse(self.export("earlier.json", "--until", len(self.history) // 2),
                             ExportTraceServiceRequest).resource_spans[0].scope_spans[0].spans
        self.assertGreater(len(earlier), 10)
        for span in earlier:
            self.assertEqual(self.by_id[span.span_id].name, span.name)
            self.assertEqual(self.by_id[span.span_id].start_time_unix_nano, span.start_time_unix_nano)


if __name__ == "__main__":
    unittest.main()
