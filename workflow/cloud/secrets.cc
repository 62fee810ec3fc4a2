#include "workflow/cloud/secrets.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "ledger/base/base64.h"
#include "ledger/base/hex.h"
#include "ledger/base/sha256.h"
#include "workflow/cloud/request.h"

namespace migledger::workflow {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kShortestHidden = 4;

void append_sized(std::string& out, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  out += bytes;
}

// The inside of a JSON string (RFC 8259, section 7).
std::string escaped(std::string_view value) {
  std::string out;
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
  return out;
}

struct Parts {
  std::string_view name;
  std::string_view kind;  // "hmac", "ref", "sha256", "new"
  std::string_view rest;
};

// From the end: a name may hold colons.
std::optional<Parts> parts_of(std::string_view placeholder) {
  if (!placeholder.starts_with(kSecretOpening) || !placeholder.ends_with('}')) return std::nullopt;
  const auto inside =
      placeholder.substr(kSecretOpening.size(), placeholder.size() - kSecretOpening.size() - 1);
  for (const std::string_view kind : {":hmac:", ":ref:", ":sha256:", ":new:"}) {
    const auto at = inside.rfind(kind);
    if (at == std::string_view::npos) continue;
    return Parts{inside.substr(0, at), kind.substr(1, kind.size() - 2),
                 inside.substr(at + kind.size())};
  }
  return std::nullopt;
}

std::string plain_digest(std::string_view value) {
  return ledger::to_hex(ledger::sha256(ledger::bytes_of(value)));
}

}  // namespace

bool is_public_metadata(std::string_view key) { return key == "ssh_authorized_keys"; }

std::size_t sealed_size(std::string_view text) {
  // "hmac", the key's name and the digest instead of "new" and a number.
  static const std::size_t kSealed = SecretKey({}).placeholder("", "", "").size();
  const std::string sealed =
      map_placeholders(text, [](std::string_view placeholder) -> std::optional<std::string> {
        const auto parts = parts_of(placeholder);
        if (!parts || parts->kind != "new") return std::nullopt;
        return std::string(kSealed + parts->name.size(), 'x');
      });
  return sealed.size();
}

Exposure exposure_of(std::string_view recorded) {
  const auto parts = parts_of(recorded);
  if (!parts) return recorded.empty() ? Exposure::none : Exposure::clear;
  return parts->kind == "sha256" ? Exposure::plain_digest : Exposure::none;
}

SecretKey::SecretKey(const Bytes& bytes)
    : bytes_(bytes), id_(ledger::to_hex(ledger::sha256(bytes)).substr(0, 8)) {}

std::string SecretKey::placeholder(std::string_view migration, std::string_view name,
                                   std::string_view value) const {
  std::string message;
  append_sized(message, migration);
  append_sized(message, name);
  append_sized(message, value);
  ledger::Digest digest{};
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
            reinterpret_cast<const unsigned char*>(message.data()), message.size(),
            reinterpret_cast<unsigned char*>(digest.data()), &size) ||
      size != digest.size())
    throw std::runtime_error("computing HMAC-SHA-256 failed");
  return fmt::format("{}{}:hmac:{}:{}}}", kSecretOpening, name, id_, ledger::to_hex(digest));
}

std::string map_placeholders(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view placeholder)>& f) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find(kSecretOpening);
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return out += text.substr(begin);
    const auto placeholder = text.substr(begin, end + 1 - begin);
    const auto made = f(placeholder);
    out += made ? std::string_view(*made) : placeholder;
    text.remove_prefix(end + 1);
  }
}

std::string Secrets::add(std::string_view name, std::string_view value) {
  std::string placeholder = fmt::format("{}{}:new:{}}}", kSecretOpening, name, ++added_);
  values_[placeholder] = {std::string(name), std::string(value)};
  return placeholder;
}

std::string Secrets::seal(std::string_view placeholder, std::string_view migration,
                          const SecretKey& key) {
  const auto parts = parts_of(placeholder);
  const auto found = values_.find(placeholder);
  if (!parts || parts->kind != "new" || found == values_.end()) return std::string(placeholder);
  key_id_ = key.id();
  const Value value = found->second;
  std::string sealed = key.placeholder(migration, value.name, value.value);
  values_[sealed] = value;
  return sealed;
}

void Secrets::keep(std::string placeholder, std::string value) {
  const auto parts = parts_of(placeholder);
  std::string name(parts ? parts->name : std::string_view());
  values_[std::move(placeholder)] = {std::move(name), std::move(value)};
}

const std::string* Secrets::value_of(std::string_view placeholder) const {
  if (const auto found = values_.find(placeholder); found != values_.end())
    return &found->second.value;
  const auto parts = parts_of(placeholder);
  if (!parts || parts->kind != "sha256") return nullptr;
  for (const auto& [sealed, value] : values_)
    if (value.name == parts->name && plain_digest(value.value) == parts->rest) return &value.value;
  return nullptr;
}

Secrets::Likeness Secrets::compare(std::string_view recorded, std::string_view planned) const {
  if (recorded == planned) return Likeness::same;
  const auto* now = value_of(planned);
  const auto* before = value_of(recorded);
  if (now && before) return *now == *before ? Likeness::same : Likeness::different;
  const auto parts = parts_of(recorded);
  const bool other_key =
      parts && parts->kind == "hmac" && parts->rest.substr(0, parts->rest.find(':')) != key_id_;
  return other_key || !now ? Likeness::unknown : Likeness::different;
}

std::optional<std::string> Secrets::fill(std::string_view text) const {
  // One that has no end stands last.
  const std::size_t last = text.rfind(kSecretOpening);
  if (last != std::string_view::npos && text.find('}', last) == std::string_view::npos)
    return std::nullopt;
  bool all_known = true;
  std::string filled =
      map_placeholders(text, [&](std::string_view placeholder) -> std::optional<std::string> {
        const auto* value = value_of(placeholder);
        if (value) return escaped(*value);
        all_known = false;
        return std::nullopt;
      });
  if (!all_known) return std::nullopt;
  return filled;
}

std::string Secrets::hide(std::string_view text, std::string_view request) const {
  constexpr std::string_view kHidden = "(secret)";
  // One form may hold another.
  std::set<std::string> forms;
  map_placeholders(request, [&](std::string_view placeholder) -> std::optional<std::string> {
    const auto* value = value_of(placeholder);
    if (value && value->size() >= kShortestHidden)
      forms.insert({*value, escaped(*value), percent_encode(*value),
                    ledger::to_base64(ledger::bytes_of(*value))});
    return std::nullopt;
  });
  std::vector<std::string_view> longest_first(forms.begin(), forms.end());
  std::stable_sort(longest_first.begin(), longest_first.end(),
                   [](auto a, auto b) { return a.size() > b.size(); });
  std::string out(text);
  for (const auto form : longest_first)
    for (auto at = out.find(form); at != std::string::npos; at = out.find(form, at)) {
      out.replace(at, form.size(), kHidden);
      at += kHidden.size();
    }
  return out;
}

void Secrets::for_each(const std::function<void(std::string_view, std::string_view)>& f) const {
  for (const auto& [placeholder, value] : values_) f(value.name, value.value);
}

}  // namespace migledger::workflow
