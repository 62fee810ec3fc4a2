#include "ledger/copy/ledger_builder.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <stdexcept>

#include "ledger/directory/ledger_directory.h"
#include "ledger/event/codec.h"
#include "ledger/event/succession.h"
#include "ledger/index/search_index.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

constexpr std::size_t kBatchBytes = 256 << 10;

std::unique_ptr<Database> create(const LedgerDirectory& directory) {
  directory.begin_creation();
  return open_database(directory.events(), DatabaseMode::create, nullptr);
}

}  // namespace

struct LedgerBuilder::State {
  explicit State(const std::filesystem::path& path)
      : directory{path}, database(create(directory)) {}

  void write() {
    // Nothing is acknowledged before all of it is flushed, so the log has nothing to do.
    const auto status = database->db->Write(unlogged(), &batch);
    if (!status.ok()) throw error_of(status, "writing to " + directory.path.string());
    batch.Clear();
  }

  const LedgerDirectory directory;
  std::unique_ptr<Database> database;
  rocksdb::WriteBatch batch;
  Decoder decoder;
  Succession succession;
  Anchor anchor;
};

LedgerBuilder::LedgerBuilder(const std::filesystem::path& directory)
    : state_(std::make_unique<State>(directory)) {}

LedgerBuilder::~LedgerBuilder() = default;

schema::Event::Reader LedgerBuilder::add(std::span<const std::byte> bytes) {
  State& s = *state_;
  schema::Event::Reader event;
  try {
    event = s.decoder.decode(bytes);
  } catch (const LedgerError& e) {
    throw std::invalid_argument(e.what());
  }
  s.succession.take(event, bytes);
  const std::string position = keys::number(event.getPosition());
  s.batch.Put(s.database->events, position,
              rocksdb::Slice(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  s.batch.Put(s.database->index, keys::stream(event.getStream(), event.getVersion()), position);
  if (event.getBody().isMigrationStarted())
    s.batch.Put(s.database->index,
                keys::name(view(event.getBody().getMigrationStarted().getName())), position);
  s.anchor.append(bytes);
  if (s.batch.GetDataSize() >= kBatchBytes) s.write();
  return event;
}

const MerkleFrontier& LedgerBuilder::frontier() const { return state_->anchor.frontier; }

void LedgerBuilder::finish() {
  State& s = *state_;
  if (s.anchor.position() == 0) throw std::logic_error("a ledger has at least one event");
  s.write();
  SearchIndex search;
  search.open(*s.database, s.anchor.position());
  search.fill(*s.database, s.anchor.position(), s.anchor.position());
  flush(*s.database);
  s.database.reset();
  write_anchor(s.directory.anchor(), s.anchor);
  s.directory.finish_creation();
}

}  // namespace migledger::ledger
