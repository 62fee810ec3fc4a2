// What is wrong with the arguments, in words that say what to type instead.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace migledger::cli {

// `arguments` are those of `app`, without its name.
std::string words_of(const CLI::ParseError& error, const CLI::App& app,
                     const std::vector<std::string>& arguments);

}  // namespace migledger::cli
