// What somebody else asks of the buckets of a rehearsal's tenancy.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tests/support/rehearsal.h"

namespace migledger::testing {

inline constexpr std::string_view kSource = "us-ashburn-1", kTarget = "sa-bogota-1";

adapters::sim::TenancyOptions with_objects(std::uint64_t count);

// "/n/NAMESPACE/b/BUCKET" + rest; without a bucket: that of all.
std::string path(Rehearsal& rehearsal, std::string_view bucket = {}, std::string_view rest = {});

workflow::Reply ask(Rehearsal& rehearsal, std::string_view region, std::string method,
                    std::string to, std::string body = {}, std::string query = {});

// Into, and out of, the bucket "data".
void put(Rehearsal& rehearsal, std::string_view region, std::string_view name,
         const std::string& content);
void remove(Rehearsal& rehearsal, std::string_view region, std::string_view name);

// name → size and MD5, of a whole bucket.
std::map<std::string, std::string> content(Rehearsal& rehearsal, std::string_view region,
                                           std::string_view bucket = "data");

}  // namespace migledger::testing
