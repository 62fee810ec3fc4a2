#include "cli/keep/import_jsonl.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <istream>
#include <stdexcept>

#include "cli/base/names.h"
#include "cli/export/export_jsonl.h"
#include "cli/render/event_json.h"
#include "cli/render/event_kind.h"
#include "ledger/base/base64.h"
#include "ledger/base/errors.h"
#include "ledger/base/printable.h"
#include "ledger/copy/ledger_builder.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/merkle/merkle.h"
#include "ledger/store/memory_event_store.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;

// The longest line that is read: an event has less than 1 MiB, evidence is as large as a reply.
constexpr std::size_t kLongestLine = std::size_t{256} << 20;

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

class Importer {
 public:
  Importer(std::istream& in, const std::string& name, const std::filesystem::path& to)
      : in_(in), name_(name), builder_(to), evidence_(to) {}

  Imported run() {
    try {
      take_header(next("the header"));
      json::object object = next("an event or the trailer");
      for (; is_event(object); object = next("an event or the trailer")) take_event(object);
      for (; kind_of(object) == "evidence"; object = next("evidence or the trailer"))
        take_evidence(object);
      if (kind_of(object) != "trailer")
        wrong(fmt::format("\"{}\" does not belong here", printable(kind_of(object), 60)));
      take_trailer(object);
      if (read_line()) wrong("something follows the trailer");
    } catch (const std::invalid_argument& e) {
      throw ledger::LedgerError(
          ledger::LedgerErrorKind::refused,
          fmt::format("{}:{}: {}; nothing was imported: get the file again, or export the ledger "
                      "again",
                      printable(name_), line_, e.what()));
    }
    builder_.finish();
    imported_.head = head_;
    imported_.root = root_;
    return imported_;
  }

 private:
  // The next line that has something in it.
  std::optional<std::string> read_line() {
    std::string text;
    while (true) {
      const int c = in_.get();
      if (c == std::istream::traits_type::eof()) break;
      if (c == '\n') {
        ++line_;
        if (!text.empty() && text.back() == '\r') text.pop_back();
        if (!text.empty()) return text;
        continue;
      }
      if (text.size() == kLongestLine) {
        ++line_;
        wrong("the line is too long");
      }
      text.push_back(static_cast<char>(c));
    }
    if (text.empty()) return std::nullopt;
    ++line_;
    wrong("the line has no end: the file was cut off");
  }

  json::object next(std::string_view expected) {
    const auto line = read_line();
    if (!line) {
      ++line_;
      wrong(fmt::format("it ends where {} belongs: the file was cut off", expected));
    }
    json::error_code error;
    json::value value = json::parse(*line, error);
    if (error) wrong("the line is not JSON (" + error.message() + ")");
    if (!value.is_object()) wrong("the line is not a JSON object");
    return std::move(value.get_object());
  }

