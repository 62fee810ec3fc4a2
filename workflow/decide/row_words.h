// The rows that decide, in words: those of the recovery table (recovery.h) and those of decide()
// outside it, for people who ask why.
#pragma once

#include <string_view>

#include "workflow/decide/recovery.h"

namespace migledger::workflow {

struct RowWords {
  std::string_view table;    // "recovery", or "decide"
  std::string_view attempt;  // in what circumstance
  std::string_view look;     // what the look for the resource said; empty: it does not matter
  std::string_view then;     // what follows
};
RowWords words_of(Row row);

}  // namespace migledger::workflow
