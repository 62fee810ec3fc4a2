// Where the sources and the programs under test are. The build tells it to paths.cc alone, so that
// all other objects are the same in every checkout, and a compiler's cache serves them all.
#pragma once

#include <string>

namespace migledger::testing {

// A file or folder of the sources, by its path from the root.
std::string source_path(const std::string& path = {});

// The program migledger.
std::string migledger_program();

// The library that makes a disk fail (failing_disk.c).
std::string failing_disk_library();

// The library that refuses threads (refused_threads.c).
std::string refused_threads_library();

}  // namespace migledger::testing
