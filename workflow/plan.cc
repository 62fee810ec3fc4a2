#include "workflow/plan.h"

#include <cstdint>

#include "ledger/sha256.h"

namespace migledger::workflow {

namespace {

constexpr std::string_view kOpening = "${secret:";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// RFC 8259, section 7.
void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20) {
      out += "\\u00";
      out += kHexDigits[u >> 4];
      out += kHexDigits[u & 15];
    } else {
      out += c;
    }
  }
}

void append_sized(std::string& out, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  out += bytes;
}

}  // namespace

std::string secret_placeholder(std::string_view name, std::string_view value) {
  std::string out(kOpening);
  return out.append(name)
      .append(":sha256:")
      .append(ledger::to_hex(ledger::sha256(ledger::bytes_of(value))))
      .append("}");
}

std::optional<std::string> fill_placeholders(std::string_view text, const Secrets& secrets) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find(kOpening);
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto secret = secrets.find(text.substr(begin, end + 1 - begin));
    if (secret == secrets.end()) return std::nullopt;
    append_escaped(out, secret->second);
    text.remove_prefix(end + 1);
  }
}

std::string plan_digest(const PlannedMigration& migration) {
  std::string recorded;
  const auto append = [&](std::string_view name, std::string_view value) {
    append_sized(recorded, name);
    append_sized(recorded, value);
  };
  migration.fields.sorted().for_each(append);
  for (const std::string& name : migration.depends_on) append("depends_on", name);
  const ledger::Digest digest = ledger::sha256(ledger::bytes_of(recorded));
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string_view source_of(const ledger::Fields& fields) {
  const auto instance = fields.get("source_instance_id");
  if (!instance.empty()) return instance;
  const auto volume = fields.get("source_volume_id");
  return volume.empty() ? fields.get("source_bucket_name") : volume;
}

}  // namespace migledger::workflow
