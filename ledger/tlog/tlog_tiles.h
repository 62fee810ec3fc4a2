// A log as static files (https://c2sp.org/tlog-tiles): `checkpoint`, `tile/LEVEL/INDEX` with 256
// hashes each, `tile/entries/INDEX` with 256 entries each, and the last of each, which are partial,
// as INDEX.p/WIDTH.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/merkle/checkpoint.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::ledger {

// What a file of such a log holds.
struct TlogFile {
  bool entries = false;  // else hashes
  TileId id;             // of entries: level 0
  std::uint64_t width = kTileWidth;

  // From the top of the log: "tile/0/x001/x234/067", "tile/entries/273.p/112".
  std::string path() const;
  // Nothing for a path that path() does not write.
  static std::optional<TlogFile> parse(std::string_view path);

  friend auto operator<=>(const TlogFile&, const TlogFile&) = default;
};

struct TlogExport {
  Checkpoint checkpoint;
  std::uint64_t before = 0;   // how many entries were there already
  std::uint64_t written = 0;  // files
};

// Writes the events that `checkpoint` was signed for to `directory`, which is absent, empty, or
// holds an earlier state of the same log; then only what is new. Full tiles that are there are
// compared and left as they are. The checkpoint is written last, once everything else is on the
// disk. Throws LedgerError: refused when the directory holds anything else, when its tiles or the
// ledger's events are not those of the checkpoint, or when another export writes to it; disk.
TlogExport export_tlog(const RocksEventStore& store, const SignedCheckpoint& checkpoint,
                       const std::filesystem::path& directory);

}  // namespace migledger::ledger
