#include "cli/base/new_directory.h"

#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "cli/base/json_text.h"
#include "cli/base/usage_error.h"
#include "ledger/base/errors.h"
#include "ledger/base/made_whole.h"
#include "ledger/base/printable.h"
#include "ledger/directory/ledger_directory.h"

namespace migledger::cli {

namespace fs = std::filesystem;

void require_room(const std::string& path, const std::string& what) {
  if (path.empty()) throw UsageError("name the directory that " + what + " is to be");
  ledger::require_absent(path);
  std::error_code ignored;
  const fs::path parent = fs::absolute(fs::path(path) / ".").lexically_normal().parent_path();
  if (!fs::is_directory(parent.parent_path(), ignored))
    throw UsageError("there is no directory " + printable(parent.parent_path().string()) +
                     "; make it first");
}

void require_ledger(const std::string& path) {
  using ledger::LedgerDirectory;
  if (LedgerDirectory{path}.inspect() != LedgerDirectory::State::complete)
    throw ledger::LedgerError(ledger::LedgerErrorKind::missing,
                              "there is no ledger in " + path + "; name one that is there");
}

boost::json::object copied_json(const ledger::LedgerCopy& copy) {
  boost::json::array damaged;
  for (const auto& sentence : copy.not_copied) damaged.emplace_back(json_text(sentence));
  return {{"head", copy.head},
          {"root", ledger::to_hex(copy.root)},
          {"evidence", copy.evidence},
          {"damaged_evidence", std::move(damaged)}};
}

void say_copied(const ledger::LedgerCopy& copy, std::ostream& err) {
  for (const auto& sentence : copy.said) err << "migledger: " << printable(sentence, 1000) << "\n";
  for (const auto& sentence : copy.not_copied)
    err << "migledger: not copied: " << printable(sentence, 1000) << "\n";
}

}  // namespace migledger::cli
