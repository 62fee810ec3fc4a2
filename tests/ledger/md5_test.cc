#include "ledger/base/md5.h"

#include <catch2/catch.hpp>

TEST_CASE("MD5 is in base64, as Content-MD5 has it") {
  CHECK(migledger::ledger::content_md5("") == "1B2M2Y8AsgTpgAmY7PhCfg==");
  CHECK(migledger::ledger::content_md5("Check Integrity!") == "nwqq6b6ua/tTDk7B5M184w==");
}
