#include "tests/support/forgery.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <stdexcept>

#include "ledger/base/files.h"
#include "ledger/directory/anchor.h"
#include "ledger/directory/ledger_directory.h"
#include "ledger/event/codec.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::testing {

using namespace ledger;  // NOLINT: a ledger is what it makes

Position Forgery::add(EventDraft draft, const std::function<void(Header)>& change) {
  const Position position = events_.size() + 1;
  const StreamId stream = draft.stream() == kNewStream ? position : draft.stream();
  auto header = draft.header();
  header.setPosition(position);
  header.setStream(stream);
  header.setVersion(++versions_[stream]);
  time_ = std::max(time_, header.getRawTime());
  header.setTime(time_);
  if (change) change(header);
  index_[keys::stream(header.getStream(), header.getVersion())] = keys::number(position);
  if (header.getBody().isMigrationStarted())
    index_[keys::name(view(header.getBody().getMigrationStarted().asReader().getName()))] =
        keys::number(position);
  events_.push_back(encode(header.asReader()));
  return position;
}

Position Forgery::add_bytes(std::vector<std::byte> bytes) {
  events_.push_back(std::move(bytes));
  return events_.size();
}

void Forgery::write(const std::filesystem::path& path) const {
  const auto check = [](const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  };
  const LedgerDirectory directory{path};
  make_private_directory(path);
  directory.begin_creation();
  const auto database = open_database(directory.events(), DatabaseMode::create, nullptr);
  Anchor anchor;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i].empty()) continue;
    const auto* bytes = reinterpret_cast<const char*>(events_[i].data());
    check(database->db->Put({}, database->events, keys::number(i + 1),
                            rocksdb::Slice(bytes, events_[i].size())));
    if (anchor.position() == i) anchor.append(events_[i]);
  }
  for (const auto& [key, value] : index_)
    if (!value.empty()) check(database->db->Put({}, database->index, key, value));
  flush(*database);
  write_anchor(directory.anchor(), anchor);
  directory.finish_creation();
}

}  // namespace migledger::testing