  static std::string_view text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (!value || !value->is_string()) wrong(fmt::format("it has no text \"{}\"", key));
    return {value->get_string().data(), value->get_string().size()};
  }

  static std::uint64_t number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    json::error_code error;
    const auto number = value && value->is_number() ? value->to_number<std::uint64_t>(error) : 0;
    if (!value || !value->is_number() || error) wrong(fmt::format("it has no number \"{}\"", key));
    return number;
  }

  static ledger::Digest digest(const json::object& object, std::string_view key) {
    const auto digest = ledger::digest_from_hex(text(object, key));
    if (!digest) wrong(fmt::format("its \"{}\" is not a digest in hexadecimal", key));
    return *digest;
  }

  static std::vector<std::byte> bytes(const json::object& object) {
    auto decoded = ledger::from_base64(text(object, "bytes"));
    if (!decoded) wrong("its \"bytes\" are not base64");
    return std::move(*decoded);
  }

  static std::string_view kind_of(const json::object& object) { return text(object, "kind"); }

  static bool is_event(const json::object& object) {
    const auto kind = kind_of(object);
    return kind != "header" && kind != "evidence" && kind != "trailer";
  }

  void take_header(const json::object& header) {
    if (kind_of(header) != "header" || !header.contains("migledger_jsonl"))
      wrong("it is not the header of an export by migledger export --jsonl");
    const auto version = number(header, "migledger_jsonl");
    if (version == 0 || version > kJsonlVersion)
      wrong(
          fmt::format("the export has version {}, and this migledger knows versions up to {}: "
                      "use a newer migledger",
                      version, kJsonlVersion));
    head_ = number(header, "head");
    root_ = digest(header, "root");
    header_ = header;
  }

  void take_event(const json::object& object) {
    const auto stored = bytes(object);
    if (ledger::leaf_hash(stored) != digest(object, "leaf"))
      wrong("its \"bytes\" do not hash to its \"leaf\"");
    if (builder_.frontier().size() == head_)
      wrong(fmt::format("an event follows the last that the header announces, {}", head_));
    const auto event = builder_.add(stored);
    // What a reader of the line would believe.
    const std::pair<std::string_view, std::uint64_t> numbers[] = {{"position", event.getPosition()},
                                                                  {"stream", event.getStream()},
                                                                  {"version", event.getVersion()},
                                                                  {"session", event.getSession()},
                                                                  {"cause", event.getCause()}};
    for (const auto& [key, value] : numbers)
      if (number(object, key) != value)
        wrong(fmt::format("its \"{}\" is not that of its \"bytes\"", key));
    const auto time = format_utc(time_from_micros(event.getTime()));
    if (text(object, "time") != time) wrong("its \"time\" is not that of its \"bytes\"");
    if (is_known(event) && kind_of(object) != cli::kind_of(event))
      wrong("its \"kind\" is not that of its \"bytes\"");
    if (event.getPosition() == 1) check_identity(event.getBody().getLedgerCreated());
    if (is_known(event)) check_words(object, event, stored);
  }

  // The rest is compared with what the same export says of the bytes. Whoever adds a member to a
  // body must let it be absent here.
  void check_words(const json::object& object, ledger::schema::Event::Reader event,
                   std::span<const std::byte> stored) {
    names_.learn(event);
    const auto told = event_json(event, stored, names_, imported_.simulated);
    for (const char* key : {"simulated", "raw_time", "actor", "migration", "step", "body"}) {
      const auto* is = object.if_contains(key);
      const auto* should_be = told.if_contains(key);
      if (is && should_be ? *is != *should_be : is != should_be)
        wrong(fmt::format("its \"{}\" is not that of its \"bytes\"", key));
    }
  }

  void check_identity(ledger::schema::LedgerCreated::Reader created) {
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"ledger", ledger::view(created.getLedgerId())},
        {"cloud", ledger::view(created.getCloud())},
        {"tenancy", ledger::view(created.getTenancy())}};
    for (const auto& [key, value] : texts)
      if (text(header_, key) != value)
        wrong(fmt::format("the header is of another ledger: its \"{}\" differs", key));
    imported_.simulated = ledger::view(created.getCloud()) == "sim";
  }

  void take_evidence(const json::object& object) {
    const auto content = bytes(object);
    if (ledger::sha256(content) != digest(object, "digest"))
      wrong("its \"bytes\" do not have its \"digest\"");
    evidence_.put(content);
    ++imported_.evidence;
  }

  void take_trailer(const json::object& trailer) {
    if (number(trailer, "head") != head_ || digest(trailer, "root") != root_)
      wrong("the trailer does not fit the header");
    if (builder_.frontier().size() != head_)
      wrong(fmt::format("there are {} events, and the header announces {}",
                        builder_.frontier().size(), head_));
    if (head_ == 0) wrong("there is no event");
    if (builder_.frontier().root() != root_)
      wrong("the Merkle root of the events is not that of the header");
    if (number(trailer, "evidence") != imported_.evidence)
      wrong(fmt::format("there are {} pieces of evidence, and the trailer has another number",
                        imported_.evidence));
  }

  std::istream& in_;
  const std::string name_;
  ledger::LedgerBuilder builder_;
  ledger::EvidenceStore evidence_;
  // Everything that has a name comes before what names it, so the store is never asked.
  const ledger::MemoryEventStore nothing_;
  Names names_{nothing_};
  std::uint64_t line_ = 0;
  json::object header_;
  ledger::Position head_ = 0;
  ledger::Digest root_{};
  Imported imported_;
};

}  // namespace

Imported import_jsonl(std::istream& in, const std::string& name, const std::filesystem::path& to) {
  return Importer(in, name, to).run();
}

}  // namespace migledger::cli
