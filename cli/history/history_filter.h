// HistoryFilter: which events history is asked for, and how to find them without reading all.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/base/names.h"
#include "cli/history/history_options.h"
#include "ledger/event/terms.h"

namespace migledger::cli {

class HistoryFilter {
 public:
  // Checks what needs no ledger. Throws UsageError.
  explicit HistoryFilter(const HistoryOptions& options);

  // Everything but the migrations, which their streams tell.
  bool matches(ledger::schema::Event::Reader event, std::span<const std::byte> bytes,
               Names& names) const;

  // What each event that matches bears one of; empty when there is no such thing.
  const std::vector<ledger::Term>& terms() const { return terms_; }
  // Whether terms() lead to few events, fewer than a migration has.
  bool terms_are_few() const { return few_; }

 private:
  bool has_step(ledger::schema::Event::Reader event, Names& names) const;
  bool is_by(ledger::schema::Event::Reader event, Names& names) const;
  bool has_text(ledger::schema::Event::Reader event, std::span<const std::byte> bytes,
                Names& names) const;

  const HistoryOptions& options_;
  std::vector<std::vector<ledger::Term>> all_;  // of each of these, an event bears at least one
  std::vector<ledger::Term> terms_;
  bool few_ = false;
  std::vector<std::string> texts_;  // in lower case
};

// The class of that name. Throws UsageError, with all there are.
ledger::schema::ErrorClass error_class_named(std::string_view option, std::string_view name);

// Throws UsageError when neither a workflow of this version nor the ledgers have such a step.
void check_steps(const std::vector<std::string>& steps,
                 std::span<const ledger::EventStore* const> ledgers);

// Throws UsageError, with those there are, when nobody of that name ever acted. Reads all sessions.
void check_actors(const std::vector<std::string>& actors,
                  std::span<const ledger::EventStore* const> ledgers);

}  // namespace migledger::cli
