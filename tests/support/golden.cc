#include "tests/support/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <stdexcept>

#include "cli/base/names.h"
#include "cli/render/fleet.h"
#include "cli/render/fleet_json.h"
#include "cli/replay/replay_json.h"
#include "cli/replay/replayed.h"
#include "ledger/event/codec.h"
#include "ledger/merkle/merkle.h"
#include "tests/support/paths.h"
#include "tests/support/scratch.h"

namespace migledger::testing {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ledger::EventCursor;
using ledger::Position;

using Bytes = std::vector<std::byte>;

class BytesCursor final : public EventCursor {
 public:
  explicit BytesCursor(const std::vector<Bytes>& events) : events_(events) {}
  bool next() override {
    if (at_ == events_.size()) return false;
    event_ = decoder_.decode(events_[at_++]);
    return true;
  }
  ledger::schema::Event::Reader event() const override { return event_; }
  std::span<const std::byte> bytes() const override { return events_[at_ - 1]; }

 private:
  const std::vector<Bytes>& events_;
  std::size_t at_ = 0;
  ledger::Decoder decoder_;
  ledger::schema::Event::Reader event_;
};

// As much of a store as MemoryEventStore::take_over reads.
class BytesStore final : public ledger::EventStore {
 public:
  explicit BytesStore(const std::vector<Bytes>& events) : events_(events) {}
  Position append(std::span<ledger::EventDraft>) override { throw std::logic_error("read-only"); }
  ledger::Head head() const override { return {events_.size(), {}}; }
  std::unique_ptr<EventCursor> scan(Position, Position) const override {
    return std::make_unique<BytesCursor>(events_);
  }
  std::unique_ptr<EventCursor> scan_stream(ledger::StreamId, std::uint64_t) const override {
    throw std::logic_error("has no streams");
  }
  std::uint64_t stream_version(ledger::StreamId) const override { return 0; }
  std::optional<ledger::StreamId> find_stream(std::string_view) const override { return {}; }

 private:
  const std::vector<Bytes>& events_;
};

void write_new(const fs::path& file, const std::string& content) {
  if (fs::exists(file))
    throw std::runtime_error(file.string() + " is there; a golden ledger is never written over");
  std::ofstream out(file, std::ios::binary);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

fs::path golden_directory() {
  return fs::path(source_path("tests/histories")) / MIGLEDGER_VERSION_OF_TESTS;
}

std::vector<fs::path> golden_ledgers() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(source_path("tests/histories")))
    if (entry.path().extension() == ".events") all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

json::object folded(const ledger::EventStore& store) {
  const Position head = store.head().position;
  ledger::MerkleFrontier tree;
  for (const auto cursor = store.scan(1); cursor->next();)
    tree.append(ledger::leaf_hash(cursor->bytes()));
  const auto fleet = cli::load_fleet(store, head);
  json::array rows;
  json::array migrations;
  for (const auto& row : fleet.rows()) {
    rows.push_back(cli::row_json(row, fleet));
    migrations.push_back(cli::replayed_json(cli::replay_stream(store, row.stream, head)));
  }
  return {{"position", head},
          {"root", ledger::to_hex(tree.root())},
          {"ledger", cli::fleet_json(fleet, cli::ledger_facts(store))},
          {"rows", std::move(rows)},
          {"migrations", std::move(migrations)}};
}

void write_golden(const fs::path& directory, const std::string& name,
                  const ledger::EventStore& store) {
  std::string events;
  for (const auto cursor = store.scan(1); cursor->next();) {
    const auto bytes = cursor->bytes();
    for (int shift = 24; shift >= 0; shift -= 8)
      events.push_back(static_cast<char>(bytes.size() >> shift & 0xff));
    events.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  fs::create_directories(directory);
  write_new(directory / (name + ".events"), events);
  write_new(directory / (name + ".json"), json::serialize(folded(store)) + "\n");
}

std::unique_ptr<ledger::MemoryEventStore> read_golden(const fs::path& file) {
  const std::string content = read_all(file);
  std::vector<Bytes> events;
  for (std::size_t at = 0; at < content.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4 && at + i < content.size(); ++i)
      size = size << 8 | static_cast<unsigned char>(content[at + i]);
    at += 4;
    if (at + size > content.size()) throw std::runtime_error(file.string() + " is cut off");
    const auto* begin = reinterpret_cast<const std::byte*>(content.data() + at);
    events.emplace_back(begin, begin + size);
    at += size;
  }
  auto store = std::make_unique<ledger::MemoryEventStore>();
  store->take_over(BytesStore(events));
  return store;
}

json::object expected_of(const fs::path& events) {
  fs::path file = events;
  return json::parse(read_all(file.replace_extension(".json"))).as_object();
}

std::string first_difference(const json::value& expected, const json::value& actual,
                             const std::string& at) {
  if (expected.is_object() && actual.is_object()) {
    for (const auto& [name, value] : expected.get_object()) {
      const std::string below = at + "/" + std::string(name);
      const auto* found = actual.get_object().if_contains(name);
      if (!found) return below + " is not there any more";
      if (auto difference = first_difference(value, *found, below); !difference.empty())
        return difference;
    }
    return {};
  }
  if (expected.is_array() && actual.is_array()) {
    const auto& was = expected.get_array();
    const auto& is = actual.get_array();
    if (was.size() != is.size())
      return fmt::format("{} has {} elements, not {}", at, is.size(), was.size());
    for (std::size_t i = 0; i < was.size(); ++i)
      if (auto difference = first_difference(was[i], is[i], fmt::format("{}/{}", at, i));
          !difference.empty())
        return difference;
    return {};
  }
  // Numbers are compared as written: one that was parsed has another kind than one that was made.
  if (json::serialize(expected) == json::serialize(actual)) return {};
  return fmt::format("{} is {}, not {}", at, json::serialize(actual), json::serialize(expected));
}

}  // namespace migledger::testing
