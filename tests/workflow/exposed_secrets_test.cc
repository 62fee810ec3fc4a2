#include "workflow/audit/exposed_secrets.h"

#include <catch2/catch.hpp>

#include "tests/support/history_builder.h"
#include "workflow/cloud/secrets.h"

namespace migledger::testing {

using workflow::exposed_secrets;
using workflow::SecretKey;

TEST_CASE("exposed secrets: metadata in clear or as a plain digest is named once, with its event") {
  const std::string digest = "${secret:user_data:sha256:" + std::string(64, 'a') + "}";
  HistoryBuilder history;
  history.session()
      .start("web-1", {{"metadata", R"({"db_password":"hunter2","ssh_authorized_keys":"ssh-rsa A",)"
                                    R"("user_data":")" +
                                        digest + R"("})"}})
      .start("web-2", {{"display_name", "hunter2"}})
      .on("web-1")
      .plan_changed({{"metadata", R"({"db_password":"hunter3","token":"t"})"}}, "another");
  const auto exposed = exposed_secrets(history.store());
  REQUIRE(exposed.size() == 3);
  CHECK(exposed[0].migration == "web-1");
  CHECK(exposed[0].key == "db_password");
  CHECK(exposed[0].clear);
  CHECK(exposed[0].position == 3);
  CHECK(exposed[1].key == "user_data");
  CHECK_FALSE(exposed[1].clear);
  CHECK(exposed[2].key == "token");
  CHECK(exposed[2].position == 5);
  CHECK(exposed_secrets(history.store(), 2).empty());

  const auto words = words_of(exposed);
  CHECK_THAT(words, Catch::Contains("\"db_password\" of web-1 (in clear, #3)"));
  CHECK_THAT(words, Catch::Contains("\"user_data\" of web-1 (as a plain digest, #3)"));
  CHECK_THAT(words, !Catch::Contains("hunter2"));
  // What to do is said once, by whoever shows them.
  CHECK_THAT(words, !Catch::Contains("change those"));
}

TEST_CASE("exposed secrets: sealed values, public keys and metadata that is empty are none") {
  const auto sealed = SecretKey({}).placeholder("web-1", "user_data", "#!/bin/sh");
  HistoryBuilder history;
  history.session()
      .start("web-1", {{"metadata", R"({"user_data":")" + sealed +
                                        R"(","ssh_authorized_keys":"ssh-rsa A","empty":""})"}})
      .start("web-2", {{"metadata", "{}"}})
      .start("web-3", {{"metadata", "no JSON"}})
      .start("web-4");
  CHECK(exposed_secrets(history.store()).empty());
  CHECK(workflow::words_of(std::vector<workflow::ExposedSecret>{}).empty());
}

TEST_CASE("exposed secrets: many are counted, not named") {
  std::string metadata = "{";
  for (int i = 0; i < 9; ++i) metadata += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":\"v\"";
  HistoryBuilder history;
  history.session().start("web-1", {{"metadata", metadata + "}"}});
  CHECK_THAT(words_of(exposed_secrets(history.store())), Catch::Contains("and 4 more"));
}

}  // namespace migledger::testing
