// OCIDs: "ocid1.KIND.REALM.[REGION][.FUTURE USE].UNIQUE", as in
// https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm.
#pragma once

#include <optional>
#include <string_view>

namespace migledger::adapters {

struct Ocid {
  std::string_view kind;    // "instance"
  std::string_view realm;   // "oc1"
  std::string_view region;  // the key or the name of a region, as written; empty: it names none
};

// Nothing when `text` is no OCID.
std::optional<Ocid> parse_ocid(std::string_view text);

// Whether an OCID whose region part is `part` can be of `region`: the part is the region's key or
// its name. For a region that is not in the table only its name is known.
bool names_region(std::string_view part, std::string_view region);

// Whether resources of that kind exist once for all regions: their OCIDs name no region.
bool is_global_kind(std::string_view kind);

}  // namespace migledger::adapters
