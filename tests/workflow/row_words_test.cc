// Every row that decides is put in words, and those of the recovery table are in its comment.
#include "workflow/decide/row_words.h"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/scratch.h"

namespace migledger::testing {

using workflow::Row;

TEST_CASE("each row says in what circumstance it decides what, and of which table it is") {
  // The first word of each line of the table that begins a row.
  std::set<std::string> in_comment;
  std::istringstream comment(read_all(source_path("workflow/decide/recovery.h")));
  for (std::string line; std::getline(comment, line) && line != "#pragma once";)
    if (line.starts_with("//  ") && line.size() > 4 && line[4] != ' ')
      in_comment.insert(line.substr(4, line.find(' ', 4) - 4));
  in_comment.erase("row");
  REQUIRE(in_comment.size() > 20);
  std::set<std::string> in_words;
  for (int i = 0; i <= static_cast<int>(Row::too_early); ++i) {
    const auto row = static_cast<Row>(i);
    const auto words = words_of(row);
    CAPTURE(std::string(name_of(row)));
    CHECK(!words.attempt.empty());
    CHECK(words.attempt != "?");
    CHECK(!words.then.empty());
    CHECK((words.table == "recovery" || words.table == "decide"));
    if (words.table == "recovery") in_words.insert(std::string(name_of(row)));
  }
  CHECK(in_words == in_comment);
}

}  // namespace migledger::testing
