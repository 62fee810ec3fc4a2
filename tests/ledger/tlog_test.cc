// The tiles that a ledger keeps, the checkpoints it publishes, and the log that is exported of it.
#include <rocksdb/db.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "ledger/index/merkle_tiles.h"
#include "ledger/merkle/merkle.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"
#include "ledger/tlog/publish.h"
#include "ledger/tlog/tlog_tiles.h"
#include "ledger/tlog/tlog_verify.h"
#include "tests/support/drafts.h"
#include "tests/support/scratch.h"

namespace migledger::ledger {
namespace {

namespace fs = std::filesystem;
using namespace migledger::testing;  // NOLINT: drafts read like sentences
using Catch::Contains;

const Holder kHolder{1, "host", {}};
constexpr char kId[] = "00112233445566778899aabbccddeeff";

const SigningKey& key() {
  static const SigningKey one = SigningKey::generate("example.com/log");
  return one;
}

std::unique_ptr<RocksEventStore> writer(const fs::path& path, const OpenOptions& options = {}) {
  OpeningReport report;
  return RocksEventStore::open_writer(path, kHolder, report, options);
}

std::unique_ptr<RocksEventStore> reader(const fs::path& path) {
  OpeningReport report;
  return RocksEventStore::open_reader(path, report);
}

// Appends until the head is at `head`, in batches of `batch`.
void grow(RocksEventStore& store, Position head, std::size_t batch = 1000) {
  StreamId stream = store.find_stream("a").value_or(0);
  if (stream == 0) {
    EventDraft started = migration_started("a");
    started.header().setSession(0);
    stream = store.append_one(started);
  }
  std::vector<EventDraft> drafts;
  for (Position at = store.head().position; at < head;) {
    drafts.push_back(observed(stream, "state " + std::to_string(++at % 7)));
    drafts.back().header().setSession(0);
    if (drafts.size() < batch && at < head) continue;
    store.append(drafts);
    drafts.clear();
  }
}

std::unique_ptr<RocksEventStore> made(const fs::path& path, Position head) {
  auto store = RocksEventStore::create(path, kHolder, ledger_created());
  if (head > 1) grow(*store, head);
  return store;
}

// Every stored tile, by its place.
std::map<TileId, std::string> tiles_in(const fs::path& ledger) {
  const auto database = open_database(ledger / "events", DatabaseMode::read, nullptr);
  const std::unique_ptr<rocksdb::Iterator> it(
      database->db->NewIterator(rocksdb::ReadOptions(), database->index));
  std::map<TileId, std::string> tiles;
  for (it->SeekToFirst(); it->Valid(); it->Next())
    if (const auto id = read_tile_key(it->key().ToStringView()))
      tiles[*id] = it->value().ToString();
  return tiles;
}

// Puts a value under the key of a tile, or removes it.
void set_tile(const fs::path& ledger, TileId id, const std::string& value) {
  const auto database = open_database(ledger / "events", DatabaseMode::write, nullptr);
  std::string name(1, keys::kTileTag);
  name.push_back(static_cast<char>(id.level));
  keys::append_number(name, id.index);
  const auto status =
      value.empty() ? database->db->Delete(rocksdb::WriteOptions(), database->index, name)
                    : database->db->Put(rocksdb::WriteOptions(), database->index, name, value);
  REQUIRE(status.ok());
  flush(*database);
}

SignedCheckpoint signed_head(RocksEventStore& store, const fs::path& ledger) {
  return publish_checkpoint(store, ledger, key(), kId, 0, store.head().time);
}

// "tile 257, entry 300", and files of those without a position.
std::string found(const Findings& findings) {
  std::string words;
  for (const Finding& finding : findings.kept()) {
    if (!words.empty()) words += ", ";
    words += std::string(name_of(finding.check)) + " " +
             (finding.position != 0 ? std::to_string(finding.position) : finding.file);
  }
  return words;
}

TlogVerifyOptions with_key() {
  TlogVerifyOptions options;
  options.keys = {key().verifier()};
  return options;
}

std::set<std::string> files_in(const fs::path& directory) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), directory));
  return files;
}

}  // namespace

