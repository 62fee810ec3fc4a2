// What the source has and the target would not have: carried along where that is safe, and
// otherwise a finding, so that nobody learns of it after the move.
#pragma once

#include <string>
#include <vector>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

// Findings of this kind begin so.
inline constexpr std::string_view kNotCarried = "not carried along: ";

struct CarryOver {
  boost::json::object carried;  // of an instance: members of "launch_options" for the launch
  std::vector<std::string> findings;
};

// What is known of the source instance; null: it could not be seen.
struct SourceSettings {
  const boost::json::value* instance = nullptr;
  const boost::json::value* interface = nullptr;  // the primary VNIC
  const boost::json::value* boot_volume = nullptr;
  const boost::json::value* boot_attachment = nullptr;
  const boost::json::value* image = nullptr;
  std::size_t interfaces = 1;
  bool has_backup_policy = false;  // the boot volume
};

CarryOver carry_instance(const View& view, const SourceSettings& source);
CarryOver carry_volume(const View& view, const boost::json::value& volume, bool has_backup_policy);
// Of how a volume hangs on the source instance.
CarryOver carry_attachment(const boost::json::value& attachment);
// `to_be_made`: the target bucket is not there yet.
CarryOver carry_bucket(const View& view, const boost::json::value& bucket, bool has_retention,
                       bool to_be_made);

}  // namespace migledger::workflow
