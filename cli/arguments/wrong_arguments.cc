#include "cli/arguments/wrong_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "cli/base/nearest_word.h"
#include "ledger/base/printable.h"

namespace migledger::cli {

namespace {

using Names = std::vector<std::string>;

Names names_of_commands(const CLI::App& app) {
  Names names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

Names names_of_options(const CLI::App& command) {
  Names names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool contains(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument.front() == '-';
}

// "--name=value" → "--name".
std::string name_of(const std::string& argument) { return argument.substr(0, argument.find('=')); }

// What the parser did not expect of `arguments`, the first of it; `said` lists all of it.
std::string first_unexpected(const std::string& said, const Names& arguments) {
  const auto at = said.find(": ");
  const std::string list = at == std::string::npos ? "" : " " + said.substr(at + 2) + " ";
  for (const auto& argument : arguments)
    if (list.find(" " + argument + " ") != std::string::npos) return argument;
  return {};
}

std::string words_of_unexpected(const std::string& argument, const CLI::App& command) {
  const std::string shown = printable(argument, 200);
  if (is_option(argument))
    return fmt::format("there is no option \"{}\"{}", printable(name_of(argument), 60),
                       did_you_mean(name_of(argument), names_of_options(command)));
  std::error_code ignored;
  const bool a_path = argument.find('/') != std::string::npos || argument.ends_with(".ledger") ||
                      std::filesystem::is_directory(argument, ignored);
  if (a_path && contains(names_of_options(command), "--ledger"))
    return fmt::format("\"{0}\" was not expected; did you mean \"--ledger {0}\"?", shown);
  return fmt::format("\"{}\" was not expected", shown);
}

// An option where a command is expected.
std::string words_of_early_option(const std::string& option, const CLI::App& app,
                                  const Names& commands, const Names& arguments) {
  const auto at = std::ranges::find_if(
      arguments, [&](const std::string& word) { return contains(commands, word); });
  if (at == arguments.end()) return words_of_unexpected(option, app);
  std::string better = app.get_name() + " " + *at;
  for (auto it = arguments.begin(); it != arguments.end(); ++it)
    if (it != at) better += " " + *it;
  return "options come after the command: " + printable(better, 300);
}

// What CLI11 says, in our words where its own are not plain.
std::string plain(const std::string& said) {
  constexpr std::string_view kRequired = " is required";
  const auto missing = said.find(": 1 required ");
  if (missing != std::string::npos && said.ends_with(" missing"))
    return said.substr(0, missing) + " wants a value";
  if (said.ends_with(kRequired) && !said.starts_with("-") &&
      said.find(' ') == said.size() - kRequired.size()) {
    std::string name = said.substr(0, said.size() - kRequired.size());
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name + " is missing";
  }
  return said;
}

}  // namespace

std::string words_of(const CLI::ParseError& error, const CLI::App& app, const Names& arguments) {
  // The command as far as it is known, and what follows it.
  const CLI::App* command = &app;
  std::string typed = app.get_name();
  std::size_t next = 0;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    typed += " " + command->get_name();
    ++next;
  }
  const Names commands = names_of_commands(*command);
  const std::string word = next < arguments.size() ? arguments[next] : "";
  std::string what;
  if (!commands.empty() && !word.empty() && !is_option(word)) {
    // Without a command that it knows, CLI11 says only that one is required.
    what = fmt::format("there is no command \"{}\"{}",
                       printable((typed + " " + word).substr(app.get_name().size() + 1), 60),
                       did_you_mean(word, commands));
  } else if (!commands.empty() && is_option(word)) {
    what = words_of_early_option(word, *command, commands, arguments);
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && is_option(arguments[0])) {
    what = words_of_early_option(arguments[0], app, names_of_commands(app), arguments);
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string unexpected = first_unexpected(error.what(), arguments);
    what = unexpected.empty() ? printable(error.what(), 400)
                              : words_of_unexpected(unexpected, *command);
  } else {
    what = printable(plain(error.what()), 400);
  }
  return what + (what.ends_with('?') ? " \"" : "; \"") + typed + " --help\" shows what there is";
}

}  // namespace migledger::cli
