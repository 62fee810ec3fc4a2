// A temporary folder of one test.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace migledger::adapters {

class Scratch {
 public:
  Scratch() : root_((std::filesystem::temp_directory_path() / "migledger-test-XXXXXX").string()) {
    if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(std::string_view name) const {
    return name.empty() ? root_ : root_ + "/" + std::string(name);
  }

  std::string write(std::string_view name, std::string_view text, bool executable) const {
    const std::string file = path(name);
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << text;
    ::chmod(file.c_str(), executable ? 0755 : 0600);
    return file;
  }

  // A named pipe.
  std::string fifo(std::string_view name) const {
    const std::string file = path(name);
    if (::mkfifo(file.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    return file;
  }

 private:
  std::string root_;
};

// Waits for somebody to write to the pipe and returns what they wrote.
inline std::string read_fifo(const std::string& path) {
  std::ifstream in(path);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// Whether the process is gone, or a zombie that waits for its parent, before 20 seconds passed.
inline bool ends_soon(int process) {
  using SteadyClock = std::chrono::steady_clock;
  const auto until = SteadyClock::now() + std::chrono::seconds(20);
  while (SteadyClock::now() < until) {
    std::ifstream status("/proc/" + std::to_string(process) + "/stat");
    std::string id, name, state;
    if (!(status >> id >> name >> state) || state == "Z" || state == "X") return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace migledger::adapters
