#include "cli/report/html.h"

#include <fmt/format.h>
#include <kj/encoding.h>

#include <map>

#include "cli/report/escape.h"
#include "cli/report/report_page.h"
#include "ledger/base/printable.h"
#include "ledger/base/sha256.h"

namespace migledger::cli {

namespace {

// "sha256-…" as a Content-Security-Policy names what may be used inline.
std::string hash_source(std::string_view text) {
  const ledger::Digest digest = ledger::sha256(std::as_bytes(std::span(text)));
  return fmt::format(
      "'sha256-{}'",
      kj::encodeBase64({reinterpret_cast<const kj::byte*>(digest.data()), digest.size()}).cStr());
}

// Nothing may be fetched, framed or sent; only this script and this style count; and text can
// become markup nowhere in the page.
std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; "
      "require-trusted-types-for 'script'; trusted-types 'none'",
      hash_source(kPageJs), hash_source(kPageCss));
}

using Values = std::map<std::string_view, std::string>;

// `page` with every {{NAME}} replaced, in one pass: what is filled in is not looked at again.
std::string filled(std::string_view page, const Values& values) {
  std::string out;
  for (;;) {
    const std::size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = page.find("}}", open);
    out += values.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
}

// In single quotes where a shell would not take it as it is.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,=:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted += '\'';
}

}  // namespace

std::string report_page(const ReportData& data, const std::string& json,
                        const std::string& directory) {
  const auto& timeline = data.timeline;
  const std::string id = printable(timeline.ledger_id(), 40);
  Values values;
  values["policy"] = html_text(policy());
  values["title"] = html_text(
      fmt::format("migledger report: {}{}", id, timeline.simulated() ? " (simulated)" : ""));
  values["style"] = kPageCss;
  values["script"] = kPageJs;
  values["data"] = json;
  values["ledger"] = html_text(id);
  values["cloud"] = html_text(printable(timeline.cloud(), 40));
  values["simulated"] = timeline.simulated() ? "simulated" : "real";
  values["position"] = fmt::format("{}", data.scope.until);
  values["time"] = html_text(format_utc(timeline.time()));
  values["root"] = ledger::to_hex(data.frontier.root());
  values["directory"] = html_text(shell_word(printable(directory, 1000)));
  std::string picked;
  for (const auto& name : data.scope.migrations)
    picked += " --migration " + shell_word(printable(name));
  values["picked"] = html_text(picked);
  values["version"] = html_text(MIGLEDGER_VERSION);
  values["checkpoint"] = html_text(data.signed_checkpoint);
  values["has_checkpoint"] = data.signed_checkpoint.empty() ? "no" : "yes";
  return filled(kPageHtml, values);
}

}  // namespace migledger::cli
