#include "ledger/directory/ledger_directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <system_error>
#include <vector>

#include "ledger/base/errors.h"
#include "ledger/base/files.h"
#include "ledger/base/sha256.h"
#include "ledger/event/event.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "migledger-ledger\nformat: ";
constexpr std::size_t kMaxFormatBytes = 4096;

// What a creation may leave behind before FORMAT is written.
constexpr std::array<std::string_view, 8> kOurs = {
    "creating", "creating.tmp", "lock", "events", "anchor", "evidence", "anchor.tmp", "FORMAT.tmp"};

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw LedgerError(LedgerErrorKind::refused, path.string() + " " + why);
}

[[noreturn]] void unreadable(const fs::path& path, const std::error_code& error) {
  throw LedgerError(LedgerErrorKind::disk, "cannot read " + path.string() + ": " + error.message());
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  if (error) unreadable(directory, error);
  return names;
}

void check_format(const fs::path& file, std::string_view text) {
  if (!text.starts_with(kTitle) || !text.ends_with('\n'))
    refuse(file, "is not the FORMAT file of a ledger; choose another directory");
  const std::string_view number = text.substr(kTitle.size(), text.size() - kTitle.size() - 1);
  std::uint32_t format = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), format);
  if (error != std::errc() || end != number.data() + number.size() || format == 0)
    refuse(file, "does not name a format; restore the ledger's directory from a copy");
  if (format > kFormat)
    refuse(file, "says that the ledger has format " + std::to_string(format) +
                     "; this migledger knows formats up to " + std::to_string(kFormat) +
                     ": use a newer migledger");
}

}  // namespace

LedgerDirectory::State LedgerDirectory::inspect() const {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return State::absent;
  if (error) unreadable(path, error);
  if (status.type() != fs::file_type::directory)
    refuse(path, "is not a directory; a ledger is one: choose another path");
  if (const auto text = read_text(format(), kMaxFormatBytes)) {
    check_format(format(), *text);
    return State::complete;
  }
  const std::vector<std::string> names = names_in(path);
  if (names.empty()) return State::absent;
  const bool all_ours = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
  });
  const bool marked = std::find(names.begin(), names.end(), "creating") != names.end();
  const bool not_begun = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name == "lock" || name == "creating.tmp";
  });
  if (!all_ours || (!marked && !not_begun))
    refuse(path, "holds '" + *std::min_element(names.begin(), names.end()) +
                     "' and is not a ledger (it has no FORMAT file); choose another directory");
  return State::unfinished;
}

void LedgerDirectory::begin_creation() const {
  write_atomically(creating(), {});
  make_private_directory(events());
  make_private_directory(evidence());
}

void LedgerDirectory::clear_unfinished() const {
  std::error_code error;
  for (const std::string_view name : kOurs) {
    // The lock is held, and the mark goes last, so that this can be interrupted, too.
    if (name == "lock" || name == "creating") continue;
    fs::remove_all(path / name, error);
    if (error)
      throw LedgerError(LedgerErrorKind::disk,
                        "cannot remove " + (path / name).string() + ": " + error.message());
  }
  sync_directory(path);
}

void LedgerDirectory::finish_creation() const {
  write_atomically(format(), bytes_of(std::string(kTitle) + std::to_string(kFormat) + "\n"));
  std::error_code error;
  fs::remove(creating(), error);
  if (error)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot remove " + creating().string() + ": " + error.message());
  sync_directory(path);
}

}  // namespace migledger::ledger
