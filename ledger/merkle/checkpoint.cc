#include "ledger/merkle/checkpoint.h"

#include <algorithm>
#include <stdexcept>

#include "ledger/base/base64.h"
#include "ledger/base/decimal.h"
#include "ledger/base/errors.h"
#include "ledger/base/files.h"

namespace migledger::ledger {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCheckpointBytes = 1 << 20;
constexpr std::size_t kSizeDigits = 20;

std::string_view take_line(std::string_view& text, const char* what) {
  const std::size_t end = text.find('\n');
  if (end == 0 || end == text.npos)
    throw std::invalid_argument(std::string("it has no line with the ") + what);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::string lines_of(const Hashes& hashes) {
  std::string lines;
  for (const Digest& hash : hashes) lines += to_base64(hash) + "\n";
  return lines;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
}

Checkpoint Checkpoint::parse(std::string_view text) {
  Checkpoint checkpoint;
  checkpoint.origin = take_line(text, "origin");
  const auto size = decimal(take_line(text, "size of the tree"));
  if (!size) throw std::invalid_argument("the size of its tree is not a number");
  checkpoint.size = *size;
  const auto root = from_base64(take_line(text, "root of the tree"));
  if (!root || root->size() != checkpoint.root.size())
    throw std::invalid_argument("the root of its tree is not a SHA-256 in base64");
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  while (!text.empty()) take_line(text, "extension");
  return checkpoint;
}

std::string origin_of(std::string_view key_name, std::string_view ledger_id) {
  return std::string(key_name) + "/" + std::string(ledger_id);
}

SignedCheckpoint SignedCheckpoint::parse(std::string_view bytes) {
  SignedCheckpoint parsed;
  parsed.note = Note::parse(bytes);
  parsed.checkpoint = Checkpoint::parse(parsed.note.text);
  parsed.bytes = bytes;
  return parsed;
}

SignedCheckpoint sign(const Checkpoint& checkpoint, const SigningKey& key) {
  return SignedCheckpoint::parse(key.sign(checkpoint.text()));
}

SignedCheckpoint read_checkpoint(const fs::path& file) {
  const auto bytes = read_text(file, kMaxCheckpointBytes);
  if (!bytes)
    throw LedgerError(LedgerErrorKind::refused, "there is no checkpoint at " + file.string());
  try {
    return SignedCheckpoint::parse(*bytes);
  } catch (const std::invalid_argument& e) {
    throw LedgerError(LedgerErrorKind::refused,
                      file.string() + " is not a checkpoint: " + e.what());
  }
}

CheckpointStore::CheckpointStore(const fs::path& ledger) : directory_(ledger / "checkpoints") {}

std::vector<std::uint64_t> CheckpointStore::sizes() const {
  std::vector<std::uint64_t> sizes;
  std::error_code error;
  for (fs::directory_iterator it(directory_, error), end; !error && it != end;
       it.increment(error)) {
    std::string name = it->path().filename();
    if (name.size() != kSizeDigits) continue;
    name.erase(0, std::min(name.find_first_not_of('0'), name.size() - 1));
    if (const auto size = decimal(name)) sizes.push_back(*size);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw LedgerError(LedgerErrorKind::disk,
                      "cannot read " + directory_.string() + ": " + error.message());
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

fs::path CheckpointStore::file_of(std::uint64_t size) const {
  const std::string digits = std::to_string(size);
  return directory_ / (std::string(kSizeDigits - digits.size(), '0') + digits);
}

std::optional<SignedCheckpoint> CheckpointStore::read(std::uint64_t size) const {
  const fs::path file = file_of(size);
  if (!fs::exists(file)) return std::nullopt;
  SignedCheckpoint read = read_checkpoint(file);
  if (read.checkpoint.size != size)
    throw LedgerError(LedgerErrorKind::refused, file.string() +
                                                    " is the checkpoint of another size: " +
                                                    std::to_string(read.checkpoint.size));
  return read;
}

std::optional<SignedCheckpoint> CheckpointStore::newest() const {
  const auto all = sizes();
  return all.empty() ? std::nullopt : read(all.back());
}

void CheckpointStore::put(const SignedCheckpoint& checkpoint) {
  make_private_directory(directory_);
  write_atomically(file_of(checkpoint.checkpoint.size), bytes_of(checkpoint.bytes));
}

std::string inclusion_text(std::uint64_t index, const Hashes& proof, std::string_view checkpoint) {
  return "c2sp.org/tlog-proof@v1\nindex " + std::to_string(index) + "\n" + lines_of(proof) + "\n" +
         std::string(checkpoint);
}

std::string consistency_text(std::uint64_t old_size, const Hashes& proof,
                             std::string_view checkpoint) {
  return "old " + std::to_string(old_size) + "\n" + lines_of(proof) + "\n" +
         std::string(checkpoint);
}

}  // namespace migledger::ledger
