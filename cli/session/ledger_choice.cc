#include "cli/session/ledger_choice.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "adapters/config/config.h"
#include "adapters/config/text/json_node.h"
#include "cli/base/usage_error.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

namespace fs = std::filesystem;
using adapters::JsonNode;

// The ledger_path of a configuration, whatever else is wrong with it; empty: it has none.
std::string ledger_path_of(const std::string& file) {
  const std::string content = [&] {
    try {
      return adapters::read_text_file(file, adapters::kMaxConfigBytes);
    } catch (const adapters::FileError& e) {
      throw adapters::ConfigError({adapters::Problem{printable(file), 0, 0, "", e.what()}});
    }
  }();
  adapters::Problems problems(file, content);
  std::string path;
  try {
    const JsonNode root = adapters::parse_json(content);
    if (const JsonNode* node = root.find("ledger_path")) {
      path = node->text;
      if (node->kind != JsonNode::Kind::string || path.empty())
        problems.add(node->offset, "ledger_path", "expected the path of a directory");
    }
  } catch (const adapters::JsonSyntaxError& e) {
    problems.add(e.offset, "", std::string(e.what()) + "; or name the ledger with --ledger");
  }
  problems.throw_if_any();
  return path;
}

}  // namespace

std::string one_name(const std::string& path) {
  std::string typed = path;
  while (typed.size() > 1 && (typed.ends_with('/') || typed.ends_with("/."))) typed.pop_back();
  std::error_code error;
  const fs::path real = fs::weakly_canonical(typed, error);
  if (error || typed.empty()) return path;
  // A name in which nothing is hidden is shown as it was typed.
  const bool plain =
      fs::path(typed).lexically_normal().string() == typed && fs::absolute(typed, error) == real;
  return !error && plain ? typed : real.string();
}

std::string one_name(const std::string& typed, const std::string& configured) {
  return one_name(typed.empty() ? configured : typed);
}

std::string LedgerChoice::found_config() const {
  std::error_code ignored;
  if (config.empty() && fs::exists(kDefaultConfig, ignored)) return kDefaultConfig;
  return config;
}

std::string LedgerChoice::path() const {
  if (!ledger.empty()) return one_name(ledger);
  const std::string file = found_config();
  const std::string configured = file.empty() ? "" : ledger_path_of(file);
  return one_name(configured.empty() ? kDefaultLedger : configured);
}

std::string ledger_argument(const std::string& path) {
  try {
    if (one_name(path) == LedgerChoice().path()) return {};
  } catch (const adapters::ConfigError&) {
    // Nothing is found without it.
  }
  return " --ledger " + shell_word(path);
}

std::string note_of_ledger(const std::string& path) {
  const std::string argument = ledger_argument(path);
  return argument.empty() ? argument : "Commands about this ledger want" + argument + "\n";
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./,:@+=").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string out = "'";
  for (const char c : text)
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  return out + "'";
}

}  // namespace migledger::cli
