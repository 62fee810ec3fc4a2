// Plans for the simulated tenancy, and what a run of one is checked by: the tenancy's own count of
// what it created, and the events of the ledger as the program prints them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/program_run.h"

namespace migledger::testing {

// A plan of `count` migrations, vm-01, vm-02, …, of running instances whose downtime is allowed;
// all of them at once. Members can be changed before it is written.
boost::json::object simulated_plan(unsigned count);

// Rehearses a plan of one, plan.json, to its end in "ledger", and signs a checkpoint of it with a
// new key, "key". Fails the test when anything does not go well.
void rehearse_and_sign(Workplace& work);

// A ledger at `path` that is bound to the real cloud, and holds nothing but that.
void make_ledger_of_real_cloud(const std::filesystem::path& path);

// The migration at `index` of such a plan.
boost::json::object& migration_at(boost::json::object& plan, unsigned index);

// The text of a name as simulated_plan gives it; `n` counts from 1.
std::string vm(unsigned n);

// An object a line.
std::vector<boost::json::object> json_lines(std::string_view text);

// `migledger history --json` of the ledger, oldest first; fails the test when it cannot be read.
std::vector<boost::json::object> history_of(Workplace& work, const std::string& ledger);

// What the tenancy ever created on request: how often, by kind. An object is counted by what it is:
// "claim" or "export".
std::map<std::string, unsigned> created_counts(Workplace& work, const std::string& sim_state);

// Fails the test unless the tenancy created exactly one of everything for each of `migrations`
// migrations, and one target bucket for all of them: no two of one kind and key, nothing else.
// Pre-authenticated requests are not counted: one that lost its URL is made anew.
void require_one_of_everything(Workplace& work, const std::string& sim_state, unsigned migrations);

// Fails the test unless positions are dense from 1, versions are dense in each stream, times never
// decrease, causes lie before their effects, and every attempt that
// was sent has an outcome, or was proven to have made nothing before another was begun.
void require_sound_history(const std::vector<boost::json::object>& events);

// The text of a member, or empty.
std::string text_of(const boost::json::object& object, std::string_view key);
std::uint64_t number_of(const boost::json::object& object, std::string_view key);

// The positions and kinds of the events of that kind.
std::vector<boost::json::object> events_of_kind(const std::vector<boost::json::object>& events,
                                                std::string_view kind);

}  // namespace migledger::testing
