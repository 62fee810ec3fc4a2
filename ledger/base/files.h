// The few things the ledger asks of the file system itself, made durable. All throw
// LedgerError(disk) with the path and the system's words for what went wrong.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::ledger {

// Throws that error: "cannot WHAT PATH: …", with the words for `error`, an errno.
[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path, int error);

// Makes the directory, 0700, and its entry durable; does nothing when it exists. Its parent must
// exist.
void make_private_directory(const std::filesystem::path& directory);

void sync_directory(const std::filesystem::path& directory);

// Replaces the file, 0600, so that after a crash it holds either what it held before or all of
// `bytes`: written beside it, synced, renamed, the directory synced.
void write_atomically(const std::filesystem::path& file, std::span<const std::byte> bytes);

// The parts of that, for whoever syncs many files at once. beside(): "FILE.tmp"; write_beside()
// makes it, or overwrites it, unsynced; rename_unsynced() puts it in the place of FILE.
std::filesystem::path beside(const std::filesystem::path& file);
void write_beside(const std::filesystem::path& file, std::span<const std::byte> bytes);
void rename_unsynced(const std::filesystem::path& from, const std::filesystem::path& to);
void sync_file(const std::filesystem::path& file);
// Everything in the file system that holds the directory.
void sync_file_system(const std::filesystem::path& directory);

// Gives `from`, whose content is synced, the name `to`, durably. Nothing is replaced: false, and
// nothing changed, when something is at `to`. The two are in one file system.
bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

// The same in place of the file at `to`, if there is one.
void rename_over(const std::filesystem::path& from, const std::filesystem::path& to);

// The whole file; nothing when it does not exist. Files over `limit` bytes are refused, so that a
// foreign file cannot fill the memory.
std::optional<std::vector<std::byte>> read_file(const std::filesystem::path& file,
                                                std::size_t limit);

// read_file, as text.
std::optional<std::string> read_text(const std::filesystem::path& file, std::size_t limit);

// Copies the file, 0600, and syncs the copy.
void copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Makes a new file, 0600, with these bytes, and syncs it; its directory is the caller's to sync.
void write_new(const std::filesystem::path& file, std::span<const std::byte> bytes);

// A file held open for reading: it can still be copied when its name has gone meanwhile.
class HeldFile {
 public:
  // Nothing when there is no such file.
  static std::optional<HeldFile> open(const std::filesystem::path& path);
  HeldFile(HeldFile&& other) noexcept;
  HeldFile& operator=(HeldFile&&) = delete;
  ~HeldFile();

  const std::filesystem::path& path() const { return path_; }
  // As copy_durably.
  void copy_to(const std::filesystem::path& to) const;
  // All of it, as read_file.
  std::vector<std::byte> read(std::size_t limit) const;

 private:
  HeldFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_;
};

}  // namespace migledger::ledger
