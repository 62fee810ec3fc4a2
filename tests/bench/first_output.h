// How soon a program says its first word.
#pragma once

#include <string>
#include <vector>

namespace migledger::bench {

// Milliseconds from starting `arguments` to the first byte on its standard output. The program is
// then ended. Throws std::runtime_error when it says nothing.
double first_output(std::vector<std::string> arguments);

}  // namespace migledger::bench
