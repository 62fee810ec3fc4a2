#include "ledger/directory/anchor.h"

#include <charconv>
#include <stdexcept>

#include "ledger/base/errors.h"
#include "ledger/base/files.h"

namespace migledger::ledger {

namespace {

constexpr std::size_t kMaxAnchorBytes = 16384;
constexpr std::string_view kAnchorTitle = "migledger-anchor 1\n";

// Takes the line "key: value\n" off the front.
std::string_view take_line(std::string_view& text, std::string_view key) {
  const std::size_t end = text.find('\n');
  const std::string prefix = std::string(key) + ": ";
  if (end == std::string_view::npos || !text.starts_with(prefix))
    throw std::invalid_argument("it has no line '" + prefix + "…' where one belongs");
  const std::string_view value = text.substr(prefix.size(), end - prefix.size());
  text.remove_prefix(end + 1);
  return value;
}

Digest take_digest(std::string_view& text, std::string_view key) {
  const auto digest = digest_from_hex(take_line(text, key));
  if (!digest) throw std::invalid_argument("its " + std::string(key) + " is not a digest");
  return *digest;
}

}  // namespace

void Anchor::append(std::span<const std::byte> event_bytes) {
  head = leaf_hash(event_bytes);
  frontier.append(head);
}

std::string serialise(const Anchor& anchor) {
  std::string text(kAnchorTitle);
  text += "position: " + std::to_string(anchor.position()) + "\n";
  text += "root: " + to_hex(anchor.frontier.root()) + "\n";
  text += "head: " + to_hex(anchor.head) + "\n";
  text += "frontier: " + anchor.frontier.serialise() + "\n";
  text += "checksum: " + to_hex(sha256(bytes_of(text))) + "\n";
  return text;
}

Anchor parse_anchor(std::string_view text) {
  const std::string_view all = text;
  if (!text.starts_with(kAnchorTitle))
    throw std::invalid_argument("its first line is not an anchor's");
  text.remove_prefix(kAnchorTitle.size());
  const std::string_view number = take_line(text, "position");
  Position position = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), position);
  if (error != std::errc() || end != number.data() + number.size())
    throw std::invalid_argument("its position is not a number");
  const Digest root = take_digest(text, "root");
  Anchor anchor;
  anchor.head = take_digest(text, "head");
  const auto frontier = MerkleFrontier::parse(position, take_line(text, "frontier"));
  if (!frontier) throw std::invalid_argument("its frontier does not fit its position");
  anchor.frontier = *frontier;
  const auto checked = all.substr(0, all.size() - text.size());
  if (take_digest(text, "checksum") != sha256(bytes_of(checked)))
    throw std::invalid_argument("its checksum does not match");
  if (!text.empty()) throw std::invalid_argument("something follows its checksum");
  if (anchor.frontier.root() != root)
    throw std::invalid_argument("its root is not that of its frontier");
  return anchor;
}

void write_anchor(const std::filesystem::path& file, const Anchor& anchor) {
  write_atomically(file, bytes_of(serialise(anchor)));
}

std::optional<Anchor> read_anchor(const std::filesystem::path& file) {
  const auto text = read_text(file, kMaxAnchorBytes);
  if (!text) return std::nullopt;
  try {
    return parse_anchor(*text);
  } catch (const std::invalid_argument& e) {
    throw LedgerError(LedgerErrorKind::corrupt,
                      file.string() + " is damaged: " + e.what() +
                          "; restore the whole ledger directory from a copy");
  }
}

}  // namespace migledger::ledger