TEST_CASE("tiles: kept as events are appended, one by one, together and from many batches") {
  const Scratch scratch;
  const std::size_t batch = GENERATE(1u, 255u, 5000u);
  {
    const auto store = made(scratch / "l", 1);
    grow(*store, 700, batch);
    // A tile is stored with what is appended after it, or at the close.
    CHECK_FALSE(store->check_index());
    store->close();
  }
  const auto tiles = tiles_in(scratch / "l");
  REQUIRE(tiles.size() == 2);
  const auto store = reader(scratch / "l");
  for (const auto& [id, bytes] : tiles) {
    REQUIRE(id.level == 0);
    std::string expected;
    for (const auto cursor = store->scan(id.index * 256 + 1, id.index * 256 + 256);
         cursor->next();) {
      const Digest leaf = leaf_hash(cursor->bytes());
      expected.append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
    }
    CHECK(bytes == expected);
  }
  CHECK(verify(scratch / "l").ending() == Verification::Ending::intact);
  CHECK(verify(scratch / "l").tiles == 2);
}

TEST_CASE("tiles: the next writer stores what an older program or a crash left out") {
  const Scratch scratch;
  OpenOptions without;
  without.keep_tiles = false;
  made(scratch / "l", 300)->close();
  CHECK(tiles_in(scratch / "l").size() == 1);
  {
    const auto store = writer(scratch / "l", without);
    grow(*store, 66'000, 5000);
    store->close();
  }
  CHECK(tiles_in(scratch / "l").size() == 1);
  const MerkleFrontier tree = reader(scratch / "l")->frontier();
  // A reader computes them.
  const auto computed = reader(scratch / "l");
  CHECK(MerkleTree(*computed->tiles(), 66'000).root() == tree.root());
  CHECK(verify(scratch / "l").ending() == Verification::Ending::intact);
  {
    const auto store = writer(scratch / "l");
    CHECK_FALSE(store->check_index());
    grow(*store, 66'100, 1);
    CHECK_FALSE(store->check_index());
    // Without a close.
  }
  CHECK(tiles_in(scratch / "l").size() == 258 + 1);
  writer(scratch / "l")->rebuild_index();
  CHECK(tiles_in(scratch / "l").size() == 258 + 1);
  const auto verified = verify(scratch / "l");
  INFO(found(verified.findings));
  CHECK(verified.ending() == Verification::Ending::intact);
  CHECK(verified.tiles == 259);
}

TEST_CASE("tiles: one that is wrong is found, used for nothing, and replaced by a writer") {
  const Scratch scratch;
  made(scratch / "l", 66'000)->close();
  const auto right = tiles_in(scratch / "l");
  // The first and the last that a tile of level 1 is above of, one that none is, and that tile.
  const auto id = GENERATE(TileId{0, 0}, TileId{0, 255}, TileId{0, 256}, TileId{1, 0});
  INFO("level " << id.level << ", number " << id.index);
  std::string wrong = right.at(id);
  wrong[40] = static_cast<char>(wrong[40] ^ 1);
  const bool short_one = GENERATE(false, true);
  set_tile(scratch / "l", id, short_one ? wrong.substr(1) : wrong);
  CHECK(found(verify(scratch / "l").findings) == "tile " + std::to_string(id.index * 256 + 1));
  CHECK_THAT(*reader(scratch / "l")->check_index(),
             Contains("tile of level " + std::to_string(id.level) + ", number " +
                      std::to_string(id.index)));
  const Checkpoint before{"o", 66'000, reader(scratch / "l")->frontier().root()};
  const auto store = writer(scratch / "l");
  CHECK(why_inconsistent(*store, before, "it") == "");
  const auto checkpoint = signed_head(*store, scratch / "l");
  CHECK(export_tlog(*store, checkpoint, scratch / "log").checkpoint.size == 66'000);
  CHECK(found(verify_tlog(scratch / "log", with_key()).findings) == "");
  // The writer looks when a tile is full.
  grow(*store, 66'100, 1);
  store->close();
  auto now = tiles_in(scratch / "l");
  CHECK(now.erase({0, 257}) == 1);
  CHECK(now == right);
}

TEST_CASE("tiles: one that is missing before others is stored anew by a writer") {
  const Scratch scratch;
  made(scratch / "l", 66'000)->close();
  const auto right = tiles_in(scratch / "l");
  for (const std::uint64_t number : {0, 255}) {
    set_tile(scratch / "l", {0, number}, "");
    const auto store = writer(scratch / "l");
    grow(*store, store->head().position + 300);
    store->close();
    auto now = tiles_in(scratch / "l");
    INFO("number " << number);
    CHECK(std::includes(now.begin(), now.end(), right.begin(), right.end()));
  }
}

TEST_CASE("tiles: a missing one before others, and one of no events, are found") {
  const Scratch scratch;
  made(scratch / "l", 1100)->close();
  const auto right = tiles_in(scratch / "l");
  SECTION("missing") {
    set_tile(scratch / "l", {0, 1}, "");
    CHECK(found(verify(scratch / "l").findings) == "tile 257");
  }
  SECTION("too many") {
    set_tile(scratch / "l", {0, 4}, right.at({0, 3}));
    CHECK(verify(scratch / "l").findings.counts().count(Check::tile) == 1);
    CHECK(reader(scratch / "l")->check_index());
    // A writer sees that it cannot have been written in order, and makes all anew.
    writer(scratch / "l")->close();
    CHECK(tiles_in(scratch / "l") == right);
  }
}

TEST_CASE("checkpoint: signed, kept, recorded, and in agreement with every earlier one") {
  const Scratch scratch;
  const fs::path ledger = scratch / "l";
  const auto store = made(ledger, 300);
  const MerkleFrontier tree = store->frontier();
  const SignedCheckpoint first = signed_head(*store, ledger);
  CHECK(first.checkpoint == Checkpoint{"example.com/log/" + std::string(kId), 300, tree.root()});
  CHECK(check_signature(first.note, key().verifier()) == Signed::yes);
  CHECK(CheckpointStore(ledger).sizes() == std::vector<std::uint64_t>{300});
  CHECK(CheckpointStore(ledger).newest()->bytes == first.bytes);
  CHECK(store->head().position == 301);
  {
    const auto recorded = store->scan(301);
    REQUIRE(recorded->next());
    REQUIRE(recorded->event().getBody().isCheckpointed());
    const auto event = recorded->event().getBody().getCheckpointed();
    CHECK(event.getSize() == 300);
    CHECK(view(event.getKeyName()) == "example.com/log");
    CHECK(event.getKeyId() == key().verifier().id());
  }
  grow(*store, 600);
  const SignedCheckpoint second = signed_head(*store, ledger);
  CHECK(second.checkpoint.size == 600);
  const auto tiles = store->tiles();
  CHECK(proves_consistency(300, first.checkpoint.root, 600, second.checkpoint.root,
                           MerkleTree(*tiles, 600).consistency(300)));
  store->close();
  const auto verified = verify(ledger);
  CHECK(verified.ending() == Verification::Ending::intact);
  CHECK(verified.checkpoints == 2);  // each in a file and an event
}

TEST_CASE("checkpoint: an older copy, and another history, are refused") {
  const Scratch scratch;
  made(scratch / "l", 300)->close();
  copy_directory(scratch / "l", scratch / "old");
  {
    const auto store = writer(scratch / "l");
    grow(*store, 500);
    signed_head(*store, scratch / "l");
    store->close();
  }
  // The older copy is put back, and what was published is not forgotten.
  copy_directory(scratch / "l/checkpoints", scratch / "old/checkpoints");
  {
    const auto store = writer(scratch / "old");
    CHECK_THROWS_WITH(signed_head(*store, scratch / "old"),
                      Contains("ends at position 300") && Contains("500 events"));
    CHECK(store->head().position == 300);
    grow(*store, 499);
    CHECK_THROWS_WITH(signed_head(*store, scratch / "old"), Contains("ends at position 499"));
    EventDraft other = observed(*store->find_stream("a"), "another history");
    store->append_one(other);
    CHECK_THROWS_WITH(signed_head(*store, scratch / "old"),
                      Contains("are not those") && Contains("the ledger was changed"));
    grow(*store, 700);
    CHECK_THROWS_AS(signed_head(*store, scratch / "old"), LedgerError);
    store->close();
  }
  CHECK_THAT(found(verify(scratch / "old").findings), Contains("checkpoint 500"));
  // Nor is one that is known from elsewhere, of the same log or of another.
  fs::remove_all(scratch / "old/checkpoints");
  const auto known = *CheckpointStore(scratch / "l").newest();
  const auto store = writer(scratch / "old");
  CHECK_THROWS_AS(
      publish_checkpoint(*store, scratch / "old", key(), kId, 0, {}, std::span(&known, 1)),
      LedgerError);
  CHECK_THROWS_WITH(
      publish_checkpoint(*store, scratch / "old", key(), "other", 0, {}, std::span(&known, 1)),
      Contains("another log"));
  CHECK(CheckpointStore(scratch / "old").sizes().empty());
}

TEST_CASE("checkpoint: verify finds a ledger that is shorter, and a file that is none") {
  const Scratch scratch;
  made(scratch / "l", 300)->close();
  fs::create_directory(scratch / "l/checkpoints");
  const Checkpoint later{"o", 400, sha256({})};
  write_all(CheckpointStore(scratch / "l").file_of(400), sign(later, key()).bytes);
  write_all(CheckpointStore(scratch / "l").file_of(7), "no checkpoint\n");
  CHECK(found(verify(scratch / "l").findings) ==
        "checkpoint checkpoints/00000000000000000007, "
        "checkpoint checkpoints/00000000000000000400");
  VerifyOptions options;
  options.checkpoints = {{100, sha256({}), "elsewhere"}};
  fs::remove_all(scratch / "l/checkpoints");
  CHECK(found(verify(scratch / "l", options).findings) == "checkpoint 100");
}

TEST_CASE("tlog: paths of files") {
  const auto path = [](bool entries, unsigned level, std::uint64_t index, std::uint64_t width) {
    const TlogFile file{entries, {level, index}, width};
    CHECK(TlogFile::parse(file.path()) == file);
    return file.path();
  };
  CHECK(path(false, 0, 0, 256) == "tile/0/000");
  CHECK(path(false, 0, 1'234'067, 256) == "tile/0/x001/x234/067");
  CHECK(path(false, 2, 0, 1) == "tile/2/000.p/1");
  CHECK(path(false, 0, 273, 112) == "tile/0/273.p/112");
  CHECK(path(true, 0, 273, 112) == "tile/entries/273.p/112");
  CHECK(path(true, 0, 1000, 256) == "tile/entries/x001/000");
  for (const char* none :
       {"tile/0/0", "tile/00/000", "tile/64/000", "tile/0/x000/000", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/1000", "tile/0/001/000", "tile/-1/000",
        "tile/0/000/", "tile/entries", "checkpoint", "tile/0/x999/x999/x999/x999/x999/x999/x999"})
    CHECK_FALSE(TlogFile::parse(none));
}

TEST_CASE("tlog: 70,000 entries have the files of the specification's example") {
  const Scratch scratch;
  const auto store = made(scratch / "l", 70'000);
  const auto checkpoint = signed_head(*store, scratch / "l");
  CHECK(export_tlog(*store, checkpoint, scratch / "log").written == 273 * 2 + 2 + 1 + 1 + 1);
  const auto files = files_in(scratch / "log");
  CHECK(files.size() == 273 + 1 + 1 + 1 + 1 + 273 + 1 + 1);
  for (const char* name :
       {"checkpoint", "tile/0/000", "tile/0/272", "tile/0/273.p/112", "tile/1/000",
        "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/272", "tile/entries/273.p/112"})
    CHECK(files.count(name) == 1);
  CHECK(fs::file_size(scratch / "log/tile/0/272") == 8192);
  CHECK(fs::file_size(scratch / "log/tile/1/001.p/17") == 17 * 32);
  const auto verified = verify_tlog(scratch / "log", with_key());
  CHECK(found(verified.findings) == "");
  CHECK(verified.entries == 70'000);
  CHECK(verified.signature_checked);
}

TEST_CASE("tlog: an export goes on where it was, and leaves full tiles alone") {
  const Scratch scratch;
  const fs::path ledger = scratch / "l";
  const fs::path log = scratch / "log";
  const auto store = made(ledger, 1);
  CHECK(export_tlog(*store, signed_head(*store, ledger), log).before == 0);
  Position before = 1;
  for (const Position head : {5, 256, 400, 1024, 65'536, 65'800}) {
    grow(*store, head);
    fs::file_time_type untouched{};
    if (before >= 256) untouched = fs::last_write_time(log / "tile/0/000");
    const auto checkpoint = signed_head(*store, ledger);
    const auto done = export_tlog(*store, checkpoint, log);
    CHECK(done.before == before);
    CHECK(done.checkpoint.size == head);
    before = head;
    auto options = with_key();
    for (const auto size : CheckpointStore(ledger).sizes())
      options.earlier.emplace_back(*CheckpointStore(ledger).read(size), "earlier");
    CHECK(found(verify_tlog(log, options).findings) == "");
    if (untouched != fs::file_time_type{})
      CHECK(fs::last_write_time(log / "tile/0/000") == untouched);
  }
  // The same once more changes nothing that matters; partial tiles of full ones are gone.
  CHECK(export_tlog(*store, *CheckpointStore(ledger).newest(), log).before == 65'800);
  CHECK(found(verify_tlog(log, with_key()).findings) == "");
  CHECK(files_in(log).count("tile/0/000.p/1") == 0);
  CHECK(files_in(log).count("tile/0/001.p/144") == 0);
}

TEST_CASE("tlog: what is no earlier state of the same log is not exported to") {
  const Scratch scratch;
  const auto store = made(scratch / "l", 600);
  const auto checkpoint = signed_head(*store, scratch / "l");
  const auto refused = [&](const char* why) {
    CHECK_THROWS_WITH(export_tlog(*store, checkpoint, scratch / "log"), Contains(why));
  };
  SECTION("something else") {
    fs::create_directory(scratch / "log");
    write_all(scratch / "log/notes.txt", "x");
    refused("holds 'notes.txt' and no checkpoint");
  }
  SECTION("another ledger") {
    const auto other = made(scratch / "other", 300);
    export_tlog(*other, publish_checkpoint(*other, scratch / "other", key(), "other", 0, {}),
                scratch / "log");
    refused("holds another log, example.com/log/other");
  }
  SECTION("another history") {
    const auto other = made(scratch / "other", 299);
    EventDraft draft = observed(*other->find_stream("a"), "another history");
    other->append_one(draft);
    export_tlog(*other, signed_head(*other, scratch / "other"), scratch / "log");
    refused("holds another history");
  }
  SECTION("a later state") {
    grow(*store, 700);
    export_tlog(*store, signed_head(*store, scratch / "l"), scratch / "log");
    refused("holds 700 entries already");
  }
  SECTION("a damaged tile") {
    export_tlog(*store, checkpoint, scratch / "log");
    write_all(scratch / "log/tile/0/001", "x");
    refused("tile/0/001 is not what the ledger has there");
  }
  SECTION("a checkpoint of other events") {
    const Checkpoint wrong{checkpoint.checkpoint.origin, 500, checkpoint.checkpoint.root};
    CHECK_THROWS_WITH(export_tlog(*store, sign(wrong, key()), scratch / "log"),
                      Contains("not those that the checkpoint was signed for"));
    const Checkpoint more{checkpoint.checkpoint.origin, 900, checkpoint.checkpoint.root};
    CHECK_THROWS_WITH(export_tlog(*store, sign(more, key()), scratch / "log"),
                      Contains("has 601 events"));
    CHECK(files_in(scratch / "log").empty());
  }
}

TEST_CASE("tlog: a first export that was cut off is done again") {
  const Scratch scratch;
  const auto store = made(scratch / "l", 600);
  const auto checkpoint = signed_head(*store, scratch / "l");
  export_tlog(*store, checkpoint, scratch / "log");
  fs::remove(scratch / "log/checkpoint");
  write_all(scratch / "log/tile/entries/001", "half of i");
  write_all(scratch / "log/.new", "half of i");
  CHECK(found(verify_tlog(scratch / "log").findings) == "checkpoint checkpoint");
  export_tlog(*store, checkpoint, scratch / "log");
  CHECK(found(verify_tlog(scratch / "log", with_key()).findings) == "");
}

TEST_CASE("tlog: what is wrong is named with its position or file") {
  const Scratch scratch;
  const auto store = made(scratch / "l", 600);
  const auto checkpoint = signed_head(*store, scratch / "l");
  const fs::path log = scratch / "log";
  export_tlog(*store, checkpoint, log);
  auto options = with_key();
  const auto findings = [&] { return found(verify_tlog(log, options).findings); };
  const auto flip = [&](const char* file, std::size_t at) {
    std::string bytes = read_all(log / file);
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    write_all(log / file, bytes);
  };
  SECTION("an entry") {
    const std::string bundle = read_all(log / "tile/entries/001");
    const std::size_t size =
        2 + (static_cast<unsigned char>(bundle[0]) << 8 | static_cast<unsigned char>(bundle[1]));
    flip("tile/entries/001", size + 40);  // in the second entry, after its header
    const std::string words = findings();
    CHECK_THAT(words, Contains("entry 258"));
    CHECK_THAT(words, Contains("checkpoint checkpoint"));
    CHECK(words.find("tile 258") == std::string::npos);
  }
  SECTION("a hash of an entry") {
    flip("tile/0/001", 32 * 3);
    CHECK(findings() == "tile 260");
  }
  SECTION("a tile above") {
    flip("tile/1/000.p/2", 1);
    CHECK(findings() == "tile tile/1/000.p/2");
  }
  SECTION("missing files") {
    fs::remove(log / "tile/1/000.p/2");
    fs::remove(log / "tile/entries/002.p/88");
    CHECK_THAT(findings(), Contains("entry 513"));
  }
  SECTION("files too many") {
    fs::create_directories(log / "tile/3/000.p");
    write_all(log / "tile/3/000.p/1", "x");
    write_all(log / "index.html", "x");
    CHECK(findings() == "file index.html, file tile/3/000.p/1");
  }
  SECTION("another key") {
    options.keys = {SigningKey::generate("example.com/log").verifier()};
    CHECK(findings() == "checkpoint checkpoint");
  }
  SECTION("an earlier checkpoint that it did not go on from") {
    options.earlier = {{sign({checkpoint.checkpoint.origin, 100, sha256({})}, key()), "mine"},
                       {sign({"another", 601, sha256({})}, key()), "other"}};
    CHECK(findings() == "checkpoint 100, checkpoint other, checkpoint other");
  }
}

TEST_CASE("tlog: a flip of any byte of an exported log is found") {
  const Scratch scratch;
  const auto store = made(scratch / "l", 280);
  const auto checkpoint = signed_head(*store, scratch / "l");
  const fs::path log = scratch / "log";
  export_tlog(*store, checkpoint, log);
  const auto options = with_key();
  REQUIRE(verify_tlog(log, options).findings.count() == 0);
  std::size_t flips = 0;
  for (const auto& name : files_in(log)) {
    const std::string bytes = read_all(log / name);
    std::fstream file(log / name, std::ios::in | std::ios::out | std::ios::binary);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto put = [&](char c) {
        file.seekp(static_cast<std::streamoff>(i));
        file.put(c);
        file.flush();
      };
      // Another bit each time, so that all of them come up.
      put(static_cast<char>(bytes[i] ^ 1 << i % 8));
      const auto verified = verify_tlog(log, options);
      put(bytes[i]);
      ++flips;
      if (verified.findings.count() == 0) FAIL(name << ", byte " << i);
    }
  }
  CHECK(flips > 30'000);
  CHECK(verify_tlog(log, options).findings.count() == 0);
}

}  // namespace migledger::ledger
