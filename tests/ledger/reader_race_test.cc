// A reader beside a writer that flushes at the worst moment: after the reader has read the manifest
// and before it reads the logs.
#include <rocksdb/file_system.h>

#include <catch2/catch.hpp>
#include <functional>
#include <utility>

#include "ledger/store/rocks_event_store.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"

namespace migledger::testing {
namespace {

using namespace migledger::ledger;  // NOLINT: as in the other tests of the ledger

const Holder kHolder{4711, "build-host", time_from_micros(0)};

// Calls `act` once, when the manifest has been read and the logs are looked for.
class BetweenManifestAndLogs : public rocksdb::FileSystemWrapper {
 public:
  explicit BetweenManifestAndLogs(std::function<void()> act)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), act_(std::move(act)) {}

  const char* Name() const override { return "BetweenManifestAndLogs"; }
  bool has_acted() const { return act_ == nullptr; }

  rocksdb::IOStatus NewSequentialFile(const std::string& file, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override {
    if (file.find("MANIFEST-") != std::string::npos) manifest_read_ = true;
    return target()->NewSequentialFile(file, options, result, debug);
  }
  rocksdb::IOStatus GetChildren(const std::string& directory, const rocksdb::IOOptions& options,
                                std::vector<std::string>* result,
                                rocksdb::IODebugContext* debug) override {
    if (manifest_read_ && act_) std::exchange(act_, nullptr)();
    return target()->GetChildren(directory, options, result, debug);
  }

 private:
  std::function<void()> act_;
  bool manifest_read_ = false;
};

std::unique_ptr<RocksEventStore> open_writer(const std::filesystem::path& ledger) {
  OpeningReport report;
  return RocksEventStore::open_writer(ledger, kHolder, report);
}

}  // namespace

// The table is in no manifest that was read, and the log that held the same events is gone.
TEST_CASE("reader: a flush between its look at the manifest and at the logs hides nothing") {
  const bool goes_on = GENERATE(true, false);
  CAPTURE(goes_on);
  const Scratch scratch;
  const auto ledger = scratch / "ledger";
  RocksEventStore::create(ledger, kHolder, ledger_created());
  auto writer = open_writer(ledger);
  const StreamId stream = start_migration(*writer, "a");
  for (int i = 0; i < 10; ++i) {
    EventDraft draft = observed(stream, "acknowledged");
    writer->append_one(draft);
  }
  const Position acknowledged = writer->head().position;
  OpenOptions options;
  const auto between = std::make_shared<BetweenManifestAndLogs>([&] {
    // Closing flushes. What follows is another writer, or none.
    writer.reset();
    if (goes_on) writer = open_writer(ledger);
  });
  options.file_system = between;
  OpeningReport report;
  const auto reader = RocksEventStore::open_reader(ledger, report, options);
  REQUIRE(between->has_acted());
  CHECK(reader->head().position == acknowledged);
  CHECK(reader->stream_version(stream) == acknowledged - 1);
  CHECK(report.sentences().empty());
}

}  // namespace migledger::testing
