#include "ledger/verify/verify_stretch.h"

#include <capnp/schema.h>
#include <kj/exception.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <random>

#include "ledger/base/printable.h"
#include "ledger/merkle/merkle_tree.h"
#include "ledger/rocks/keys.h"
#include "ledger/rocks/rocks_database.h"

namespace migledger::ledger {

namespace {

using Kind = EventFacts::Kind;
using schema::Event;

__extension__ using Wide = unsigned __int128;

std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::string positions(Position from, Position to) {
  return from == to
             ? "the event at position " + std::to_string(from)
             : "the events at positions " + std::to_string(from) + " to " + std::to_string(to);
}

constexpr char kRestore[] =
    "restore the ledger's directory from a copy; what was done since then is found in the cloud "
    "by the next run";

}  // namespace

// ---- the sum of the index
// ------------------------------------------------------------------------

IndexSum::Keys IndexSum::draw() {
  std::random_device device;
  Keys keys{};
  for (auto& key : keys.k) key = std::uint64_t{device()} << 32 | device();
  return keys;
}

void IndexSum::add_numbers(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  ++entries_;
  const std::uint64_t first = folded(a ^ keys_.k[0], b ^ keys_.k[1]);
  low_ += folded(first ^ c, keys_.k[2] | 1);
  high_ += folded((first + a) ^ keys_.k[3], c ^ b ^ keys_.k[2]);
}

void IndexSum::add_event(StreamId stream, std::uint64_t version, Position position) {
  add_numbers(stream, version, position);
}

void IndexSum::add_name(std::string_view migration, Position position) {
  const Digest digest = sha256(bytes_of(migration));
  const std::string_view text(reinterpret_cast<const char*>(digest.data()), digest.size());
  // No stream has a version of zero or of such a size, so no event's entry is the same.
  add_numbers(keys::number_at(text, 0), keys::number_at(text, 8) | std::uint64_t{1} << 63,
              position);
}

void IndexSum::add(const IndexSum& other) {
  entries_ += other.entries_;
  low_ += other.low_;
  high_ += other.high_;
}

// ---- a stretch
// -----------------------------------------------------------------------------------

std::span<const std::byte> Stretch::bytes_at(Position position) const {
  const std::size_t at = position - first;
  if (at >= ends.size()) return {};
  const std::size_t begin = at == 0 ? 0 : ends[at - 1];
  return std::span(bytes).subspan(begin, ends[at] - begin);
}

void StretchTaker::begin(Position first, Position last, Stretch& into) const {
  into.first = first;
  into.facts.assign(last - first + 1, EventFacts{});
  into.leaves.clear();
  into.tree = {};
  into.trees.clear();
  into.names.clear();
  into.evidence.clear();
  into.block = {};
  into.tile_roots.clear();
  into.tiles.clear();
  into.checkpoints.clear();
  into.forked = 0;
  into.bytes.clear();
  into.ends.clear();
  into.findings.clear();
  into.index = IndexSum(wishes_.keys);
}

void read_stretch(const Database& database, Position first, Position last, StretchTaker& taker,
                  Stretch& into) {
  taker.begin(first, last, into);
  const auto lose = [&](Position from, Position to, const std::string& why) {
    into.findings.push_back({Check::log, from, "", positions(from, to) + " " + why, kRestore});
  };
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = 512 << 10;  // not much beyond the stretch
  const std::unique_ptr<rocksdb::Iterator> it(database.db->NewIterator(options, database.events));
  it->Seek(keys::number(first));
  Position next = first;  // all before it are settled
  while (next <= last) {
    if (!it->Valid()) {
      if (it->status().ok()) return lose(next, last, "and everything after is missing");
      // What follows a damaged block may be whole: look for it, ever further on.
      const std::string what = it->status().ToString();
      const LedgerError error = error_of(it->status(), "reading " + positions(next, next));
      if (error.kind != LedgerErrorKind::corrupt) throw LedgerError(error);
      Position step = 1;
      Position beyond = next;
      do {
        beyond += step;
        if (beyond - next > 1024) step *= 2;
        if (beyond > last) break;
        it->Seek(keys::number(beyond));
      } while (!it->Valid() && !it->status().ok());
      lose(next, std::min(beyond - 1, last), "cannot be read: " + what);
      next = beyond;
      continue;
    }
    const auto position = keys::read_number(it->key().ToStringView());
    if (!position) {
      into.findings.push_back(
          {Check::log, next, "",
           "before position " + std::to_string(next) + " stands a key that is not a position",
           kRestore});
    } else {
      if (*position > next) lose(next, std::min(*position - 1, last), "is missing");
      if (*position > last) return;
      taker.take(*position, as_bytes(it->value()), into);
      next = *position + 1;
    }
    if (next <= last) it->Next();
  }
}

// A stretch begins where a tile does, and the roots of 256 leaves are what the tiles above hold.
void StretchTaker::take_leaf(Position position, std::span<const std::byte> bytes, Stretch& into) {
  into.leaves.push_back(leaf_hash(bytes));
  into.block.append(into.leaves.back());
  if (into.block.size() == kTileWidth) {
    into.tile_roots.push_back(into.block.root());
    into.tree.append(into.block);
    into.block = {};
  }
  if (std::binary_search(wishes_.sizes.begin(), wishes_.sizes.end(), position))
    into.trees.emplace_back(position, into.tree).second.append(into.block);
}

void StretchTaker::take(Position position, std::span<const std::byte> bytes, Stretch& into) {
  if (into.leaves.size() == position - into.first) {
    take_leaf(position, bytes, into);
  }
  if (position <= wishes_.fold_to && into.ends.size() == position - into.first) {
    into.bytes.insert(into.bytes.end(), bytes.begin(), bytes.end());
    into.ends.push_back(into.bytes.size());
  }
  const auto report = [&](const std::string& what) {
    into.findings.push_back(
        {Check::event, position, "", positions(position, position) + " " + what, kRestore});
  };
  EventFacts& facts = into.facts[position - into.first];
  try {
    const Event::Reader event = decoder_.decode(bytes);
    if (bytes.size() > kMaxEventBytes)
      report("has " + std::to_string(bytes.size()) + " bytes, more than an event may have");
    // Bytes in that form cannot lead a reader in circles.
    if (!decoder_.is_canonical()) return report("is not in canonical form");
    take_facts(position, event, facts, into);
    if (event.getPosition() == position) return;
    facts.kind = Kind::unreadable;
    into.findings.push_back({Check::header, position, "",
                             positions(position, position) + " says that it is at position " +
                                 std::to_string(event.getPosition()),
                             kRestore});
  } catch (const LedgerError& e) {
    report(std::string("cannot be read: ") + e.what());
  } catch (const kj::Exception& e) {
    facts.kind = Kind::unreadable;
    report(std::string("cannot be read: ") + e.getDescription().cStr());
  }
}

void StretchTaker::take_facts(Position position, Event::Reader event, EventFacts& facts,
                              Stretch& into) {
  facts.stream = event.getStream();
  facts.version = event.getVersion();
  facts.time = event.getTime();
  facts.raw_time = event.getRawTime();
  facts.session = event.getSession();
  facts.cause = event.getCause();
  take_body(position, event, facts, into);
  into.index.add_event(facts.stream, facts.version, position);
}

void StretchTaker::take_evidence(Position position, capnp::Data::Reader data, Stretch& into) {
  if (data.size() == 0) return;
  Digest digest;
  if (data.size() != digest.size()) {
    into.findings.push_back({Check::event, position, "",
                             positions(position, position) + " names evidence by " +
                                 std::to_string(data.size()) + " bytes, which is no SHA-256",
                             kRestore});
    return;
  }
  std::copy_n(reinterpret_cast<const std::byte*>(data.begin()), digest.size(), digest.begin());
  into.evidence.emplace_back(position, digest);
}

void StretchTaker::take_checkpoint(Position position, schema::Checkpointed::Reader checkpointed,
                                   Stretch& into) {
  KnownCheckpoint known;
  known.size = checkpointed.getSize();
  known.where = "the event at position " + std::to_string(position);
  known.event = position;
  const auto root = checkpointed.getRoot();
  if (root.size() != known.root.size() || known.size >= position) {
    into.findings.push_back({Check::checkpoint, position, "",
                             known.where + " is of a checkpoint that cannot have been signed then",
                             kRestore});
    return;
  }
  std::copy_n(reinterpret_cast<const std::byte*>(root.begin()), known.root.size(),
              known.root.begin());
  into.checkpoints.push_back(std::move(known));
}

void StretchTaker::take_body(Position position, Event::Reader event, EventFacts& facts,
                             Stretch& into) {
  static const unsigned kKinds = capnp::Schema::from<Event::Body>().getUnionFields().size();
  const auto body = event.getBody();
  facts.kind = static_cast<unsigned>(body.which()) < kKinds ? Kind::other : Kind::unknown;
  switch (body.which()) {
    case Event::Body::LEDGER_CREATED:
      facts.kind = Kind::ledger_created;
      break;
    case Event::Body::SESSION_OPENED:
      facts.kind = Kind::session_opened;
      break;
    case Event::Body::MIGRATION_STARTED: {
      facts.kind = Kind::migration_started;
      const std::string_view name = view(body.getMigrationStarted().getName());
      into.names.emplace_back(position, name);
      into.index.add_name(name, position);
      break;
    }
    case Event::Body::INTENT: {
      const auto intent = body.getIntent();
      facts.kind = Kind::intent;
      facts.step = intent.getStep();
      facts.generation = intent.getGeneration();
      facts.refers = intent.getResends();
      facts.has_request = intent.getRequest().getMethod().size() != 0;
      break;
    }
    case Event::Body::OUTCOME: {
      const auto outcome = body.getOutcome();
      using How = schema::Outcome::How;
      facts.kind = Kind::outcome;
      facts.step = outcome.getStep();
      facts.generation = outcome.getGeneration();
      facts.refers = outcome.getIntent();
      facts.needs_intent = outcome.getHow() == How::REPLIED || outcome.getHow() == How::LOST ||
                           outcome.getHow() == How::PROVEN;
      take_evidence(position, outcome.getEvidence(), into);
      break;
    }
    case Event::Body::FORKED:
      into.forked = position;
      break;
    case Event::Body::CHECKPOINTED:
      take_checkpoint(position, body.getCheckpointed(), into);
      break;
    case Event::Body::CHECKED:
      for (const auto digest : body.getChecked().getEvidence())
        take_evidence(position, digest, into);
      break;
    default:
      break;
  }
}

}  // namespace migledger::ledger
