#include "adapters/secret_key.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/scratch.h"

namespace migledger::testing {

namespace fs = std::filesystem;
using adapters::secret_key;

TEST_CASE("secret key: is made once, for its owner only, and stays the same") {
  const Scratch scratch;
  const fs::path file = scratch.path() / "a/b/secret.key";
  const auto first = secret_key(file);
  CHECK(fs::file_size(file) == 32);
  CHECK((fs::status(file).permissions() & fs::perms(077)) == fs::perms::none);
  CHECK(secret_key(file).placeholder("m", "n", "v") == first.placeholder("m", "n", "v"));
  const auto other = secret_key(scratch.path() / "other.key");
  CHECK(other.id() != first.id());
  // Nothing else is left beside it.
  CHECK(std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()) == 1);
}

TEST_CASE("secret key: one that others may read, or that is none, is refused with its name") {
  const Scratch scratch;
  const fs::path file = scratch.path() / "secret.key";
  secret_key(file);
  for (const mode_t others : {040, 020, 010, 04, 02, 01, 044}) {
    ::chmod(file.c_str(), 0600 | others);
    CHECK_THROWS_WITH(secret_key(file),
                      Catch::Contains("secret.key") && Catch::Contains("chmod 600"));
  }
  ::chmod(file.c_str(), 0600);
  std::ofstream(file, std::ios::trunc) << "short";
  CHECK_THROWS_WITH(secret_key(file), Catch::Contains("32 bytes"));
}

TEST_CASE("secret key: where none can be made, it is said where to put it") {
  const Scratch scratch;
  std::ofstream(scratch.path() / "file") << "x";
  CHECK_THROWS_WITH(secret_key(scratch.path() / "file/secret.key"),
                    Catch::Contains("XDG_STATE_HOME"));
}

}  // namespace migledger::testing
