// The fuzzer: libFuzzer around one of the targets, named by --target=NAME (.ci/fuzz).
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.h"

namespace {

const migledger::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kOption = "--target=";
  for (int i = 1; i < *argc; ++i)
    for (const auto& target : migledger::fuzz::targets())
      if ((*argv)[i] == std::string(kOption) + std::string(target.name)) chosen = &target;
  if (chosen != nullptr) return 0;
  for (const auto& target : migledger::fuzz::targets())
    std::fprintf(stderr, "--target=%s\n", target.name.data());
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    chosen->run({reinterpret_cast<const char*>(data), size});
  } catch (const migledger::fuzz::Broken& broken) {
    std::fprintf(stderr, "a promise is broken: %s\n", broken.what.c_str());
    std::abort();
  }
  return 0;
}
