// Reading small text files that users hand us.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>

namespace migledger::adapters {

class FileError : public std::runtime_error {
 public:
  FileError(bool missing, const std::string& what) : std::runtime_error(what), missing(missing) {}
  const bool missing;  // there is no such file
};

// The content of the file at `path`, at most `max_bytes` of it. Throws FileError, whose text does
// not name the file.
using ReadFile = std::function<std::string(const std::string& path, std::size_t max_bytes)>;

// ReadFile from the disk. A file over `max_bytes` is refused before more than that is read.
std::string read_text_file(const std::string& path, std::size_t max_bytes);

}  // namespace migledger::adapters
